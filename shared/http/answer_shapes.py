"""Where in the JSON of an answer something is kept back from a bank: worked out from a table of decisions.

Beside the models of answers stands `for_banks.yaml`: by module and class each field that the class itself
declares is `told`, told `in_part` (by a narrowing of `shared.contracts.redaction`), or `kept`. What is
kept is null for a bank where the field may be null, else it is left out. A field of which nothing is
decided is kept.
"""

import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel
from ruamel.yaml import YAML

from shared.contracts.redaction import NARROWINGS, RowNarrowing

TABLE: Final = "for_banks.yaml"


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided of the fields that one class declares, by their Python names."""

    told: tuple[str, ...] = ()
    in_part: Mapping[str, str] = field(default_factory=dict)
    """Field → the name of the narrowing that leaves a part of it."""
    kept: tuple[str, ...] = ()

    @property
    def fields(self) -> list[str]:
        """Every field that it names; twice what it names twice."""
        return [*self.told, *self.in_part, *self.kept]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is kept back in the JSON of a model, by the names of JSON. False where nothing is."""

    left_out: tuple[str, ...] = ()
    made_null: tuple[str, ...] = ()
    in_part: tuple[tuple[RowNarrowing, tuple[str, ...]], ...] = ()
    below: tuple[tuple[str, "Held"], ...] = ()
    """Fields that hold models in which something is kept back."""

    def __bool__(self) -> bool:
        return bool(self.left_out or self.made_null or self.in_part or self.below)


@dataclass(frozen=True, slots=True)
class Held:
    """The models in a value: one or a list of them, or an object that has them by names of its own."""

    shape: Shape
    by_name: bool = False


@cache
def table_beside(folder: Path) -> Mapping[tuple[str, str], Decision]:
    """The table of a folder: module and class → what is decided. Empty where there is none."""
    file = folder / TABLE
    if not file.exists():
        return {}
    modules = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    return {
        (module, name): Decision(
            told=tuple(row.get("told", ())),
            in_part={one: how for how, names in row.get("in_part", {}).items() for one in names},
            kept=tuple(row.get("kept", ())),
        )
        for module, classes in modules.items()
        for name, row in classes.items()
    }


def place_of(model: type[BaseModel]) -> tuple[Path, tuple[str, str]]:
    """The folder whose table decides of a model, and by which names."""
    file = sys.modules[model.__module__].__file__
    assert file is not None
    return Path(file).parent, (model.__module__.rsplit(".", 1)[-1], model.__name__)


def decision_of(model: type[BaseModel]) -> Decision | None:
    """What is decided of the fields that this class itself declares."""
    folder, name = place_of(model)
    return table_beside(folder).get(name)


def declarations(model: type[BaseModel]) -> Iterator[tuple[type[BaseModel], list[str]]]:
    """The classes that a model's fields come from, each with those that it declares itself."""
    every = [*model.model_fields, *model.model_computed_fields]
    seen: set[str] = set()
    for base in model.__mro__:
        if not issubclass(base, BaseModel) or base is BaseModel:
            continue
        if base.__pydantic_generic_metadata__["origin"] is not None:
            continue  # Page[ToDo]: its fields are declared by Page.
        own = {*inspect.get_annotations(base), *vars(base)} - seen
        if here := [name for name in every if name in own]:
            yield base, here
        seen.update(here)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a type holds, each once, with those below it."""
    todo: list[Any] = [annotation]
    seen: set[Any] = set()
    while todo:
        one = todo.pop()
        if not _is_model(one):
            todo += get_args(one)
        elif one not in seen:
            seen.add(one)
            yield one
            todo += [annotation for _, annotation in _fields(one)]


@cache
def shape_of(model: type[BaseModel]) -> Shape:
    """What is kept back of a model, and of those in its fields."""
    told: set[str] = set()
    in_part: dict[str, list[str]] = {}
    for base, names in declarations(model):
        decision = decision_of(base) or Decision()
        told.update(name for name in names if name in decision.told)
        for name, how in decision.in_part.items():
            if name in names:
                in_part.setdefault(how, []).append(alias_of(model, name))
    partly = {name for names in in_part.values() for name in names}
    left_out, made_null, below = [], [], []
    for name, annotation in _fields(model):
        alias = alias_of(model, name)
        if name in told or alias in partly:
            if held := held_by(annotation):
                below.append((alias, held))
        elif may_be_null(annotation):
            made_null.append(alias)
        else:
            left_out.append(alias)
    return Shape(
        left_out=tuple(left_out),
        made_null=tuple(made_null),
        in_part=tuple((NARROWINGS[how], tuple(names)) for how, names in in_part.items()),
        below=tuple(below),
    )


@cache
def held_by(annotation: Any) -> Held | None:
    """The models of one class in a type, where something of them is kept back.

    Of a choice between several classes something would have to be kept back by what each one is:
    there is none, and one that comes is refused at the start.
    """
    if _is_model(annotation):
        shape = shape_of(annotation)
        return Held(shape) if shape else None
    origin, inner = get_origin(annotation), get_args(annotation)
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        held = held_by(inner[1])
        assert held is None or not held.by_name, f"{annotation} is too deep"
        return held and Held(held.shape, by_name=True)
    found = {held for one in inner if (held := held_by(one)) is not None}
    assert len(found) <= 1, f"{annotation} may be one of several"
    return found.pop() if found else None


def alias_of(model: type[BaseModel], name: str) -> str:
    """The name of a field in JSON."""
    if name in model.model_fields:
        declared = model.model_fields[name]
        return declared.serialization_alias or declared.alias or name
    return model.model_computed_fields[name].alias or name


def may_be_null(annotation: Any) -> bool:
    """Whether a field of this type may be null."""
    if get_origin(annotation) is Annotated:
        return may_be_null(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return NoneType in get_args(annotation)
    return annotation is Any


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, declared in model.model_fields.items():
        yield name, declared.annotation
    for name, computed in model.model_computed_fields.items():
        yield name, computed.return_type


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
