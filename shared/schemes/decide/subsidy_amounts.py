"""How much a subsidy comes to: the rate and share that count, rounding, and its caps (H.29)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from shared.money import round_half_up
from shared.schemes.decide.claims import CapOutcome
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.decide.lpr import highest_rate_bp
from shared.schemes.rules.declare import Attributes, Fen, Share
from shared.schemes.rules.subsidies import SubsidyRule
from shared.schemes.vocabulary import FACTS, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyFacts:
    """One loan over one period. The day of repayment is not counted."""

    principal_fen: Fen
    rate_bp: int
    """The yearly rate of the contract, in basis points."""
    since: date
    until: date
    settled_on: date | None = None
    """When the loan was settled, for a subsidy on settlement; for another, when it is computed.

    The LPR is that of this day; of the end of the period, where none is stated.
    """
    ip_share: Share = Fraction(1)
    fee_fen: Fen | None = None
    """Fee or premium paid, for a subsidy of one."""
    interest_paid_fen: Fen | None = None
    """Interest really paid in the period, on the whole loan, where it is known."""
    product: str = ""
    market_rate_bp: int | None = None
    attributes: Attributes = field(default_factory=dict)
    used: Mapping[str, Fen] = field(default_factory=dict)
    """Cap code → fen already paid to the borrower in the cap's year or life."""


def counted_bp(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
    """The yearly rate that is subsidised, in basis points."""
    if rule.products:
        return Fraction(dict(rule.products).get(facts.product, 0))
    if rule.rate_bp is not None:
        return Fraction(rule.rate_bp)
    if rule.rate_ceiling is not None:
        return min(Fraction(facts.rate_bp), _ceiling(rule, facts))
    return Fraction(facts.rate_bp)


def _ceiling(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
    assert rule.rate_ceiling is not None
    return highest_rate_bp(
        rule.rate_ceiling,
        facts.settled_on or facts.until,
        year=facts.until.year,
        market_rate_bp=facts.market_rate_bp,
    )


def share_of(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
    """The share of the first row of flags that are all so; else the ordinary share.

    Raises FactMissing for a flag that nobody stated and that could change it.
    """
    open_rows: list[tuple[str, Fraction]] = []
    counts = rule.share
    for flags, share in rule.share_if:
        said = {flag: facts.attributes.get(flag) for flag in flags}
        if False in said.values():
            continue
        missing = next((flag for flag, value in said.items() if value is None), None)
        if missing is None:
            counts = share
            break
        open_rows.append((missing, share))
    for flag, share in open_rows:
        if share != counts:
            raise FactMissing(
                f"缺少补贴所需的事实：{FACTS[flag].zh}({flag})",
                f"A subsidy needs a fact that is missing: {FACTS[flag].en}.",
                fact=flag,
            )
    return counts


def why_nothing(rule: SubsidyRule, facts: SubsidyFacts) -> Words | None:
    if rule.products and facts.product not in dict(rule.products):
        return Words("该产品没有补贴", "no subsidy for this product")
    if rule.least_loan_fen is not None and facts.principal_fen < rule.least_loan_fen:
        return Words("贷款低于补贴下限", "the loan is below the floor")
    if rule.largest_loan_fen is not None and facts.principal_fen > rule.largest_loan_fen:
        return Words("贷款超过补贴上限", "the loan is above the ceiling")
    strict = rule.rate_ceiling is not None and rule.above_ceiling == "nothing"
    if strict and facts.rate_bp > _ceiling(rule, facts):
        return Words("利率超过补贴允许的上限", "the rate is above what may be subsidised")
    return None


def _principal(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
    part = facts.ip_share if rule.ip_part_only else Fraction(1)
    return facts.principal_fen * part


def _by_rate(
    rule: SubsidyRule, facts: SubsidyFacts, counted: Fraction, share: Fraction, days: int
) -> Fraction:
    amount = _principal(rule, facts) * counted * share / 10_000
    return amount * days / rule.day_base if rule.per_year else amount


class Counted(NamedTuple):
    """What a subsidy comes to before rounding, and the inputs that made it less."""

    exact: Fraction
    cut_by: tuple[str, ...] = ()


def exact_amount(
    rule: SubsidyRule, facts: SubsidyFacts, counted: Fraction, share: Fraction, days: int
) -> Counted:
    """The subsidy before rounding: of the interest, of the principal, or of a fee.

    Of interest that was really paid the share is taken of that; of interest by rate and days
    never more than the same share of what was paid. Points on principal are paid up to it.
    """
    cut_by = [] if days == (facts.until - facts.since).days else ["longest_days"]
    if rule.rate_ceiling is not None and counted < facts.rate_bp and not _is_by_points(rule):
        cut_by.append("rate_ceiling")
    if rule.of == "interest_paid":
        return Counted(_of_paid(rule, facts, counted, share), tuple(cut_by))
    limits: dict[str, Fraction] = {}
    if rule.of in ("interest", "principal"):
        amount = _by_rate(rule, facts, counted, share, days)
        if facts.interest_paid_fen is not None:
            limits["interest_paid"] = _most_by_interest(rule, facts, counted, share)
    else:
        if facts.fee_fen is None:
            raise FactMissing(
                "缺少已付费用金额", "The fee or premium that was paid is missing.", fact="fee"
            )
        amount = facts.fee_fen * share
        if rule.rate_bp is not None:
            limits["rate_bp"] = _by_rate(rule, facts, Fraction(rule.rate_bp), Fraction(1), days)
        if rule.fee_ceiling_bp is not None:
            limits["fee_ceiling_bp"] = _principal(rule, facts) * rule.fee_ceiling_bp / 10_000
    least = min([amount, *limits.values()])
    cut_by += [name for name, limit in limits.items() if limit == least < amount]
    return Counted(least, tuple(cut_by))


def _is_by_points(rule: SubsidyRule) -> bool:
    return rule.rate_bp is not None or bool(rule.products)


def _most_by_interest(
    rule: SubsidyRule, facts: SubsidyFacts, counted: Fraction, share: Fraction
) -> Fraction:
    """The most that interest really paid allows: all of it for points, else the share of it."""
    assert facts.interest_paid_fen is not None
    if _is_by_points(rule):
        return Fraction(facts.interest_paid_fen)
    return _of_paid(rule, facts, counted, share)


def _of_paid(
    rule: SubsidyRule, facts: SubsidyFacts, counted: Fraction, share: Fraction
) -> Fraction:
    """The share of the interest really paid, of the part and up to the rate that count."""
    if facts.interest_paid_fen is None:
        raise FactMissing(
            "缺少实付利息(interest_paid)",
            "The interest really paid is missing.",
            fact="interest_paid",
        )
    part = facts.ip_share if rule.ip_part_only else Fraction(1)
    rate = counted / facts.rate_bp if counted < facts.rate_bp else Fraction(1)
    return facts.interest_paid_fen * part * rate * share


def rounded_fen(
    rule: SubsidyRule,
    facts: SubsidyFacts,
    counted: Fraction,
    share: Fraction,
    days: int,
    exact: Fraction,
) -> int:
    """Half-up once, or each calendar quarter on its own where the scheme pays by quarter."""
    if rule.rounded_each == "period" or rule.of == "interest_paid":
        return round_half_up(exact)
    total = sum(
        round_half_up(_by_rate(rule, facts, counted, share, length))
        for length in quarter_lengths(facts.since, days)
    )
    if facts.interest_paid_fen is not None:
        return min(total, round_half_up(_most_by_interest(rule, facts, counted, share)))
    return total


def quarter_lengths(since: date, days: int) -> list[int]:
    """How many of the days from `since` fall into each calendar quarter, in order."""
    lengths = []
    at = since.toordinal()
    end = at + days
    while at < end:
        day = date.fromordinal(at)
        month = (day.month - 1) // 3 * 3 + 4
        following = date(day.year + (month > 12), (month - 1) % 12 + 1, 1).toordinal()
        lengths.append(min(following, end) - at)
        at = following
    return lengths


def capped(
    rule: SubsidyRule, facts: SubsidyFacts, rounded: int
) -> tuple[tuple[CapOutcome, ...], int]:
    limits = []
    amount = rounded
    for cap in rule.caps:
        if cap.code not in facts.used:
            raise FigureMissing(
                f"缺少补贴上限 {cap.code} 的累计数",
                f"The running total for the cap {cap.code} is missing.",
                cap=cap.code,
            )
        limit = CapOutcome(cap.code, (), cap.amount_fen, facts.used[cap.code], rounded, rule.source)
        limits.append(limit)
        amount = min(amount, limit.allowed_fen)
    return tuple(limits), amount
