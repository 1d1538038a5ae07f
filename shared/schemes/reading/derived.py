"""The shape of a declared value, from its type and its annotations (`rules/declare.py`)."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin, get_type_hints

from shared.schemes.problems import At, Problem
from shared.schemes.reading.conditions import Facts, Shares, When
from shared.schemes.reading.scalars import Choice, Day, Flag, Money, Percent, Text, Whole
from shared.schemes.reading.shape import Field, ListOf, MapOf, Named, Record, Shape, no_faults
from shared.schemes.rules.declare import (
    AtLeast,
    ByFact,
    Declared,
    InFen,
    OfName,
    OneOf,
    Says,
    Spelled,
    WholeOf,
    Within,
    declared,
)
from shared.schemes.rules.sharing import Condition
from shared.schemes.vocabulary import Words

_MISSING: Any = dataclasses.MISSING


def shape_of(hint: Any) -> Shape:
    """What may stand where a value of that type is declared."""
    one = declared(hint)
    if one.mark(InFen):
        return Money()
    if one.mark(WholeOf):
        return Shares()
    if one.mark(ByFact):
        return Facts()
    if one.mark(OneOf):
        return Choice(tuple(one.mark(OneOf).words))
    if get_origin(one.kind) is Literal:
        return Choice(get_args(one.kind))
    if get_origin(one.kind) is not None:
        return _collection(one)
    return _SCALARS[one.kind](one) if one.kind in _SCALARS else record_of(one.kind)


def record_of(kind: type) -> Record:
    """A dataclass (or named tuple): its fields are keys, `faults` is its own word on the whole."""
    fields = fields_of(kind)

    def make(**found: Any) -> Any:
        if "name" in fields and fields["name"].shape is NAME:
            name = found.pop("name") or Words("", "")
            found |= {"zh": name.zh, "en": name.en}
        return kind(**found)

    return Record(fields, make, getattr(kind, "faults", no_faults))


def stated_of(*kinds: type, without: Collection[str] = ()) -> Record:
    """Facts of which any may be left unsaid: what is stated, by the names of the code."""
    fields = {
        key: dataclasses.replace(field, required=False, default=None)
        for kind in kinds
        for key, field in fields_of(kind).items()
        if key not in without
    }
    return Record(
        fields, lambda **found: {name: said for name, said in found.items() if said is not None}
    )


def fields_of(kind: type) -> dict[str, Field]:
    """The keys of a declared record, in the order of its fields.

    An amount loses the unit of the code; `zh` and `en` are written as one `name`.
    """
    hints = get_type_hints(kind, include_extras=True)
    defaults = _defaults(kind)
    fields = {}
    for name, hint in hints.items():
        if declared(hint).mark(OfName):
            fields["name"] = Field(NAME, required=defaults[name] is _MISSING)
            continue
        said = declared(hint).mark(Says) or Says("", "")
        default = defaults[name]
        fields[name.removesuffix("_fen")] = Field(
            shape_of(hint),
            required=default is _MISSING,
            default=None if default is _MISSING else default,
            zh=said.zh,
            en=said.en,
            into=name,
        )
    return fields


def _defaults(kind: type) -> dict[str, Any]:
    if not dataclasses.is_dataclass(kind):
        given = getattr(kind, "_field_defaults", {})
        return {name: given.get(name, _MISSING) for name in getattr(kind, "_fields", ())}
    found: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        make: Any = field.default_factory
        found[field.name] = field.default if make is _MISSING else make()
    return found


_SCALARS: Mapping[Any, Callable[[Declared], Shape]] = {
    bool: lambda one: Flag(),
    int: lambda one: Whole(*_bounds(one.mark(Within) or Within(0, 1_000_000))),
    Fraction: lambda one: Percent((one.mark(Within) or Within(0, 100)).most),
    str: lambda one: _text(one.mark(Spelled)),
    date: lambda one: Day(),
}


def _bounds(within: Within) -> tuple[int, int]:
    return within.least, within.most


def _text(spelled: Spelled | None) -> Text:
    return Text(spelled.pattern, spelled.zh, spelled.en) if spelled else Text()


def _collection(one: Declared) -> Shape:
    """A list, or names to things: known ones, or of the writer's own choosing."""
    origin, args = get_origin(one.kind), get_args(one.kind)
    if origin is tuple and args[0] is Condition:
        return When()
    if origin is tuple and get_origin(args[0]) is tuple:
        return _Made(_by_name(*get_args(args[0])), lambda found: tuple(found.items()))
    if origin in (tuple, frozenset):
        item = shape_of(args[0])
        least = one.mark(AtLeast)
        listed = ListOf(item, least.count if least else 1, distinct=isinstance(item, Choice))
        return listed if origin is tuple else _Made(listed, frozenset)
    return _by_name(*args)


def _by_name(key: Any, value: Any) -> Shape:
    known = declared(key).mark(OneOf)
    return MapOf(tuple(known.words), shape_of(value)) if known else Named(shape_of(value))


@dataclass(frozen=True)
class _Made:
    """What was read, made into what the declaration holds."""

    shape: Shape
    make: Callable[[Any], Any]

    def read(self, at: At, problems: list[Problem]) -> Any:
        found = self.shape.read(at, problems)
        return None if found is None else self.make(found)

    def schema(self) -> dict[str, Any]:
        return self.shape.schema()


NAME = record_of(Words)
"""What something is called, in both languages."""
