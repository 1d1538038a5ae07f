"""What the fields of an event are: name, kind, meaning, and what lies in them.

For whoever writes words about events without reading Python: amounts are told from numbers, lists
from single values, and each field stands with what its contract says of it.
"""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.contracts.redaction import fields_for_banks
from shared.contracts.registry import EVENTS

_EXAMPLES: Final = Path(__file__).parent / "examples"


class Kind(StrEnum):
    """What a field holds, as far as words about it differ."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    SHARE = "share"
    """A share or a rate, in basis points."""
    DAY = "day"
    FLAG = "flag"
    OBJECT = "object"
    LIST = "list"
    OTHER = "other"
    """What people have no words for: a value of any kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One field, by its Python name, and what lies in it."""

    name: str
    kind: Kind
    meaning: str = ""
    """What the contract says of it; may be empty."""
    fields: Mapping[str, "Shape"] = field(default_factory=dict)
    """Of an object its fields; of a list of objects those of each."""
    items: Kind | None = None
    """What a list holds."""
    optional: bool = False
    """Whether there may be none: null."""


@cache
def shapes_of(event_type: str) -> Mapping[str, Shape]:
    """The fields of a type of event, in the order of its contract. Raises KeyError."""
    return _fields(EVENTS[event_type])


def shapes_for(event_type: str, *, bank: bool) -> Mapping[str, Shape]:
    """The fields that the bureau reads of a type, or that a bank does."""
    shapes = shapes_of(event_type)
    if not bank:
        return shapes
    told = fields_for_banks(event_type)
    return {name: shape for name, shape in shapes.items() if name in told}


@cache
def examples_of(event_type: str) -> tuple[Mapping[str, Any], ...]:
    """What was once sent of a type, by the contract's Python names."""
    sent = json.loads((_EXAMPLES / f"{event_type}.json").read_text(encoding="utf-8"))
    return tuple(_fact(event_type, one) for one in sent)


def read_back(event_type: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """An event, or the part of one that somebody was told, by its Python names; from its names in
    JSON. None where the contract of today does not read it any more.

    What a part lacks is filled from the contract's example to be read at all, and left out again.
    """
    example = json.loads((_EXAMPLES / f"{event_type}.json").read_text(encoding="utf-8"))[0]
    try:
        whole = _fact(event_type, _filled(body, example))
    except ValidationError:
        return None
    wire = {name: one.alias or name for name, one in EVENTS[event_type].model_fields.items()}
    optional = {n for n, one in EVENTS[event_type].model_fields.items() if not one.is_required()}
    return {name: value for name, value in whole.items() if wire[name] in body or name in optional}


def _filled(said: Any, example: Any) -> Any:
    """What was said, with what it lacks taken from an example, at whatever depth."""
    if isinstance(said, dict) and isinstance(example, dict):
        both = {name: _filled(value, example.get(name)) for name, value in said.items()}
        return {**example, **both}
    if isinstance(said, list) and isinstance(example, list) and example:
        return [_filled(one, example[0]) for one in said]
    return said


def _fact(event_type: str, body: Any) -> dict[str, Any]:
    return EVENTS[event_type].model_validate(body).model_dump(mode="python", by_alias=False)


def _fields(model: type[BaseModel]) -> Mapping[str, Shape]:
    return {
        name: _shape(name, one.annotation, one.description or "")
        for name, one in model.model_fields.items()
    }


def _shape(name: str, annotation: Any, meaning: str) -> Shape:
    bare, optional = _bare(annotation), type(None) in get_args(annotation)
    if get_origin(bare) in (tuple, list, Sequence):
        of = _shape(name, get_args(bare)[0], "")
        return Shape(name=name, kind=Kind.LIST, meaning=meaning, fields=of.fields, items=of.kind)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return Shape(
            name=name, kind=Kind.OBJECT, meaning=meaning, fields=_fields(bare), optional=optional
        )
    return Shape(name=name, kind=_kind(name, bare), meaning=meaning, optional=optional)


def _bare(annotation: Any) -> Any:
    """An annotation without what is said of it, and without its None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        several = [one for one in get_args(annotation) if one is not type(None)]
        return _bare(several[0]) if len(several) == 1 else object
    return annotation


def _kind(name: str, bare: Any) -> Kind:
    if get_origin(bare) is Literal or bare in (str, UUID):
        return Kind.TEXT
    if bare is bool:
        return Kind.FLAG
    if bare is int:
        if name.endswith("_fen"):
            return Kind.MONEY
        return Kind.SHARE if name.endswith("_bp") else Kind.NUMBER
    if bare in (date, datetime):
        return Kind.DAY
    return Kind.TEXT if isinstance(bare, type) and issubclass(bare, str) else Kind.OTHER
