"""What may stand at a place of a scheme file, and how to say so to the person who wrote it.

A shape reads a YAML node into a plain value and notes every problem with its line and column,
in Chinese and English: what is wrong, and what would be right. The same shapes give the JSON
Schema that editors use.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Protocol

from shared.money import LARGEST_FEN, parse_fen


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


@dataclass(frozen=True)
class Text:
    """Words on one or more lines, not empty."""

    pattern: str = ""
    hint_zh: str = ""
    hint_en: str = ""

    def read(self, at: At, problems: list[Problem]) -> str | None:
        if not isinstance(at.node, str) or not at.node.strip():
            problems.append(
                at.problem(
                    f"这里应是文字，不是 {shown(at.node)}",
                    f"text is expected here, not {shown(at.node)}",
                )
            )
            return None
        if self.pattern and not re.fullmatch(self.pattern, at.node):
            problems.append(
                at.problem(
                    f"{shown(at.node)} 写法不对，应为{self.hint_zh}",
                    f"{shown(at.node)} is not {self.hint_en}",
                )
            )
            return None
        return str(at.node)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1} | (
            {"pattern": f"^{self.pattern}$"} if self.pattern else {}
        )


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds, e.g. days, months, basis points."""

    least: int = 0
    most: int = 1_000_000
    unit_zh: str = ""
    unit_en: str = ""

    def read(self, at: At, problems: list[Problem]) -> int | None:
        node = at.node
        if isinstance(node, bool) or not isinstance(node, int):
            problems.append(
                at.problem(
                    f"{shown(node)} 应是整数{self.unit_zh}，如 {max(self.least, 1)}",
                    f"{shown(node)} is to be a whole number{self.unit_en}, e.g. {max(self.least, 1)}",
                )
            )
            return None
        if not self.least <= node <= self.most:
            problems.append(
                at.problem(
                    f"{node} 超出范围，应在 {self.least} 至 {self.most} 之间",
                    f"{node} is out of range; it is to lie between {self.least} and {self.most}",
                )
            )
            return None
        return int(node)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Money:
    """Yuan as a quoted decimal string with two decimals, read as fen."""

    def read(self, at: At, problems: list[Problem]) -> int | None:
        node = at.node
        try:
            if not isinstance(node, str):
                raise ValueError
            fen = parse_fen(node)
            if not 0 <= fen <= LARGEST_FEN:
                raise ValueError
        except ValueError:
            problems.append(
                at.problem(
                    f'金额 {shown(node)} 写法不对：应为带引号的元，两位小数，如 "3000000.00"',
                    f"the amount {shown(node)} is to be yuan in quotes with two decimals, "
                    'e.g. "3000000.00"',
                )
            )
            return None
        return fen

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,2})?$",
            "examples": ["3000000.00"],
        }


_PERCENT = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?%?", re.ASCII)
_FRACTION = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True)
class Percent:
    """A share of the whole: 40 (percent), "12.5%" or "1/3"; read as an exact fraction of 1."""

    most: int = 100

    def read(self, at: At, problems: list[Problem]) -> Fraction | None:
        exact = _percent(at.node)
        if exact is None:
            problems.append(
                at.problem(
                    f'比例 {shown(at.node)} 写法不对：应为百分数的整数 40、带引号的 "12.5%" 或分数 "1/3"',
                    f"the ratio {shown(at.node)} is to be a whole number of percent such as 40, "
                    'or in quotes "12.5%", or a fraction "1/3"',
                )
            )
            return None
        if exact > Fraction(self.most, 100):
            problems.append(
                at.problem(
                    f"比例 {shown(at.node)} 超过 {self.most}%",
                    f"the ratio {shown(at.node)} is above {self.most} percent",
                )
            )
            return None
        return exact

    def schema(self) -> dict[str, Any]:
        return {
            "oneOf": [
                {"type": "integer", "minimum": 0, "maximum": self.most},
                {
                    "type": "string",
                    "pattern": r"^([0-9]{1,6}(\.[0-9]{1,6})?%?|[0-9]{1,6}/[1-9][0-9]{0,5})$",
                },
            ]
        }


def _percent(node: Any) -> Fraction | None:
    if isinstance(node, bool):
        return None
    if isinstance(node, int):
        return Fraction(node, 100) if node >= 0 else None
    if not isinstance(node, str):
        return None
    if match := _FRACTION.fullmatch(node):
        return Fraction(int(match[1]), int(match[2]))
    if match := _PERCENT.fullmatch(node):
        decimals = match[2] or ""
        return Fraction(int(match[1] + decimals), 100 * 10 ** len(decimals))
    return None


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, at: At, problems: list[Problem]) -> bool | None:
        if not isinstance(at.node, bool):
            problems.append(
                at.problem(
                    f"{shown(at.node)} 应为 true（是）或 false（否）",
                    f"{shown(at.node)} is to be true or false",
                )
            )
            return None
        return bool(at.node)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


def as_day(node: Any) -> date | None:
    """A day written 2026-03-01, quoted or not; None if it is none."""
    if isinstance(node, datetime):
        return None
    if isinstance(node, date):
        return node
    if isinstance(node, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", node):
        try:
            return date.fromisoformat(node)
        except ValueError:
            return None
    return None


@dataclass(frozen=True)
class Day:
    """A calendar day, 2026-03-01."""

    def read(self, at: At, problems: list[Problem]) -> date | None:
        day = as_day(at.node)
        if day is None:
            problems.append(
                at.problem(
                    f"{shown(at.node)} 不是日期，应写作 2026-03-01",
                    f"{shown(at.node)} is not a day; write 2026-03-01",
                )
            )
        return day

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, at: At, problems: list[Problem]) -> str | None:
        if isinstance(at.node, str) and at.node in self.words:
            return str(at.node)
        problems.append(unknown(at, self.words))
        return None

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


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
