"""Cells and headings of tables that people fill in, as spreadsheets hold them.

Full-width characters, blanks around, days in several forms, numbers that a spreadsheet has
shortened. What such a number was cannot be known any more, so it is refused with the cure.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from shared.identifiers import InvalidIdentifier

LONGEST: Final = 200
_DAY: Final = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?",
    re.ASCII,
)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 91_000
"""1954 to 2149 as spreadsheets count days, from 1899-12-30."""
_SHORTENED: Final = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\s\u200b\ufeff]+")
_EMPTY: Final = frozenset({"", "-", "--", "—", "/", "无"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of one row."""

    field: str
    code: str
    zh: str
    en: str


def said_in(cell: Any) -> str | None:
    """What a cell says; None where it says nothing. Raises InvalidIdentifier for what is too long."""
    text = text_of(cell)
    if text in _EMPTY:
        return None
    if len(text) > LONGEST:
        raise InvalidIdentifier(
            "too-long", f"超过 {LONGEST} 个字", f"Longer than {LONGEST} characters."
        )
    return text


def text_of(cell: Any) -> str:
    """A cell as text in one spelling, blanks as one each."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", _BLANKS.sub(" ", str(cell))).strip().removeprefix("'")


def plain(text: str) -> str:
    """A heading without blanks and letter case."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


def day_in(cell: Any, text: str) -> date:
    """The day in a cell. Raises InvalidIdentifier."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        if text.isdigit() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL:
            return date(1899, 12, 30) + timedelta(days=int(text))
        if match := _DAY.fullmatch(text):
            year, month, day = (int(part) for part in match.groups() if part is not None)
            if 1900 <= year <= 2199:
                return date(year, month, day)
    except ValueError:
        pass
    raise InvalidIdentifier("not-a-day", f"日期无法识别：{text[:40]}", "Not a day.")


def must_be_whole(text: str) -> None:
    """Raises InvalidIdentifier for a number that a spreadsheet has cut."""
    if _SHORTENED.fullmatch(text):
        raise InvalidIdentifier(
            "number-shortened",
            "长号码被表格改成了科学计数，原号码已丢失：请把该列设为文本格式后重新录入",
            "The spreadsheet has turned the number into an exponent, and digits are lost: format "
            "the column as text and enter it again.",
        )
