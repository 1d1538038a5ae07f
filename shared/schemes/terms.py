"""The terms that bind a loan: every rule of a scheme file as it stood on the approval day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any, Literal

from shared.schemes.vocabulary import MARKS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Where a value comes from: source and article, how sure it is, since when it holds."""

    source: str
    mark: str = ""
    since: date
    note: str = ""

    def cited(self, language: str = "zh") -> str:
        """The citation as it stands in an explanation."""
        return f"{self.source}〔{MARKS[self.mark].said(language)}〕" if self.mark else self.source


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact measured: a flag is so, or an amount lies between two ends."""

    fact: str
    above: Any = None
    at_least: Any = None
    up_to: Any = None
    below: Any = None
    equals: Any = None

    def holds(self, value: Any) -> bool:
        """Whether the value of the fact fits. `value` is of the fact's kind, never None."""
        if self.equals is not None:
            return bool(value == self.equals)
        return (
            (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.up_to is None or value <= self.up_to)
            and (self.below is None or value < self.below)
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares as whole numbers over one denominator, so that the split needs integers only."""

    parties: tuple[str, ...]
    parts: tuple[int, ...]
    whole: int
    residual: int
    """Index of the party that takes the rounding."""


@lru_cache(maxsize=4096)
def weights_of(shares: tuple[tuple[str, Fraction], ...], residual: str) -> Weights:
    """Bring fractions of 1 to one denominator. They must sum to 1 and name the residual party."""
    assert sum(share for _, share in shares) == 1
    whole = lcm(*(share.denominator for _, share in shares))
    parties = tuple(party for party, _ in shares)
    return Weights(
        parties=parties,
        parts=tuple(int(share * whole) for _, share in shares),
        whole=whole,
        residual=parties.index(residual),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """Shares that hold when every condition holds."""

    when: tuple[Condition, ...]
    shares: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Plus:
    """Points given on top, once, when any of the flags is so."""

    points: Fraction
    to: str
    taken_from: str
    if_any: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """A share that an agreement states, within bounds."""

    party: str
    at_least: Fraction
    required: bool


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a loss is shared. `rows` in the order of the file; `choose` says which one counts."""

    rows: tuple[Row, ...]
    choose: Literal["first", "highest"] = "first"
    for_party: str = "pool"
    """Whose share is to be the highest, where `choose` is so."""
    plus: tuple[Plus, ...] = ()
    agreed: Agreed | None = None
    only_if_confirmed: tuple[tuple[str, str], ...] = ()
    """Party → the prior decision without which it pays nothing."""
    facts_at: Literal["claim", "disbursement"] = "claim"
    by: str = ""

    @property
    def is_flat(self) -> bool:
        """One row for everybody, nothing to look up."""
        return (
            len(self.rows) == 1
            and not self.rows[0].when
            and not self.plus
            and self.agreed is None
            and not self.only_if_confirmed
        )


@dataclass(frozen=True, slots=True)
class Behind:
    """Who finances a party's share, e.g. city 40 : district 60 behind the pool."""

    shares: tuple[tuple[str, Fraction], ...]
    residual: str


@dataclass(frozen=True, slots=True)
class Base:
    """What is shared."""

    of: Literal["outstanding_principal", "compensated_amount"] = "outstanding_principal"
    plus: tuple[str, ...] = ()
    net_of_recoveries: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """A ceiling on what parties pay together: a fixed amount, or a rate of a running figure."""

    code: str
    parties: tuple[str, ...]
    per: str
    amount_fen: int | None = None
    rate: Fraction | None = None
    of: str = ""
    may_be_raised_to_fen: int | None = None
    zh: str = ""
    en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """A ceiling on the principal that counts, before anything is shared."""

    code: str
    per: str
    amount_fen: int
    zh: str = ""
    en: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class RateCap:
    """LPR plus basis points, a multiple of LPR, or points under the going rate.

    `lpr_of` says which LPR: that of the day, or of the last December that is published by the
    day and not after the end of the year in question (`fj`).
    """

    over_lpr_bp: int | None = None
    times_lpr: Fraction | None = None
    under_market_bp: int | None = None
    lpr_term: Literal["1y", "5y"] = "1y"
    lpr_of: Literal["day", "december"] = "day"


@dataclass(frozen=True, slots=True)
class Tier:
    """An amount that holds for a stretch of a fact."""

    when: Condition
    amount_fen: int


@dataclass(frozen=True, slots=True)
class AmountByTier:
    """An amount that depends on a fact, e.g. the loan cap by yearly revenue."""

    by: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """One way to be entitled to claim: everything in it must hold."""

    code: str
    risk_class_at_least: str | None = None
    overdue_days_above: int | None = None
    months_non_performing: int | None = None
    lawsuit_accepted: bool = False
    called_early: bool = False
    loss_confirmed: bool = False
    written_off: bool = False
    enforcement_ended: bool = False
    guarantor_has_paid: bool = False
    insurer_notified: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a step must be done, counted from what began it; exactly one of the ways is set."""

    working_days: int | None = None
    calendar_days: int | None = None
    months: int | None = None
    day_of_next_month: int | None = None
    source: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """Lines of a breaker as exact ratios. `trips` says on which side of a line trouble is."""

    trips: Literal["above", "below"]
    warn: Fraction
    stop: Fraction
    resume: Fraction
    month_ends: int = 1
    """For how many month-ends running the figure must be better than the resume line."""


@dataclass(frozen=True, slots=True)
class RecoveryRule:
    """How recovered money goes back."""

    by: str = "bank"
    order: Literal["pro_rata", "statutory"] = "pro_rata"
    counts_uncovered: bool = True
    """Whether principal beyond the covered part counts as borne by its bearer."""


@dataclass(frozen=True, slots=True)
class SubsidyCap:
    """A ceiling of a subsidy per borrower: per year, for life, or per product and year."""

    code: str
    per: Literal["borrower_year", "borrower_life", "product_year", "product_life", "programme_year"]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class SubsidyRule:
    """A subsidy of interest, fee or premium."""

    code: str
    zh: str
    en: str
    of: Literal["interest", "guarantee_fee", "insurance_premium", "appraisal_fee", "principal"]
    mode: Literal["upfront_rate_cut", "ex_post_to_company", "ex_post_on_settlement"]
    rate_bp: int | None = None
    """Points a year on principal (interest), or on the amount insured or guaranteed."""
    share: Fraction = Fraction(1)
    """The part of the interest or fee that is paid."""
    share_if: tuple[tuple[tuple[str, ...], Fraction], ...] = ()
    """Another share when all the flags are so; the first that fits."""
    rate_ceiling: RateCap | None = None
    """A loan rate above it counts only up to it (bj_2025), or not at all."""
    above_ceiling: Literal["counted_up_to_ceiling", "nothing"] = "counted_up_to_ceiling"
    fee_ceiling_bp: int | None = None
    ip_part_only: bool = False
    day_base: Literal[360, 365] = 365
    per_year: bool = True
    """Whether `rate_bp` is a yearly rate, reckoned by days, or once on the amount."""
    rounded_each: Literal["period", "quarter"] = "period"
    """Whether the sum is rounded once, or each calendar quarter on its own."""
    longest_days: int | None = None
    least_loan_fen: int | None = None
    largest_loan_fen: int | None = None
    paid_by: tuple[tuple[str, Fraction], ...] = ()
    residual: str = ""
    caps: tuple[SubsidyCap, ...] = ()
    products: tuple[tuple[str, int], ...] = ()
    """Product → points a year, where the rate goes by product."""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A scheme's rules in one mode on one day. None or empty: the scheme has no such rule.

    The same object for every day on which the same values are in force.
    """

    programme: str
    mode: str
    since: date
    """The youngest date among the rules in force."""
    name: Words
    mode_name: Words
    status: Literal["complete", "template", "incomplete"]
    version: str
    """`<programme>/<mode>@<since>#<hash of every rule in force, with its source>`."""
    stated: Mapping[str, Stated]
    """Source of each rule in force, by rule name."""

    # who, and how a loss is shared
    parties: tuple[str, ...] = ()
    residual: str = "bank"
    bearer: str = "bank"
    sharing: Sharing | None = None
    behind: Mapping[str, Behind] = field(default_factory=dict)
    base: Base = Base()
    rounding: Literal["residual", "largest_remainder"] = "residual"
    covered: tuple[Covered, ...] = ()
    caps: tuple[Cap, ...] = ()
    refunds: Mapping[str, str] = field(default_factory=dict)
    """Party → whom it refunds; whoever is not here pays the bearer directly."""
    escrow: bool = False

    # who may borrow
    ip_kinds: tuple[str, ...] = ()
    loan_cap_fen: int | None = None
    loan_cap_by: AmountByTier | None = None
    borrower_cap_fen: int | None = None
    borrower_debt_cap_fen: int | None = None
    revenue_cap_fen: int | None = None
    loan_floor_fen: int | None = None
    tenor_months: int | None = None
    rate_cap: RateCap | None = None
    registered_months: int | None = None
    in_territory: bool = False
    sme_only: bool = False
    one_live_project: bool = False
    credit_lists: tuple[str, ...] = ()
    lookback_years: int | None = None
    purposes: tuple[str, ...] = ()
    pledge_rates: Mapping[str, Fraction] = field(default_factory=dict)
    ip_share_minimum: Fraction | None = None
    pure_ip_only: bool = False
    maturity_within_ip_expiry: bool = False
    external_valuation_above_fen: int | None = None
    documents: tuple[str, ...] = ()
    no_other_compensation: bool = False

    # how much
    maximum_leverage: Fraction | None = None
    minimum_leverage: Fraction | None = None
    bank_share_of_capacity: Fraction | None = None
    programme_covered_cap_fen: int | None = None

    # claims
    trigger: tuple[TriggerRule, ...] = ()
    claim_documents: tuple[str, ...] = ()
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    recovery: RecoveryRule = RecoveryRule()
    bank_breaker: BreakerRule | None = None
    pool_breaker: BreakerRule | None = None
    subsidies: tuple[SubsidyRule, ...] = ()

    flat: Weights | None = field(init=False, repr=False, compare=False)
    """The shares that hold for everybody, as whole numbers; None where there is a row to find."""
    row_weights: tuple[Weights, ...] = field(init=False, repr=False, compare=False)
    """The shares of each row of `sharing` as whole numbers, reckoned once."""
    cap_payers: tuple[tuple[Cap, tuple[int, ...]], ...] = field(
        init=False, repr=False, compare=False
    )
    """Each cap with the places of its payers among the parties."""

    def __post_init__(self) -> None:
        rows = self.sharing.rows if self.sharing is not None else ()
        weights = tuple(self.weights(dict(row.shares)) for row in rows)
        flat = weights[0] if self.sharing is not None and self.sharing.is_flat else None
        payers = tuple(
            (cap, tuple(at for at, party in enumerate(self.parties) if party in cap.parties))
            for cap in self.caps
        )
        object.__setattr__(self, "flat", flat)
        object.__setattr__(self, "row_weights", weights)
        object.__setattr__(self, "cap_payers", payers)

    def weights(self, shares: Mapping[str, Fraction]) -> Weights:
        """Shares of the parties as whole numbers, in the order in which the scheme names them."""
        return weights_of(tuple((party, shares[party]) for party in self.parties), self.residual)

    def source(self, rule: str, language: str = "zh") -> str:
        """The citation of a rule in force; empty where the scheme states none."""
        stated = self.stated.get(rule)
        return stated.cited(language) if stated else ""

    @property
    def assumed(self) -> tuple[str, ...]:
        """The rules in force whose values nobody has read in a source."""
        return tuple(rule for rule, stated in self.stated.items() if stated.mark == "assumed")
