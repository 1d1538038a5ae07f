"""Numbers of cases as people say them: "youxian 2025-12" is a pool and a month, and both have names."""

import re
from collections.abc import Mapping
from typing import Final

from shared.months import MONTH_PATTERN, Month

_MONTH: Final = re.compile(MONTH_PATTERN)
_NAMES: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def month_said(month: Month | str, language: str) -> str:
    """ "2025-12" → 2025年12月, December 2025; what is no month stays as it is."""
    text = str(month)
    if _MONTH.fullmatch(text) is None:
        return text
    year, number = text[:4], int(text[5:])
    return f"{year}年{number}月" if language == "zh" else f"{_NAMES[number - 1]} {year}"


def number_said(number: str, names: Mapping[str, str], language: str) -> str:
    """A number with the codes in it by their names, and its month as people write it."""
    return " ".join(
        names.get(part) or month_said(part, language) for part in number.split(" ") if part
    )


def item_said(reference: str, language: str) -> str:
    """What an open item is about, from its reference: a claim, a month's settlement, a part of a plan."""
    kind, _, rest = reference.partition(":")
    parts = rest.split(":")
    last = parts[-1]
    words = {
        "claim": (f"补偿 {last}", f"claim {last}"),
        "settlement": _of_settlement(parts),
        "opening": (f"期初往来（原账第 {last} 行）", f"opening item (line {last} of the book)"),
        "planned": _of_plan(parts),
    }
    zh, en = words.get(kind, (reference, reference))
    return zh if language == "zh" else en


def _of_settlement(parts: list[str]) -> tuple[str, str]:
    month = parts[1] if len(parts) > 1 else parts[0]
    return f"{month_said(month, 'zh')}月结", f"settlement of {month_said(month, 'en')}"


def _of_plan(parts: list[str]) -> tuple[str, str]:
    number, part = parts[0], parts[-1]
    if "-B-" in number:
        return f"补仓通知 {number} 第 {part} 笔", f"top-up call {number}, part {part}"
    return f"协议 {number} 第 {part} 笔", f"agreement {number}, part {part}"
