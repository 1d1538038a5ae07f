"""The loan prime rate of a day, from a dated table."""

from bisect import bisect_right
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import ClassVar

from ruamel.yaml import YAML

from shared.refusals import Refused
from shared.schemes.decide.findings import FactMissing
from shared.schemes.rules.limits import RateCap

_FILE = Path(__file__).parents[3] / "schemes" / "reference" / "lpr.yaml"
"""Official data, which those who keep the programme files append to."""


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


def december_lpr_bp(on: date, year: int, term: str = "1y") -> int:
    """The LPR of the last December published by a day, not after the end of a year.

    A December's rate counts as published from the 20th of that month.
    """
    while date(year, 12, 20) > on:
        year -= 1
    return lpr_bp(date(year, 12, 31), term)


def highest_rate_bp(
    rule: RateCap, on: date, *, year: int | None = None, market_rate_bp: int | None = None
) -> Fraction:
    """The highest rate that a cap permits on a day, in basis points, exact.

    `year` is that of the repayment, for a rule by the LPR of December; `market_rate_bp` the going
    rate, for a rule under it. Raises LprUnknown, FactMissing.
    """
    if rule.under_market_bp is not None:
        if market_rate_bp is None:
            raise FactMissing(
                "缺少同类贷款加权平均利率",
                "The going rate of like loans is missing.",
                fact="market_rate",
            )
        return Fraction(market_rate_bp - rule.under_market_bp)
    if rule.lpr_of == "december":
        base = december_lpr_bp(on, on.year if year is None else year, rule.lpr_term)
    else:
        base = lpr_bp(on, rule.lpr_term)
    if rule.over_lpr_bp is not None:
        return Fraction(base + rule.over_lpr_bp)
    assert rule.times_lpr is not None
    return base * rule.times_lpr
