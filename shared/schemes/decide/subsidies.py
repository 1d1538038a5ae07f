"""Subsidies of interest, fees and premiums: how much, from which treasury, to whom (H.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from shared.money import format_fen
from shared.ratios import percent
from shared.refusals import Refused
from shared.schemes.decide.apportion import by_residual
from shared.schemes.decide.claims import CapOutcome, Payment
from shared.schemes.decide.subsidy_amounts import (
    Counted,
    SubsidyFacts,
    capped,
    counted_bp,
    exact_amount,
    rounded_fen,
    share_of,
    why_nothing,
)
from shared.schemes.rules.sharing import weights_of
from shared.schemes.rules.subsidies import SubsidyRule
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words


class NoSuchSubsidy(Refused):
    """The scheme has no subsidy of that name."""

    code: ClassVar[str] = "no-such-subsidy"
    status: ClassVar[int] = 404


class LoanNotSettled(Refused):
    """A subsidy on settlement is paid only after the loan is settled."""

    code: ClassVar[str] = "loan-not-settled"


def _require_settled(facts: SubsidyFacts) -> None:
    """Raises LoanNotSettled where no day of settlement is stated, or the period goes beyond it."""
    if facts.settled_on is None:
        raise LoanNotSettled(
            "本补贴在贷款结清后支付，未写明结清日",
            "This subsidy is paid after the loan is settled; no day of settlement is stated.",
        )
    if facts.settled_on < facts.until:
        raise LoanNotSettled(
            f"本补贴在贷款结清后支付：{facts.settled_on} 结清，早于期末 {facts.until}",
            f"This subsidy is paid after the loan is settled: it was on {facts.settled_on}, before "
            f"the end of the period on {facts.until}.",
        )


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
    cut_by: tuple[str, ...]
    """The inputs, beside the caps, that made it less."""
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
        """What the firm pays its bank: less at once where the rate is cut upfront, unless the rate
        of its contract is the one after the cut."""
        cut_now = self.rule.mode == "upfront_rate_cut" and not self.rule.contract_rate_is_cut
        if cut_now and self.why_nothing is None:
            return max(self.facts.rate_bp - self.counted_bp * self.share, Fraction(0))
        return Fraction(self.facts.rate_bp)

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "subsidy": self.rule.code,
            "mode": self.rule.mode,
            "days": str(self.days),
            "uncapped": format_fen(self.uncapped_fen),
            "amount": format_fen(self.amount_fen),
            "shares": {payer: format_fen(fen) for payer, fen in self.shares.items()},
            "cut_by": list(self.cut_by),
            "binding": [cap.code for cap in self.binding],
            "limits": [cap.as_data() for cap in self.limits],
            "payee": self.payee,
            "borrower_rate": percent(self.borrower_rate_bp / 10_000),
            "payments": [payment.as_data() for payment in self.payments],
        }


def subsidy(code: str, facts: SubsidyFacts, terms: Terms) -> SubsidyDecision:
    """principal × rate × share × days ÷ day base, rounded once, then the caps (H.29).

    Raises NoSuchSubsidy, LoanNotSettled, FactMissing (fee, interest paid, going rate, a flag),
    FigureMissing (a cap's running total), LprUnknown.
    """
    rule = next((rule for rule in terms.subsidies if rule.code == code), None)
    if rule is None:
        raise NoSuchSubsidy(
            f"方案 {terms.programme} 没有补贴 {code}",
            f"Scheme {terms.programme} has no subsidy {code}.",
        )
    assert facts.principal_fen >= 0 and facts.until >= facts.since
    if rule.mode == "ex_post_on_settlement":
        _require_settled(facts)
    days = (facts.until - facts.since).days
    if rule.longest_days is not None:
        days = min(days, rule.longest_days)
    why = why_nothing(rule, facts)
    counted = counted_bp(rule, facts)
    share = share_of(rule, facts) if why is None else rule.share
    exact, rounded = Counted(Fraction(0)), 0
    if why is None:
        exact = exact_amount(rule, facts, counted, share, days)
        rounded = rounded_fen(rule, facts, counted, share, days, exact.exact)
    limits, amount = capped(rule, facts, rounded)
    shares: Mapping[str, int] = {}
    if rule.paid_by:
        weights = weights_of(rule.paid_by, rule.residual)
        parts = by_residual(amount, weights.parts, weights.whole, weights.residual)
        shares = dict(zip(weights.parties, parts, strict=True))
    source = rule.source or terms.source("subsidies")
    return SubsidyDecision(
        facts, rule, terms.version, source, days, exact.exact, rounded, amount, counted, share,
        exact.cut_by, limits, shares, why,
    )  # fmt: skip
