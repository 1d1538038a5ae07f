"""What a cell says: text without the tricks of spreadsheets, a day, an amount in fen.

Banks print full-width digits and letters, thousands separators, ¥ signs, `="00123"` so that a
spreadsheet keeps the noughts, tabs behind long numbers, and days in many forms.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from shared.money import LARGEST_FEN

Cell = str | int | float | Decimal | datetime | date | None

LONGEST_CELL = 1000

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff]+")
_QUOTED = re.compile(r'="?(.*?)"?', re.DOTALL)
_DAY = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
    r"(?:[T ]?\d{1,2}(?::?\d{2}(?::?\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 73_050
"""2000-01-01 and 2099-12-31 as spreadsheets count days, from 1899-12-30."""
_AMOUNT = re.compile(r"([+-]?)(\d+(?:,\d{3})*|\d*)(?:\.(\d*))?", re.ASCII)
_NOTHING = {"", "-", "--", "—", "——", "/"}


def plain(value: Cell) -> str:
    """The text of a cell: no control characters, no blanks around it, no spreadsheet's quoting."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _CONTROL.sub(" ", str(value)).strip()
    if text.startswith("=") and (match := _QUOTED.fullmatch(text)):
        text = match[1].strip()
    return text.removeprefix("'").strip()


def narrow(value: Cell) -> str:
    """The text with full-width digits, letters and signs made narrow."""
    return unicodedata.normalize("NFKC", plain(value)).strip()


def day_of(value: Cell) -> date:
    """The day that a cell says, with or without a time. Raises ValueError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float | Decimal) and _FIRST_SERIAL <= value <= _LAST_SERIAL:
        return _of_serial(int(value))
    text = narrow(value)
    if match := _DAY.fullmatch(text):
        year, *parts = (int(part) for part in match.groups() if part is not None)
        return date(year, parts[0], parts[1])
    if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        return _of_serial(int(float(text)))
    raise ValueError(f"{text[:40]!r} is not a day")


def _of_serial(days: int) -> date:
    return date(1899, 12, 30) + timedelta(days=days)


def fen_of(value: Cell) -> int | None:
    """The amount that a cell says; None where it says nothing. Raises ValueError for what is no
    amount, has more than two decimals, or is out of bounds."""
    if isinstance(value, bool | date):
        raise ValueError(f"{value} is not an amount")
    if isinstance(value, int | float | Decimal):
        return _bounded(_of_number(value))
    text = narrow(value).replace(" ", "").replace("，", ",").replace("−", "-").replace("－", "-")
    if text in _NOTHING:
        return None
    text = re.sub(r"^([+-]?)(?:¥|￥|RMB|CNY|人民币)", r"\1", text, flags=re.IGNORECASE)
    text = text.removesuffix("元")
    negative = text.startswith("(") and text.endswith(")")
    match = _AMOUNT.fullmatch(text.strip("()") if negative else text)
    if match is None or not (match[2] or match[3]):
        raise ValueError(f"{text[:40]!r} is not an amount")
    decimals = (match[3] or "").rstrip("0")
    if len(decimals) > 2:
        raise ValueError(f"{text[:40]!r} has more than two decimals")
    fen = int(match[2].replace(",", "") or "0") * 100 + int(decimals.ljust(2, "0"))
    return _bounded(-fen if negative or match[1] == "-" else fen)


def _of_number(value: int | float | Decimal) -> int:
    """Of a number in a spreadsheet, where 0.1 + 0.2 may lie a hair beside 0.3."""
    try:
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        fen = (exact * 100).to_integral_value()
    except (InvalidOperation, OverflowError) as error:
        raise ValueError(f"{value} is not an amount") from error
    if not exact.is_finite() or abs(exact * 100 - fen) > Decimal("0.00001"):
        raise ValueError(f"{value} has more than two decimals")
    return int(fen)


def _bounded(fen: int) -> int:
    if abs(fen) > LARGEST_FEN:
        raise ValueError("the amount is too large")
    return fen
