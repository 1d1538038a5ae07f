"""How figures, days and times look on a page: amounts grouped, tabular, never rounded unseen."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.console.catalogue import Texts
from shared.money import group_fen, parse_fen

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"


def yuan(amount: Any) -> str:
    """ "1234567.8" → "1,234,567.80"; a dash where there is none."""
    if amount is None or amount == "":
        return NOTHING
    return group_fen(parse_fen(str(amount)))


def wan(amount: Any) -> str:
    """ "1234567.80" → "123.46" (万元), for charts; the table beside has the exact amount."""
    if amount is None or amount == "":
        return NOTHING
    fen = parse_fen(str(amount))
    hundredths = (abs(fen) * 2 + 10_000) // 20_000
    whole, rest = divmod(hundredths, 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def percent(basis_points: Any) -> str:
    """435 → "4.35%"; a dash where there is none."""
    if basis_points is None or basis_points == "":
        return NOTHING
    value = int(basis_points)
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole:,}.{rest:02d}%"


def ratio_bp(part: Any, whole: Any) -> int | None:
    """How many basis points one amount is of another, rounded down; None of nothing."""
    if part is None or whole is None:
        return None
    whole_fen = parse_fen(str(whole))
    return parse_fen(str(part)) * 10_000 // whole_fen if whole_fen > 0 else None


def moment(at: Any) -> str:
    """A time in UTC as the clock in Shanghai shows it, to the minute."""
    if not at:
        return NOTHING
    return datetime.fromisoformat(str(at)).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(on: Any) -> str:
    """A business date, or the day of a time, in Shanghai."""
    if not on:
        return NOTHING
    text = str(on)
    return text if len(text) == 10 else moment(text)[:10]


def count(number: Any) -> str:
    """12345 → "12,345"."""
    return NOTHING if number is None else f"{int(number):,}"


def times(basis_points: Any) -> str:
    """A multiple in basis points, where 10000 is once: 85000 → "8.50"."""
    if basis_points is None:
        return NOTHING
    whole, rest = divmod(int(basis_points), 10_000)
    return f"{whole:,}.{rest // 100:02d}"


_AMOUNT_IN_TEXT = re.compile(r"(?:\b([a-z_]+) )?(?<![\d.])(-?\d{1,15}\.\d{2})(?![\d%.])")


def figures(text: Any, texts: Texts) -> str:
    """A figure of an explanation for people: "pool 1200.00, bank 1.00" → "风险补偿资金池 1,200.00, …"."""
    if isinstance(text, bool):
        return texts("app.yes") if text else texts("app.no")

    def grouped(match: re.Match[str]) -> str:
        party = f"{texts.term('party', match[1])} " if match[1] else ""
        return party + yuan(match[2])

    return _AMOUNT_IN_TEXT.sub(grouped, NOTHING if text is None else str(text))
