"""Caps are used up in the order of filing (programmes H.15), whatever the order of decisions.

A claim sees what those filed before it have taken, and what those of them that are not decided yet
may take: that is held for them. What a claim filed after it has taken does not stand in its way,
for that one saw what was held; only where figures have moved since is it counted, too, so that
no cap is ever exceeded. A cap that opens again never reopens a claim that was cut (H.16).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.risk_pool.domain.claim_facts import NOTHING_ENTERED, Registers
from shared.life_cycle import Row
from shared.schemes.decide.claims import ClaimFacts, Counters
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.terms import Terms

Place = tuple[datetime, str]
"""Where a claim stands in line: the moment of filing, then the number."""

COVERED = ""
"""Stands for a party where the covered principal is counted, not what a party bears."""

POOL = "pool"

SAME: Mapping[str, tuple[str, ...]] = {
    "loan": ("programme", "loan_id"),
    "borrower": ("programme", "borrower_uscc"),
    "borrower_year": ("programme", "borrower_uscc", "year"),
    "bank_year": ("programme", "bank_code", "year"),
    "programme_year": ("programme", "year"),
    "term": ("programme",),
}
"""Period of a cap → what two claims have in common that count towards it together. The year is
that of filing; totals run on across the versions and modes of a programme (H.15)."""


def place_of(claim: Row) -> Place:
    """Where a claim stands in line."""
    return claim["filed_at"], claim["number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one party bears of a claim, or its covered principal: used of caps, or held of them."""

    programme: str
    bank_code: str
    year: int
    """Of filing."""
    borrower_uscc: str
    """"" where it is none of the borrowers that are asked about."""
    loan_id: UUID | None
    party: str
    amount_fen: int
    filed: Place | None
    """None: filed before every claim that waits, with others of which the same holds."""


def taken_by(claim: Row, decision: ClaimDecision) -> list[Taken]:
    """What a claim takes of the caps by a decision."""
    return _taken(claim, {COVERED: decision.covered_fen, **decision.shares})


def taken_at_most(claim: Row, facts: ClaimFacts, parties: Iterable[str]) -> list[Taken]:
    """What a claim may take that cannot be split yet, for a fact is missing: never more than all
    of it, whoever is to bear it."""
    all_of_it = (
        max(facts.outstanding_principal_fen, facts.compensated_amount_fen or 0)
        + facts.interest_fen
        + facts.penalty_interest_fen
        + facts.compound_interest_fen
        + sum(cost.amount_fen for cost in facts.costs)
    )
    return _taken(claim, dict.fromkeys((COVERED, *parties), all_of_it))


def _taken(claim: Row, amounts: Mapping[str, int]) -> list[Taken]:
    return [
        Taken(
            programme=claim["programme"],
            bank_code=claim["bank_code"],
            year=claim["claimed_on"].year,
            borrower_uscc=claim["borrower_uscc"],
            loan_id=claim["loan_id"],
            party=party,
            amount_fen=fen,
            filed=place_of(claim),
        )
        for party, fen in amounts.items()
        if fen
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How much of a cap is gone for one claim, in fen."""

    earlier_fen: int = 0
    """Taken by approved claims that were filed before it."""
    held_fen: int = 0
    """What those filed before it may take that are not decided yet."""
    later_fen: int = 0
    """Taken by claims that were filed after it and decided first."""

    @property
    def before_fen(self) -> int:
        """What stands before the claim in line."""
        return self.earlier_fen + self.held_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How full every cap is for one claim, and the pool's own money."""

    uses: Mapping[str, Use]
    available_fen: int
    """The pool's own money now (H.25)."""
    pool: Use
    """What the pool itself bears of other claims, all programmes together."""
    figures: Mapping[str, int]
    registers: Registers = NOTHING_ENTERED
    """Raised ceilings and costs that have counted, as they are entered."""

    @property
    def in_turn_fen(self) -> int:
        """The pool's money as this claim would have found it in its turn."""
        return max(self.available_fen + self.pool.later_fen - self.pool.held_fen, 0)

    @property
    def in_turn(self) -> Counters:
        """The counters with nothing of those filed later."""
        used = {code: use.before_fen for code, use in self.uses.items()}
        return self._counters(used, self.in_turn_fen)

    @property
    def all_counted(self) -> Counters:
        """The counters with those filed later as well."""
        used = {code: use.before_fen + use.later_fen for code, use in self.uses.items()}
        left = max(self.available_fen - self.pool.held_fen, 0)
        return self._counters(used, left)

    def _counters(self, used: Mapping[str, int], available_fen: int) -> Counters:
        return Counters(
            used=used,
            figures={**self.figures, **self.registers.figures, "pool_available": available_fen},
            raised=self.registers.raised,
            used_costs=self.registers.used_costs,
        )


def standing(
    claim: Row,
    terms: Terms,
    *,
    taken: Sequence[Taken],
    held: Sequence[Taken],
    available_fen: int,
    figures: Mapping[str, int],
    registers: Registers = NOTHING_ENTERED,
) -> Standing:
    """How full every cap of the terms is for a claim. `taken` by approved claims, `held` for those
    before it in line."""
    uses = {}
    for cap in terms.caps:
        uses[cap.code] = _use(claim, SAME.get(cap.per), frozenset(cap.parties), taken, held)
    for part in terms.covered:
        uses[part.code] = _use(claim, SAME.get(part.per), frozenset({COVERED}), taken, held)
    return Standing(
        uses=uses,
        available_fen=available_fen,
        pool=_use(claim, (), frozenset({POOL}), taken, held),
        figures=figures,
        registers=registers,
    )


def borne_by_pool(
    claim: Row, same: tuple[str, ...], taken: Sequence[Taken], held: Sequence[Taken]
) -> Use:
    """What the pool bears of other claims that have something in common with this one."""
    return _use(claim, same, frozenset({POOL}), taken, held)


def _use(
    claim: Row,
    same: tuple[str, ...] | None,
    parties: frozenset[str],
    taken: Sequence[Taken],
    held: Sequence[Taken],
) -> Use:
    if same is None:
        return Use()
    own = {name: _own(claim, name) for name in same}
    before, after = 0, 0
    for one in taken:
        if one.party in parties and all(getattr(one, name) == own[name] for name in same):
            if one.filed is None or one.filed < place_of(claim):
                before += one.amount_fen
            else:
                after += one.amount_fen
    waiting = sum(
        one.amount_fen
        for one in held
        if one.party in parties and all(getattr(one, name) == own[name] for name in same)
    )
    return Use(earlier_fen=before, held_fen=waiting, later_fen=after)


def _own(claim: Row, name: str) -> Any:
    return claim["claimed_on"].year if name == "year" else claim[name]


def split_in_turn(facts: ClaimFacts, terms: Terms, stands: Standing) -> ClaimDecision:
    """The split as the claim's place in line gives it.

    What those filed later have taken is left aside, as long as everything fits together under
    every cap; it always does while nothing but decisions has happened since. Raises what
    `split_loss` raises.
    """
    in_turn = split_loss(facts, terms, stands.in_turn)
    if not any(use.later_fen for use in (stands.pool, *stands.uses.values())):
        return in_turn
    counted = split_loss(facts, terms, stands.all_counted)
    fits = all(takes_fen(in_turn, limit.parties) <= limit.allowed_fen for limit in counted.limits)
    return in_turn if fits else counted


def takes_fen(decision: ClaimDecision, parties: Sequence[str]) -> int:
    """What a decision takes of a cap on these parties; of a covered part, which has none."""
    if not parties:
        return decision.covered_fen
    return sum(decision.shares.get(party, 0) for party in parties)
