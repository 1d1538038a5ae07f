"""Claims one after another: what a decided claim adds to the counters of the next.

Where caps run over a portfolio or a year, the order of claims matters. It is the moment of
filing, then the claim number (H.15); a cap that opens again later never reopens a claim that
was cut (H.16).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import PERIODS

ALL_PERIODS = frozenset(PERIODS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledClaim:
    """A claim with what decides its place in the order."""

    filed_at: datetime
    number: str
    facts: ClaimFacts


def in_order(claims: Iterable[FiledClaim]) -> list[FiledClaim]:
    """First in time, then by number (H.15)."""
    return sorted(claims, key=lambda claim: (claim.filed_at, claim.number))


def advance(
    counters: Counters, decision: ClaimDecision, shared: frozenset[str] = ALL_PERIODS
) -> Counters:
    """The counters after a decided claim, for a next claim that shares these periods with it.

    E.g. without "borrower_year" for a claim of another borrower. The pool's available balance
    falls by what the pool pays.
    """
    used = dict(counters.used)
    for part in decision.terms.covered:
        if part.per in shared:
            used[part.code] = used.get(part.code, 0) + decision.covered_fen
    for cap in decision.terms.caps:
        if cap.per in shared and cap.per not in ("claim", "pool_balance"):
            paid = sum(decision.shares[party] for party in cap.parties)
            used[cap.code] = used.get(cap.code, 0) + paid
    figures = dict(counters.figures)
    if "pool_available" in figures and "pool" in decision.shares:
        figures["pool_available"] -= decision.shares["pool"]
    costs = counters.used_costs | {cost.reference for cost in decision.facts.costs}
    return replace(counters, used=used, figures=figures, used_costs=costs)


def split_in_order(
    claims: Iterable[FiledClaim],
    terms: Terms,
    counters: Counters,
    shared: frozenset[str] = ALL_PERIODS,
) -> Iterator[tuple[FiledClaim, ClaimDecision]]:
    """Decide claims that share their counters, in the order of filing."""
    for claim in in_order(claims):
        decision = split_loss(claim.facts, terms, counters)
        yield claim, decision
        counters = advance(counters, decision, shared)
