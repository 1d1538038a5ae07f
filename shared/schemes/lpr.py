"""The loan prime rate of a day, from a dated table."""

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import ClassVar

from ruamel.yaml import YAML

from shared.problems import Refused
from shared.schemes.terms import RateCap

_FILE = Path(__file__).parent / "lpr.yaml"


class LprUnknown(Refused):
    """The table does not reach back to that day."""

    code: ClassVar[str] = "lpr-unknown"


@cache
def _table(term: str) -> tuple[tuple[date, ...], tuple[int, ...]]:
    rows = YAML(typ="safe").load(_FILE.read_text(encoding="utf-8"))[term]
    days = tuple(sorted(rows))
    return days, tuple(rows[day] for day in days)


def lpr_bp(on: date, term: str = "1y") -> int:
    """The LPR in force on a day, in basis points; it holds from its day of publication."""
    days, rates = _table(term)
    index = bisect_right(days, on) - 1
    if index < 0:
        raise LprUnknown(f"{on} 的 LPR 未收录", f"The LPR of {on} is not in the table.")
    return rates[index]


def highest_rate_bp(rule: RateCap, on: date) -> Fraction:
    """The highest rate that a cap permits on a day, in basis points, exact."""
    base = lpr_bp(on, rule.lpr_term)
    if rule.over_lpr_bp is not None:
        return Fraction(base + rule.over_lpr_bp)
    assert rule.times_lpr is not None
    return base * rule.times_lpr
