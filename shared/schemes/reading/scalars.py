"""Single values of a scheme file: text, numbers, money, ratios, days, words."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from shared.money import LARGEST_FEN, parse_fen
from shared.schemes.problems import At, Problem, shown, unknown


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
