"""A subsidy of interest, fee or premium."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

from shared.schemes.rules.declare import Code, Fen, Flag, NamePart, Party, Share, Shares, Within
from shared.schemes.rules.limits import RateCap
from shared.schemes.vocabulary import Words

BasisPoints = Annotated[int, Within(0, 10_000)]


@dataclass(frozen=True, slots=True)
class SubsidyCap:
    """A ceiling of a subsidy per borrower: per year, for life, or per product and year."""

    code: Code
    per: Literal["borrower_year", "borrower_life", "product_year", "product_life", "programme_year"]
    amount_fen: Fen


class ShareIf(NamedTuple):
    """Another share where all the flags are so."""

    all: tuple[Flag, ...]
    share: Share


@dataclass(frozen=True, slots=True)
class SubsidyRule:
    """A subsidy of interest, fee or premium."""

    code: Code
    zh: NamePart
    en: NamePart
    of: Literal[
        "interest",
        "interest_paid",
        "guarantee_fee",
        "insurance_premium",
        "appraisal_fee",
        "principal",
    ]
    mode: Literal["upfront_rate_cut", "ex_post_to_company", "ex_post_on_settlement"]
    rate_bp: BasisPoints | None = None
    """Points a year on principal (interest), or on the amount insured or guaranteed."""
    share: Share = Fraction(1)
    """The part of the interest or fee that is paid; `interest_paid`: of the interest really paid."""
    share_if: tuple[ShareIf, ...] = ()
    """The first that fits."""
    rate_ceiling: RateCap | None = None
    """A loan rate above it counts only up to it (bj_2025), or not at all."""
    above_ceiling: Literal["counted_up_to_ceiling", "nothing"] = "counted_up_to_ceiling"
    contract_rate_is_cut: bool = False
    """Where the rate is cut upfront: the contract states the rate after the cut (gx 2023)."""
    fee_ceiling_bp: BasisPoints | None = None
    ip_part_only: bool = False
    day_base: Annotated[int, Within(360, 365)] = 365
    per_year: bool = True
    """Whether `rate_bp` is a yearly rate, counted by days, or once on the amount."""
    rounded_each: Literal["period", "quarter"] = "period"
    """Whether the sum is rounded once, or each calendar quarter on its own."""
    longest_days: Annotated[int | None, Within(1, 36_500)] = None
    least_loan_fen: Fen | None = None
    largest_loan_fen: Fen | None = None
    paid_by: Shares = ()
    residual: Party = ""
    """Who takes the rounding; the last that pays, where none is named."""
    caps: tuple[SubsidyCap, ...] = ()
    products: tuple[tuple[str, BasisPoints], ...] = ()
    """Product → points a year, where the rate goes by product."""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.residual and self.paid_by:
            object.__setattr__(self, "residual", self.paid_by[-1][0])

    def faults(self) -> Iterator[Words]:
        if self.day_base not in (360, 365):
            yield Words("日基数 day_base 只能是 360 或 365", "day_base is either 360 or 365")
        if self.of == "principal" and self.rate_bp is None and not self.products:
            yield Words(
                "按本金补贴须写 rate_bp 或 products",
                "a subsidy on principal needs rate_bp or products",
            )
        if self.of == "interest_paid" and (self.rate_bp is not None or self.products):
            yield Words(
                "按实付利息的比例补贴，不能再写 rate_bp 或 products",
                "a share of the interest really paid has no rate_bp or products",
            )
        if self.residual and self.residual not in dict(self.paid_by):
            yield Words("residual 须是 paid_by 中的一方", "residual is to be one of paid_by")
