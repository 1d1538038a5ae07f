"""What if another version of the measure had held: every claim of a month split again by the engine.

Nothing is kept, and all is read in one snapshot. The claims follow each other in the order of
filing: what one would take of a cap, or leave in the pool, is there for the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cap_order import POOL, Taken, split_in_turn, standing, taken_by
from services.risk_pool.domain.claim_facts import Registers, claim_facts
from services.risk_pool.domain.late_money import counters_of
from services.risk_pool.domain.programme_version import State
from services.risk_pool.domain.what_if import ClaimAnew
from services.risk_pool.handlers.trial import decided_anew, of_part
from services.risk_pool.queries import adjustments, caps, programmes
from services.risk_pool.queries import what_if as known
from services.risk_pool.queries.agreed_figures import registers_for
from shared.life_cycle import Row
from shared.months import Month
from shared.refusals import NotFound, Refused
from shared.schemes.decide.claims import Counters
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.publication import Publication, scheme_of
from shared.schemes.scheme import Scheme


@dataclass(frozen=True, kw_only=True)
class _Other:
    """The other version, and what of the book decides under it."""

    scheme: Scheme
    on: date
    loans: Mapping[UUID, Row]
    registers: Mapping[UUID, Registers]
    taken: list[Taken]
    """By claims of other months, and by those of this one as they are split anew."""


async def under(
    conn: asyncpg.Connection, pool_code: str, month: Month, number: int | None
) -> tuple[int, list[ClaimAnew]]:
    """A version of the pool's programme (the newest where none is named), and the claims of a month as
    it would split them, the loans taken as approved on its first day. Raises NotFound for a version
    that was refused or never proposed.
    """
    programme = await known.programme_of(conn, pool_code)
    version = await _version(conn, programme, number)
    claims = await known.claims_of(conn, pool_code, programme, month)
    if not claims:
        return version["number"], []
    ids = [claim["id"] for claim in claims]
    publication = Publication(programme, version["text"], version["common_text"])
    other = _Other(
        scheme=scheme_of(publication, version["sha256"]),
        on=version["in_force_from"],
        loans=await caps.loans(conn, claims),
        registers=await registers_for(conn, claims),
        taken=await caps.taken(conn, claims, until=month.last, without=ids),
    )
    shares = await known.shares_of(conn, ids)
    found = []
    left_fen = 0
    for claim in claims:
        one = await _anew(conn, claim, shares.get(claim["id"], {}), other, left_fen=left_fen)
        if isinstance(one.then, ClaimDecision):
            other.taken.extend(taken_by(claim, one.then))
        left_fen += one.now.get(POOL, 0) - one.shares_then().get(POOL, 0)
        found.append(one)
    return version["number"], found


async def _version(conn: asyncpg.Connection, programme: str, number: int | None) -> asyncpg.Record:
    for version in await programmes.versions(conn, programme=programme, only_published=False):
        stands = version["state"] in (State.PROPOSED, State.PUBLISHED)
        if stands and number in (None, version["number"]):
            return version
    raise NotFound(
        f"方案 {programme} 没有第 {number or 1} 版，或该版已退回或撤回",
        f"There is no version {number or 1} of {programme}, or it was refused or withdrawn.",
    )


async def _anew(
    conn: asyncpg.Connection, claim: Row, now: Mapping[str, int], other: _Other, *, left_fen: int
) -> ClaimAnew:
    """One claim under both. `left_fen`: so much more of the pool's money the claims before it would
    have left."""
    principal_fen = claim["approved_principal_fen"] - await adjustments.late_fen(conn, claim["id"])
    decided: ClaimDecision | Refused
    then: ClaimDecision | Refused
    try:
        counters, balance_fen = counters_of(await adjustments.decided_by(conn, claim["id"]))
        decided = await decided_anew(
            conn,
            claim,
            principal_fen=principal_fen,
            counters=counters,
            borrower_balance_fen=balance_fen,
        )
    except Refused as not_kept:
        decided = then = not_kept
    else:
        try:
            then = _split(claim, other, principal_fen, counters, balance_fen, left_fen)
        except Refused as refused:
            then = refused
    return ClaimAnew(
        claim_number=claim["number"],
        bank_code=claim["bank_code"],
        borrower_name=claim["borrower_name"],
        principal_fen=principal_fen,
        now=now,
        now_version=claim["scheme_version"],
        decided=decided,
        then=then,
    )


def _split(
    claim: Row,
    other: _Other,
    principal_fen: int,
    counters: Counters,
    balance_fen: int,
    left_fen: int,
) -> ClaimDecision:
    """The claim under the other version, with the pool's money as it was at its decision. Raises what
    the engine refuses."""
    terms = other.scheme.terms(on=other.on, mode=claim["mode"])
    registers = other.registers[claim["id"]]
    facts = claim_facts(
        claim, other.loans[claim["loan_id"]], balance_fen, terms=terms, registers=registers
    )
    stands = standing(
        claim,
        terms,
        taken=other.taken,
        held=(),
        available_fen=counters.figures["pool_available"] + left_fen,
        figures=counters.figures,
        registers=registers,
    )
    return split_in_turn(of_part(facts, principal_fen), terms, stands)
