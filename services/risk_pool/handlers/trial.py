"""What a claim would be split into now: weighed in its turn, after all that were filed before it.

Where something is decided, the pool is held, so that what was weighed stays so until it is booked.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cap_order import (
    Place,
    Standing,
    Taken,
    Use,
    borne_by_pool,
    place_of,
    split_in_turn,
    standing,
    taken_at_most,
    taken_by,
)
from services.risk_pool.domain.claim_facts import Registers, amounts_claimed, claim_facts
from services.risk_pool.domain.claim_filed import Position
from services.risk_pool.domain.compensation import payments_of
from services.risk_pool.domain.decision_checks import moved_since
from services.risk_pool.domain.shares import shares_of
from services.risk_pool.domain.trial import Trial, part_of
from services.risk_pool.queries import caps, recoveries
from services.risk_pool.queries import claims as known_claims
from services.risk_pool.queries.agreed_figures import registers_for
from services.risk_pool.tables import claims
from shared.life_cycle import Row
from shared.postgres.database import seeing_everything
from shared.postgres.published_schemes import terms_on
from shared.refusals import Refused
from shared.schemes.decide.claims import ClaimFacts, Counters, NoSharingRule
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.terms import Terms

_AT_A_STRETCH: Final = 16
"""Claims that are weighed before others get their turn."""


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """A claim with all that its split was decided by, and the split, or why there is none."""

    claim: Row
    loan: Row
    terms: Terms
    facts: ClaimFacts
    stands: Standing
    outcome: ClaimDecision | Refused
    of_bank: Use
    of_borrower: Use


async def trial_of(
    conn: asyncpg.Connection, claim: Row, *, principal_fen: int | None = None
) -> Trial:
    """The trial split of an undecided claim, of a part of its principal where one is named.

    Looks with the eyes of the house, whoever asks: what others take decides, too. Raises
    PartAboveClaimed; what is missing or has moved stands in the trial.
    """
    part_fen = part_of(claim, principal_fen)
    async with seeing_everything(conn):
        weighed = await _weigh(conn, claim, part_fen)
        positions = await known_claims.positions_of(conn, claim["loan_id"])
        received_fen = await recoveries.received_fen(conn, claim["loan_id"])
        codes = await known_claims.party_codes(conn, claim)
    position = positions[-1] if positions else None
    return _shown(weighed, part_fen, position=position, received_fen=received_fen, codes=codes)


def _shown(
    weighed: _Weighed, part_fen: int, *, position: Position | None, received_fen: int,
    codes: Mapping[str, str],
) -> Trial:  # fmt: skip
    split = weighed.outcome if isinstance(weighed.outcome, ClaimDecision) else None
    moved = moved_since(
        weighed.claim, weighed.loan, position, principal_fen=part_fen, received_fen=received_fen
    )
    return Trial(
        **{one.name: getattr(weighed, one.name) for one in fields(weighed)},
        principal_fen=part_fen,
        position=position,
        moved=moved,
        shares=shares_of(split.shares, codes) if split else (),
        payments=payments_of(split.payments, codes) if split else (),
    )


async def decided_anew(
    conn: asyncpg.Connection,
    claim: Row,
    *,
    principal_fen: int,
    counters: Counters,
    borrower_balance_fen: int,
) -> ClaimDecision:
    """An approved claim split with another principal, with every cap as it was at its decision.

    The connection sees everything. Raises what the engine refuses.
    """
    known = await _known(conn, [claim])
    facts = claim_facts(
        claim,
        known.loans[claim["loan_id"]],
        borrower_balance_fen,
        terms=known.terms[_terms_of(claim)],
        registers=known.registers[claim["id"]],
    )
    return split_loss(of_part(facts, principal_fen), known.terms[_terms_of(claim)], counters)


async def keep_at_filing(conn: asyncpg.Connection, claim_ids: Sequence[UUID]) -> None:
    """What each claim would have been split into when it was filed, kept beside it. They are the last
    of one pool, which is held: those before them are weighed once for all."""
    filed = await known_claims.filed_in_turn(conn, claim_ids)
    loan_ids, pool_code = [claim["loan_id"] for claim in filed], filed[0]["pool_code"]
    shown: dict[UUID, Mapping[str, Any]] = {}
    async with seeing_everything(conn):
        before = await caps.waiting_before(conn, filed[0])
        known = await _known(conn, [*before, *filed])
        positions = await known_claims.last_positions(conn, loan_ids)
        received = await recoveries.received_of(conn, loan_ids)
        parties = await known_claims.only_parties(conn, pool_code)
    held: list[Taken] = []
    for place, claim in enumerate([*before, *filed]):
        if place % _AT_A_STRETCH == 0:
            await asyncio.sleep(0)
        weighed = known.weighed(claim, held, None)
        held += _holds(weighed)
        if place < len(before):
            continue
        loan_id = claim["loan_id"]
        of_loan = weighed.loan["parties"] | {"pool": pool_code, "bank": claim["bank_code"]}
        trial = _shown(
            weighed, claim["outstanding_principal_fen"], position=positions.get(loan_id),
            received_fen=received.get(loan_id, 0), codes=parties | of_loan,
        )  # fmt: skip
        shown[claim["id"]] = trial.as_data()
    await claims.keep_trials_of_filing(conn, shown)


async def _weigh(conn: asyncpg.Connection, claim: Row, part_fen: int) -> _Weighed:
    """A claim in its turn: what those before it may take is held (H.15)."""
    principal_fen = None if part_fen == claim["outstanding_principal_fen"] else part_fen
    line = [*await caps.waiting_before(conn, claim), claim]
    known = await _known(conn, line)
    held: list[Taken] = []
    for one in line[:-1]:
        before = known.weighed(one, held, None)
        held += _holds(before)
    return known.weighed(claim, held, principal_fen)


def _holds(weighed: _Weighed) -> list[Taken]:
    match weighed.outcome:
        case NoSharingRule():
            return []
        case Refused():
            return taken_at_most(weighed.claim, weighed.facts, weighed.terms.parties)
        case decision:
            return taken_by(weighed.claim, decision)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What a line of claims is weighed by, read once for all of them."""

    terms: Mapping[tuple[str, date, str], Terms]
    loans: Mapping[UUID, Row]
    taken: Sequence[Taken]
    available_fen: int
    figures: Mapping[UUID, Mapping[str, int]]
    registers: Mapping[UUID, Registers]
    owed: Sequence[caps.Owed]
    places: Mapping[UUID, Place]
    """Loan → the place of its claim in the line."""

    def weighed(self, claim: Row, held: Sequence[Taken], principal_fen: int | None) -> _Weighed:
        terms = self.terms[_terms_of(claim)]
        loan = self.loans[claim["loan_id"]]
        registers = self.registers[claim["id"]]
        refused: Refused | None = None
        try:
            facts = claim_facts(
                claim, loan, self._balance_fen(claim), terms=terms, registers=registers
            )
        except Refused as missing:
            facts, refused = amounts_claimed(claim), missing
        facts = of_part(facts, principal_fen)
        stands = standing(
            claim,
            terms,
            taken=self.taken,
            held=held,
            available_fen=self.available_fen,
            figures=self.figures[claim["id"]],
            registers=registers,
        )
        outcome: ClaimDecision | Refused
        try:
            if refused is not None:
                raise refused
            outcome = split_in_turn(facts, terms, stands)
        except Refused as why:
            outcome = why
        return _Weighed(
            claim=claim,
            loan=loan,
            terms=terms,
            facts=facts,
            stands=stands,
            outcome=outcome,
            of_bank=borne_by_pool(claim, ("bank_code", "year"), self.taken, held),
            of_borrower=borne_by_pool(claim, ("borrower_uscc",), self.taken, held),
        )

    def _balance_fen(self, claim: Row) -> int:
        """Principal of the borrower's loans in the programme, this one as claimed; whole loans
        before the IP share. One that is compensated counts no more (H.13), nor does one whose
        claim comes first; one whose claim was filed later still does."""
        place = place_of(claim)
        others = sum(
            one.fen
            for one in self.owed
            if one.loan_id != claim["loan_id"]
            and (one.borrower_uscc, one.programme) == (claim["borrower_uscc"], claim["programme"])
            and (one.approved or self.places.get(one.loan_id) or place) >= place
        )
        return others + int(claim["outstanding_principal_fen"])


async def _known(conn: asyncpg.Connection, line: Sequence[Row]) -> _Known:
    asked = {_terms_of(claim) for claim in line}
    return _Known(
        terms={
            (programme, day, mode): await terms_on(conn, programme, day, mode)
            for programme, day, mode in sorted(asked)
        },
        loans=await caps.loans(conn, line),
        taken=await caps.taken(conn, line),
        available_fen=await caps.available(conn, line[0]["pool_code"]),
        figures=await caps.figures(conn, line),
        registers=await registers_for(conn, line),
        owed=await caps.owed(conn, line),
        places={claim["loan_id"]: place_of(claim) for claim in line},
    )


def _terms_of(claim: Row) -> tuple[str, date, str]:
    return claim["programme"], claim["terms_on"], claim["mode"]


def of_part(facts: ClaimFacts, principal_fen: int | None) -> ClaimFacts:
    """The same facts where only a part of the principal is to count."""
    if principal_fen is None:
        return facts
    changed: dict[str, Any] = {"outstanding_principal_fen": principal_fen}
    if facts.compensated_amount_fen is not None:
        changed["compensated_amount_fen"] = min(facts.compensated_amount_fen, principal_fen)
    return replace(facts, **changed)
