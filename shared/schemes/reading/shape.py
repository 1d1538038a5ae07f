"""What may stand at a place of a scheme file, and how to say so to the person who wrote it.

A shape reads a YAML node into a plain value and notes every problem with its line and column,
in Chinese and English: what is wrong, and what would be right. The same shapes give the JSON
Schema that editors use.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file. Lines and columns count from 1, as editors do."""

    line: int
    column: int
    path: str
    zh: str
    en: str

    def text(self, language: str = "zh") -> str:
        """One line for a terminal: where, what is wrong, what would be right."""
        said = self.zh if language == "zh" else self.en
        where = (
            f"第 {self.line} 行第 {self.column} 列"
            if language == "zh"
            else f"line {self.line}, column {self.column}"
        )
        return f"{where} ({self.path or '/'}): {said}"


@dataclass(frozen=True, slots=True)
class At:
    """A node of the file with its place."""

    node: Any
    path: str
    line: int
    column: int

    def problem(self, zh: str, en: str) -> Problem:
        return Problem(self.line, self.column, self.path, zh, en)

    def child(self, key: Any) -> "At":
        """The value under a key or index; its place is that of the value."""
        line, column = _place(self.node, key, value=True, default=(self.line, self.column))
        return At(self.node[key], f"{self.path}/{key}", line, column)

    def key(self, key: Any) -> "At":
        """The key itself, for a complaint about its name."""
        line, column = _place(self.node, key, value=False, default=(self.line, self.column))
        return At(key, f"{self.path}/{key}", line, column)


def _place(node: Any, key: Any, *, value: bool, default: tuple[int, int]) -> tuple[int, int]:
    marks = getattr(node, "lc", None)
    if marks is None or marks.data is None or key not in marks.data:
        return default
    found = marks.data[key]
    line, column = (found[2], found[3]) if value and len(found) == 4 else (found[0], found[1])
    return line + 1, column + 1


class Shape(Protocol):
    """Reads a node, notes problems, and says the same as JSON Schema."""

    def read(self, at: At, problems: list[Problem]) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


def shown(node: Any) -> str:
    """A short picture of what stands there, for a message."""
    if isinstance(node, Mapping):
        return "{…}"
    if isinstance(node, Sequence) and not isinstance(node, str):
        return "[…]"
    text = str(node)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def closest(name: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def unknown(at: At, known: Sequence[str]) -> Problem:
    """A word that is not known here, with the one probably meant."""
    meant = closest(str(at.node), known) if isinstance(at.node, str) else None
    listed = "、".join(known)
    zh = f"不认识 {shown(at.node)}" + (f"，是否要写 “{meant}”？" if meant else "")
    en = f"{shown(at.node)} is not known here" + (f"; did you mean “{meant}”？" if meant else "")
    return at.problem(f"{zh} 可用：{listed}", f"{en} Known: {', '.join(known)}")


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


@dataclass(frozen=True)
class Record:
    """A fixed set of keys; an unknown key is a mistake. `make` builds the typed value."""

    fields: Mapping[str, Field]
    make: Callable[..., Any] = dict
    check: Callable[[At, dict[str, Any]], list[Problem]] | None = field(default=None)

    def read(self, at: At, problems: list[Problem]) -> Any:
        if not is_mapping(at, problems):
            return None
        before = len(problems)
        for key in at.node:
            if key not in self.fields:
                problems.append(unknown(at.key(key), tuple(self.fields)))
        found: dict[str, Any] = {}
        for name, spec in self.fields.items():
            if name in at.node:
                found[name] = spec.shape.read(at.child(name), problems)
            elif spec.required:
                problems.append(
                    at.problem(
                        f"缺少 “{name}”" + (f"({spec.zh})" if spec.zh else ""),
                        f"“{name}” is missing" + (f" ({spec.en})" if spec.en else ""),
                    )
                )
            else:
                found[name] = spec.default
        if len(problems) > before:
            return None
        if self.check is not None:
            problems.extend(self.check(at, found))
            if len(problems) > before:
                return None
        return self.make(**found)

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
