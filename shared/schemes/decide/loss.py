"""Who bears how much of a loss: base, split, caps and the way of the money (programmes H.1-H.3).

Integers only on the way to the shares. The explanation is made outside (`loss_explained.py`) of
the figures that a decision keeps, so that it can never tell another story.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from shared.money import format_fen
from shared.schemes.decide.apportion import divide
from shared.schemes.decide.base import INTERESTS, extras_fen, ip_part_fen, ip_share_of
from shared.schemes.decide.caps import apply_caps, counted_fen
from shared.schemes.decide.claims import (
    Borne,
    CapOutcome,
    ClaimFacts,
    Counters,
    NoSharingRule,
    Payment,
)
from shared.schemes.decide.payments import behind, payments
from shared.schemes.decide.shares import row_and_weights
from shared.schemes.rules.sharing import Weights
from shared.schemes.terms import Terms

NO_COUNTERS = Counters()


class ClaimDecision(NamedTuple):
    """The split of one loss. All maps go by party, in the order of the scheme.

    `shares` is what each party bears in the end and sums to `base_fen`; `due` is the same
    before the caps. `uncovered_fen` is principal of the IP part beyond what the scheme covers;
    it stays with the bearer, as does `interest_outside_fen`.
    """

    facts: ClaimFacts
    terms: Terms
    ip_part_fen: int
    covered_fen: int
    base_fen: int
    weights: Weights | None
    """None: no row of the scheme fits, and nothing is paid."""
    row: int
    due: Mapping[str, int]
    shares: Mapping[str, int]
    limits: tuple[CapOutcome, ...]
    """Every cap and covered part that was looked at, in the order of the scheme."""

    @property
    def binding(self) -> tuple[CapOutcome, ...]:
        """The limits that took something away, the tightest first."""
        bound = [limit for limit in self.limits if limit.binds]
        return tuple(sorted(bound, key=lambda limit: Fraction(limit.allowed_fen, limit.due_fen)))

    @property
    def uncovered_fen(self) -> int:
        return self.ip_part_fen - self.covered_fen

    @property
    def compensation_fen(self) -> int:
        """What the bearer gets from all the others together."""
        return self.base_fen - self.shares[self.terms.bearer]

    @property
    def cut_fen(self) -> int:
        """What the caps took from the payers and left with the bearer."""
        bearer = self.terms.bearer
        return self.shares[bearer] - self.due[bearer]

    @property
    def interest_outside_fen(self) -> int:
        """Interest of the whole loan that stays with the bearer outside the base (H.9)."""
        return sum(
            getattr(self.facts, f"{kind}_fen")
            for kind in INTERESTS
            if kind not in self.terms.base.plus
        )

    @property
    def payments(self) -> tuple[Payment, ...]:
        """Who pays whom: to the bearer (or into escrow) first, then refunds along the chain."""
        return payments(self.shares, self.terms)

    @property
    def behind(self) -> Mapping[str, Mapping[str, int]]:
        """The share of a party, divided among those who finance it."""
        return behind(self.shares, self.terms)

    @property
    def borne(self) -> Borne:
        """What each party bore, for the recoveries to come (H.22)."""
        borne = dict(self.shares)
        if self.terms.recovery.counts_uncovered:
            borne[self.terms.bearer] += self.uncovered_fen
        weights = self.weights
        as_agreed = weights is not None and borne == self.due
        return Borne(
            version=self.terms.version,
            residual=self.terms.residual,
            bearer=self.terms.bearer,
            borne=borne,
            parts=dict(zip(weights.parties, weights.parts, strict=True))
            if weights is not None and as_agreed
            else borne,
            interest_outside_fen=self.interest_outside_fen,
            ip_share=ip_share_of(self.facts),
            order=self.terms.recovery.order,
            recovered_by=self.terms.recovery.by,
            rounding=self.terms.rounding,
        )

    def as_data(self) -> dict[str, Any]:
        """The decision as plain data for JSON, money as decimal strings."""
        return {
            "programme": self.terms.programme,
            "mode": self.terms.mode,
            "version": self.terms.version,
            "base": format_fen(self.base_fen),
            "ip_part": format_fen(self.ip_part_fen),
            "uncovered": format_fen(self.uncovered_fen),
            "interest_outside": format_fen(self.interest_outside_fen),
            "due": {party: format_fen(fen) for party, fen in self.due.items()},
            "shares": {party: format_fen(fen) for party, fen in self.shares.items()},
            "limits": [limit.as_data() for limit in self.limits],
            "binding": [limit.code for limit in self.binding],
            "payments": [payment.as_data() for payment in self.payments],
            "behind": {
                party: {payer: format_fen(fen) for payer, fen in parts.items()}
                for party, parts in self.behind.items()
            },
            "borne": self.borne.as_data(),
        }


def split_loss(facts: ClaimFacts, terms: Terms, counters: Counters = NO_COUNTERS) -> ClaimDecision:
    """Split a loss under the terms of the loan's approval day.

    Shares sum to the base to the fen, none is negative, no cap is exceeded. Every cap is
    computed against the uncapped shares and each party pays the least that any cap leaves it,
    so the order in which a scheme lists its caps does not matter; what is cut off stays with
    the bearer.

    Raises NoSharingRule, IpShareNotStated, CostAlreadyCounted, AgreementMissing,
    AgreementOutOfBounds, FactMissing (a tier needs a fact), FigureMissing (a cap needs a
    counter).
    """
    sharing = terms.sharing
    if sharing is None:
        raise NoSharingRule(
            f"方案 {terms.programme} 的模式 {terms.mode} 没有可用的分担比例",
            f"Mode {terms.mode} of scheme {terms.programme} has no ratio to split a loss by.",
        )
    ip_part = ip_part_fen(facts, terms)
    covered = ip_part
    limits: list[CapOutcome] = []
    for part in terms.covered:
        used = counted_fen(counters.used, part.code)
        limit = CapOutcome(
            part.code, (), part.amount_fen, used, ip_part, part.source, part.zh, part.en
        )
        covered = min(covered, limit.allowed_fen)
        limits.append(limit)
    base = covered + extras_fen(facts, terms, counters) if terms.base.plus else covered

    row, weights = (
        (0, terms.flat) if terms.flat is not None else row_and_weights(facts, terms, sharing)
    )
    parties = terms.parties
    if weights is None:
        nothing = dict.fromkeys(parties, 0)
        nothing[terms.bearer] = base
        return ClaimDecision(
            facts, terms, ip_part, covered, base, None, row, nothing, nothing, tuple(limits)
        )
    divided = divide(terms.rounding, base, weights.parts, weights.whole, weights.residual)
    due = shares = dict(zip(parties, divided, strict=True))
    if terms.caps and apply_caps(divided, facts, terms, counters, limits):
        shares = dict(zip(parties, divided, strict=True))
        shares[terms.bearer] += base - sum(divided)
    return ClaimDecision(
        facts, terms, ip_part, covered, base, weights, row, due, shares, tuple(limits)
    )
