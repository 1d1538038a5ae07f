"""Subsidies of interest, fees and premiums: how much, from which treasury, to whom (H.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, ClassVar

from shared.money import format_fen, round_half_up
from shared.ratios import percent
from shared.refusals import Refused
from shared.schemes.decide.apportion import by_residual
from shared.schemes.decide.claims import CapOutcome, Payment
from shared.schemes.decide.explanation import Explanation, Step, listed, money
from shared.schemes.decide.findings import FactMissing, FigureMissing
from shared.schemes.decide.lpr import highest_rate_bp
from shared.schemes.rules.sharing import weights_of
from shared.schemes.rules.subsidies import SubsidyRule
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words


class NoSuchSubsidy(Refused):
    """The scheme has no subsidy of that name."""

    code: ClassVar[str] = "no-such-subsidy"
    status: ClassVar[int] = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyFacts:
    """One loan over one period. The day of repayment is not counted."""

    principal_fen: int
    rate_bp: int
    """The yearly rate of the contract, in basis points."""
    since: date
    until: date
    settled_on: date
    """When the subsidy is reckoned; the LPR is that of this day."""
    ip_share: Fraction = Fraction(1)
    fee_fen: int | None = None
    """Fee or premium paid, for a subsidy of one."""
    interest_paid_fen: int | None = None
    """Interest really paid, where it is known: no subsidy is above it."""
    product: str = ""
    market_rate_bp: int | None = None
    attributes: Mapping[str, bool] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)
    """Cap code → fen already paid to the borrower in the cap's year or life."""


@dataclass(frozen=True, slots=True)
class SubsidyDecision:
    """What is paid, by whom and to whom. `shares` by treasury sums to `amount_fen`."""

    facts: SubsidyFacts
    rule: SubsidyRule
    version: str
    source: str
    days: int
    exact: Fraction
    """Before rounding and caps."""
    uncapped_fen: int
    amount_fen: int
    counted_bp: Fraction
    share: Fraction
    limits: tuple[CapOutcome, ...]
    shares: Mapping[str, int]
    why_nothing: Words | None

    @property
    def binding(self) -> tuple[CapOutcome, ...]:
        """The caps that took something away, the tightest first."""
        return tuple(
            sorted((cap for cap in self.limits if cap.binds), key=lambda cap: cap.allowed_fen)
        )

    @property
    def payee(self) -> str:
        """The bank that has lowered its rate, or the firm afterwards."""
        return "bank" if self.rule.mode == "upfront_rate_cut" else "borrower"

    @property
    def payments(self) -> tuple[Payment, ...]:
        return tuple(
            Payment(payer, self.payee, fen, "subsidy") for payer, fen in self.shares.items() if fen
        )

    @property
    def borrower_rate_bp(self) -> Fraction:
        """What the firm pays its bank: less at once where the rate is cut upfront."""
        if self.rule.mode == "upfront_rate_cut" and self.why_nothing is None:
            return max(self.facts.rate_bp - self.counted_bp * self.share, Fraction(0))
        return Fraction(self.facts.rate_bp)

    @property
    def explanation(self) -> Explanation:
        return _explain(self)

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "subsidy": self.rule.code,
            "mode": self.rule.mode,
            "days": str(self.days),
            "uncapped": format_fen(self.uncapped_fen),
            "amount": format_fen(self.amount_fen),
            "shares": {payer: format_fen(fen) for payer, fen in self.shares.items()},
            "binding": [cap.code for cap in self.binding],
            "limits": [cap.as_data() for cap in self.limits],
            "payee": self.payee,
            "borrower_rate": percent(self.borrower_rate_bp / 10_000),
            "payments": [payment.as_data() for payment in self.payments],
            "explanation": self.explanation.as_data(),
        }


def subsidy(code: str, facts: SubsidyFacts, terms: Terms) -> SubsidyDecision:
    """principal × rate × share × days ÷ day base, rounded once, then the caps (H.29).

    Raises NoSuchSubsidy, FactMissing (fee, going rate), FigureMissing (a cap's running total),
    LprUnknown.
    """
    rule = next((rule for rule in terms.subsidies if rule.code == code), None)
    if rule is None:
        raise NoSuchSubsidy(
            f"方案 {terms.programme} 没有补贴 {code}",
            f"Scheme {terms.programme} has no subsidy {code}.",
        )
    assert facts.principal_fen >= 0 and facts.until >= facts.since
    days = (facts.until - facts.since).days
    if rule.longest_days is not None:
        days = min(days, rule.longest_days)
    why = _why_nothing(rule, facts)
    counted = _counted_bp(rule, facts)
    share = _share(rule, facts)
    exact, rounded = Fraction(0), 0
    if why is None:
        exact = _exact(rule, facts, counted, share, days)
        rounded = _rounded(rule, facts, counted, share, days, exact)
    limits, amount = _capped(rule, facts, rounded)
    shares: Mapping[str, int] = {}
    if rule.paid_by:
        weights = weights_of(rule.paid_by, rule.residual)
        parts = by_residual(amount, weights.parts, weights.whole, weights.residual)
        shares = dict(zip(weights.parties, parts, strict=True))
    source = rule.source or terms.source("subsidies")
    return SubsidyDecision(
        facts, rule, terms.version, source, days, exact, rounded, amount, counted, share,
        limits, shares, why,
    )  # fmt: skip


def _counted_bp(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
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
        facts.settled_on,
        year=facts.until.year,
        market_rate_bp=facts.market_rate_bp,
    )


def _share(rule: SubsidyRule, facts: SubsidyFacts) -> Fraction:
    """The share of the first row of flags that are all so; else the ordinary share."""
    for flags, share in rule.share_if:
        if all(facts.attributes.get(flag) is True for flag in flags):
            return share
    return rule.share


def _why_nothing(rule: SubsidyRule, facts: SubsidyFacts) -> Words | None:
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


def _exact(
    rule: SubsidyRule, facts: SubsidyFacts, counted: Fraction, share: Fraction, days: int
) -> Fraction:
    """The subsidy before rounding: of the interest, of the principal, or of a fee."""
    if rule.of in ("interest", "principal"):
        amount = _by_rate(rule, facts, counted, share, days)
        if facts.interest_paid_fen is not None:
            amount = min(amount, Fraction(facts.interest_paid_fen))
        return amount
    if facts.fee_fen is None:
        raise FactMissing(
            "缺少已付费用金额", "The fee or premium that was paid is missing.", fact="fee"
        )
    amount = facts.fee_fen * share
    if rule.rate_bp is not None:
        amount = min(amount, _by_rate(rule, facts, Fraction(rule.rate_bp), Fraction(1), days))
    if rule.fee_ceiling_bp is not None:
        amount = min(amount, _principal(rule, facts) * rule.fee_ceiling_bp / 10_000)
    return amount


def _rounded(
    rule: SubsidyRule,
    facts: SubsidyFacts,
    counted: Fraction,
    share: Fraction,
    days: int,
    exact: Fraction,
) -> int:
    """Half-up once, or each calendar quarter on its own where the scheme pays by quarter."""
    if rule.rounded_each == "period":
        return round_half_up(exact)
    total = sum(
        round_half_up(_by_rate(rule, facts, counted, share, length))
        for length in quarter_lengths(facts.since, days)
    )
    if facts.interest_paid_fen is not None:
        return min(total, facts.interest_paid_fen)
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


def _capped(
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


def _explain(decision: SubsidyDecision) -> Explanation:
    facts, rule = decision.facts, decision.rule
    inputs = [
        ("principal", money(facts.principal_fen)),
        ("rate", percent(decision.counted_bp / 10_000)),
        ("share", percent(decision.share)),
    ]
    if rule.ip_part_only:
        inputs.append(("ip_share", percent(facts.ip_share)))
    if rule.per_year:
        inputs.append(("days", f"{decision.days}/{rule.day_base}"))
    if facts.fee_fen is not None:
        inputs.append(("fee", money(facts.fee_fen)))
    steps = [
        Step(
            rule=f"subsidies.{rule.code}",
            title=Words(rule.zh, rule.en),
            source=decision.source,
            inputs=tuple(inputs),
            result=money(decision.uncapped_fen),
            note=decision.why_nothing or Words("", ""),
        )
    ]
    steps.extend(
        Step(
            rule=f"subsidies.{rule.code}.{cap.code}",
            title=Words(f"补贴上限 {cap.code}", f"cap {cap.code}"),
            source=decision.source,
            inputs=(("limit", money(cap.limit_fen)), ("used", money(cap.used_fen))),
            result=money(min(cap.allowed_fen, cap.due_fen)),
            note=Words("此上限起作用", "this limit binds") if cap.binds else Words("", ""),
        )
        for cap in decision.limits
    )
    steps.append(
        Step(
            rule="subsidies.paid",
            title=Words("支付", "paid"),
            source=decision.source,
            inputs=(("mode", rule.mode), ("payee", decision.payee)),
            result=listed(decision.shares.items()) or money(decision.amount_fen),
        )
    )
    return Explanation("subsidy", decision.version, tuple(steps))
