"""What may stand at a place of a scheme file, and how to say so to the person who wrote it.

A shape reads a YAML node into a plain value and notes every problem with its line and column,
in Chinese and English: what is wrong, and what would be right. The same shapes give the JSON
Schema that editors use. Those of rules are made from the rules' declarations (`derived.py`).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.schemes.problems import At, Problem, shown, unknown
from shared.schemes.vocabulary import Words


class Shape(Protocol):
    """Reads a node, notes problems, and says the same as JSON Schema."""

    def read(self, at: At, problems: list[Problem]) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class ListOf:
    """A list of things of one shape, none twice where `distinct`."""

    item: Shape
    least: int = 1
    distinct: bool = False

    def read(self, at: At, problems: list[Problem]) -> tuple[Any, ...] | None:
        if not isinstance(at.node, Sequence) or isinstance(at.node, str):
            problems.append(
                at.problem(
                    f"这里应是列表 [甲, 乙]，不是 {shown(at.node)}",
                    f"a list [a, b] is expected here, not {shown(at.node)}",
                )
            )
            return None
        if len(at.node) < self.least:
            problems.append(
                at.problem(
                    f"列表至少要有 {self.least} 项", f"the list needs at least {self.least} items"
                )
            )
        items = []
        for index in range(len(at.node)):
            place = at.child(index)
            item = self.item.read(place, problems)
            if self.distinct and item is not None and item in items:
                problems.append(
                    place.problem(
                        f"{shown(place.node)} 出现了两次", f"{shown(place.node)} stands twice"
                    )
                )
            items.append(item)
        return tuple(items)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), "minItems": self.least}


@dataclass(frozen=True)
class MapOf:
    """Known names to things of one shape, order kept."""

    keys: tuple[str, ...]
    item: Shape
    least: int = 1

    def read(self, at: At, problems: list[Problem]) -> dict[str, Any] | None:
        if not is_mapping(at, problems):
            return None
        if len(at.node) < self.least:
            problems.append(at.problem("这里不能为空", "this may not be empty"))
        found = {}
        for key in at.node:
            if key not in self.keys:
                problems.append(unknown(at.key(key), self.keys))
                continue
            found[str(key)] = self.item.read(at.child(key), problems)
        return found

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {key: self.item.schema() for key in self.keys},
            "additionalProperties": False,
            "minProperties": self.least,
        }


@dataclass(frozen=True)
class Named:
    """Names of the writer's own choosing (modes, documents, products) to things of one shape."""

    item: Shape
    least: int = 0

    def read(self, at: At, problems: list[Problem]) -> dict[str, Any] | None:
        if not is_mapping(at, problems):
            return None
        if len(at.node) < self.least:
            problems.append(at.problem("这里不能为空", "this may not be empty"))
        found = {}
        for key in at.node:
            if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]*", key):
                problems.append(
                    at.key(key).problem(
                        f"名称 {shown(key)} 只能用英文字母、数字和下划线，以字母开头",
                        f"the name {shown(key)} may only have letters, digits and underscores",
                    )
                )
                continue
            found[str(key)] = self.item.read(at.child(key), problems)
        return found

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.item.schema()}


@dataclass(frozen=True)
class Field:
    """A key of a record: its shape, whether it must stand, and what it means."""

    shape: Shape
    required: bool = False
    default: Any = None
    zh: str = ""
    en: str = ""
    into: str = ""
    """What the code calls it, where it is not the key of the file."""


def no_faults(value: Any) -> Iterable[Words]:
    """For what may be anything that its parts may be."""
    return ()


@dataclass(frozen=True)
class Record:
    """A fixed set of keys; an unknown key is a mistake.

    `make` builds the typed value, `faults` says what in it does not fit together.
    """

    fields: Mapping[str, Field]
    make: Callable[..., Any] = dict
    faults: Callable[[Any], Iterable[Words]] = no_faults

    def read(self, at: At, problems: list[Problem]) -> Any:
        if not is_mapping(at, problems):
            return None
        before = len(problems)
        for key in at.node:
            if key not in self.fields:
                problems.append(unknown(at.key(key), tuple(self.fields)))
        found: dict[str, Any] = {}
        for name, spec in self.fields.items():
            into = spec.into or name
            if name in at.node:
                found[into] = spec.shape.read(at.child(name), problems)
            elif spec.required:
                problems.append(
                    at.problem(
                        f"缺少 “{name}”" + (f"({spec.zh})" if spec.zh else ""),
                        f"“{name}” is missing" + (f" ({spec.en})" if spec.en else ""),
                    )
                )
            else:
                found[into] = spec.default
        if len(problems) > before:
            return None
        value = self.make(**found)
        problems.extend(at.problem(*fault) for fault in self.faults(value))
        return value if len(problems) == before else None

    def schema(self) -> dict[str, Any]:
        properties = {}
        for name, spec in self.fields.items():
            described = f"{spec.zh} {spec.en}".strip()
            properties[name] = spec.shape.schema() | (
                {"description": described} if described else {}
            )
        return {
            "type": "object",
            "properties": properties,
            "required": [name for name, spec in self.fields.items() if spec.required],
            "additionalProperties": False,
        }


def is_mapping(at: At, problems: list[Problem]) -> bool:
    """Whether keys and values stand here; notes the problem if not."""
    if isinstance(at.node, Mapping):
        return True
    problems.append(
        at.problem(
            f"这里应是“名称: 内容”，不是 {shown(at.node)}",
            f"“name: value” pairs are expected here, not {shown(at.node)}",
        )
    )
    return False
