"""Indicators of plans (考核指标): what they count, and how far a target is reached.

Whether the book itself counts an indicator or two persons state it with its source (trade and
licence: the system cannot know them; policies are counted where applications tells of them) is said once here, and shown with every figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from shared.life_cycle import Words
from shared.money import round_half_up

Unit = Literal["money", "count"]
Part = Literal["loans", "firms", "fen"]


class Indicator(NamedTuple):
    """What is counted of the loans lent: a part of one division of them; no part: stated only."""

    words: Words
    unit: Unit
    part: Part | None = None
    by: str = "bank"
    value: str = ""
    """Of the division; "" for all loans."""


INDICATORS: Final[dict[str, Indicator]] = {
    "pledge_amount": Indicator(Words("质押融资金额", "pledge lending"), "money", "fen"),
    "pledge_count": Indicator(Words("质押融资笔数", "pledge loans"), "count", "loans"),
    "pledge_firms": Indicator(Words("质押融资企业户数", "firms lent to"), "count", "firms"),
    "inclusive_amount": Indicator(
        Words("普惠（1,000 万元以下）金额", "inclusive lending (at most 10 million)"),
        "money", "fen", "size", "inclusive",
    ),
    "inclusive_firms": Indicator(
        Words("普惠企业户数", "inclusive firms"), "count", "firms", "size", "inclusive"
    ),
    "inclusive_trademark_amount": Indicator(
        Words("商标质押普惠金额", "inclusive lending against trademarks"),
        "money", "fen", "inclusive_ip_kind", "trademark_right",
    ),
    "inclusive_trademark_firms": Indicator(
        Words("商标质押普惠企业户数", "inclusive firms with trademarks"),
        "count", "firms", "inclusive_ip_kind", "trademark_right",
    ),
    "mixed_amount": Indicator(
        Words("多种类混合质押金额", "lending against several kinds"),
        "money", "fen", "ip_kind", "several",
    ),
    "mixed_count": Indicator(
        Words("多种类混合质押笔数", "loans against several kinds"),
        "count", "loans", "ip_kind", "several",
    ),
    "patent_trademark_amount": Indicator(
        Words("专利商标混合质押金额", "lending against patents with trademarks"),
        "money", "fen", "patent_trademark", "yes",
    ),
    "patent_trademark_count": Indicator(
        Words("专利商标混合质押笔数", "loans against patents with trademarks"),
        "count", "loans", "patent_trademark", "yes",
    ),
    "first_loans": Indicator(
        Words("首贷笔数", "first loans"), "count", "loans", "first_loan", "yes"
    ),
    "insured_amount": Indicator(Words("知识产权保险金额", "IP insured"), "money"),
    "insured_count": Indicator(Words("知识产权保险单数", "IP policies"), "count"),
    "trade_amount": Indicator(
        Words("知识产权交易和许可金额", "IP trade and licences"), "money"
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a plan sets: an amount or a number of a year, or of all years from `since` on; or a growth
    over the year `since`."""

    indicator: str
    year: int
    since: int | None = None
    amount: int | None = None
    """Fen, or a number; None where a growth is set."""
    growth: Fraction | None = None

    @property
    def is_of_years(self) -> bool:
        """Whether it is more than the target of one year."""
        return self.since is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A target with how far it is reached; None is not known."""

    target: Target
    base: int | None
    """The figure of the base year of a growth."""
    actual: int | None
    required: int | None
    """What is to be reached; None where a growth has no base to grow from."""


def reached(target: Target, figures: Mapping[int, int | None], *, until: int) -> Reached:
    """How far a target is reached at the end of the year `until`, by the figure of each year. A year
    whose figure nobody knows makes the whole unknown: nothing is guessed."""
    if target.growth is not None:
        assert target.since is not None, "a growth has a base year"
        base = figures.get(target.since)
        required = round_half_up(base * (1 + target.growth)) if base else None
        return Reached(target=target, base=base, actual=figures.get(until), required=required)
    first = until if target.since is None else target.since
    return Reached(
        target=target,
        base=None,
        actual=total(figures.get(year) for year in range(first, until + 1)),
        required=target.amount,
    )


def total(figures: Iterable[int | None]) -> int | None:
    """The sum; None where one of them is not known."""
    whole = 0
    for one in figures:
        if one is None:
            return None
        whole += one
    return whole
