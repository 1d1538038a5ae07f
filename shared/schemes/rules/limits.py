"""Ceilings: on what is paid, on the principal that counts, on a loan's rate and its amount."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Annotated, Literal

from shared.schemes.rules.declare import (
    Code,
    Fen,
    Figure,
    Measured,
    NamePart,
    Party,
    Period,
    Says,
    Within,
)
from shared.schemes.rules.sharing import Condition
from shared.schemes.vocabulary import Words


@dataclass(frozen=True, slots=True)
class Cap:
    """A ceiling on what parties pay together: a fixed amount, or a rate of a running figure."""

    code: Code
    parties: Annotated[tuple[Party, ...], Says("对谁的支付设限", "whose payments")] = ("pool",)
    per: Annotated[Period, Says("按什么累计", "over what it counts")] = field(kw_only=True)
    amount_fen: Annotated[Fen | None, Says("固定金额", "a fixed amount")] = None
    rate: Annotated[
        Fraction | None, Within(0, 1_000_000), Says("基数的百分之几", "percent of the figure")
    ] = None
    """Of a figure without a rate it is the whole figure."""
    of: Annotated[Figure, Says("以哪项数字为基数", "of which figure")] = ""
    may_be_raised_to_fen: Annotated[
        Fen | None, Says("经决定最高可调至", "a decision may raise it to")
    ] = None
    zh: NamePart = ""
    en: NamePart = ""
    source: str = ""

    def __post_init__(self) -> None:
        if self.rate is None and self.of:
            object.__setattr__(self, "rate", Fraction(1))

    def faults(self) -> Iterator[Words]:
        fixed, figure = self.amount_fen is not None, bool(self.of)
        if fixed == figure or (self.rate is not None and not figure):
            yield Words(
                "上限缺少依据：写 amount（固定金额），或写 of（以哪项数字为基数）并可加 rate（百分之几）",
                "the cap has no base: write amount (fixed), or of (which figure) with an optional "
                "rate (percent of it)",
            )


@dataclass(frozen=True, slots=True)
class Covered:
    """A ceiling on the principal that counts, before anything is shared."""

    code: Code
    per: Literal["loan", "borrower", "borrower_year", "bank_year", "programme_year"]
    amount_fen: Fen
    zh: NamePart = ""
    en: NamePart = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class RateCap:
    """LPR plus basis points, a multiple of LPR, or points under the going rate.

    `lpr_of` says which LPR: that of the day, or of the last December that is published by the
    day and not after the end of the year in question (`fj`).
    """

    over_lpr_bp: Annotated[
        int | None, Within(0, 10_000), Says("LPR 加点（基点）", "basis points above LPR")
    ] = None
    times_lpr: Annotated[
        Fraction | None, Within(0, 1000), Says("LPR 的百分之几", "percent of LPR")
    ] = None
    under_market_bp: Annotated[
        int | None,
        Within(0, 10_000),
        Says("低于同类平均利率（基点）", "basis points under the going rate"),
    ] = None
    lpr_term: Literal["1y", "5y"] = "1y"
    lpr_of: Literal["day", "december"] = "day"

    def faults(self) -> Iterator[Words]:
        ways = (self.over_lpr_bp, self.times_lpr, self.under_market_bp)
        if sum(way is not None for way in ways) != 1:
            yield Words(
                "利率上限须且只能写一种：over_lpr_bp(LPR 加多少基点)、times_lpr(LPR 的百分之几)"
                "或 under_market_bp（比同类平均利率低多少基点）",
                "write exactly one of over_lpr_bp (basis points above LPR), times_lpr (percent of "
                "LPR) and under_market_bp (basis points under the going rate)",
            )


@dataclass(frozen=True, slots=True)
class Tier:
    """An amount that holds for a stretch of a fact."""

    when: Condition
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class AmountByTier:
    """An amount that depends on a fact, e.g. the loan cap by yearly revenue."""

    by: Measured
    tiers: tuple[Tier, ...]
