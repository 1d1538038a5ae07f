"""A loan paid out while its capacity was held, but told after the hold had run out.

It is covered again where it was told within the time for filing a disbursement and the figures
leave room; that its bank has been suspended since does not count, for it was paid out before.
"""

import asyncpg

from services.risk_pool.domain.capacity import CapacityRequest, decide
from services.risk_pool.domain.coverage import Coverage
from services.risk_pool.domain.coverage_changes import CoverageChange
from services.risk_pool.domain.coverage_returns import cover_late, is_in_filing_term
from services.risk_pool.queries.room import load_room
from services.risk_pool.tables.ledger import LockedPool
from shared.clock import business_date
from shared.contracts.applications import LoanDisbursedV1
from shared.messaging.inbox import Received
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.published_schemes import terms_on

STOPS = frozenset({"bank_suspended", "pool_stopped"})
NO_ROOM = "disbursed-late-no-room"


async def told_in_time(
    conn: asyncpg.Connection, pool: LockedPool, before: Coverage | None, one: Received
) -> bool:
    """Whether a disbursement that comes after the release was made in time and told in time."""
    if before is None or before.release_reason is None:
        return False
    event: LoanDisbursedV1 = one.event
    return is_in_filing_term(
        before,
        disbursed_on=event.disbursed_on,
        told_on=business_date(one.envelope.time),
        terms=await terms_on(conn, pool.programme, before.approved_on, before.mode),
        working_days=await load_working_days(conn),
    )


async def take_cover_again(
    conn: asyncpg.Connection,
    pool: LockedPool,
    before: Coverage,
    event: LoanDisbursedV1,
) -> CoverageChange | str:
    """The change that covers the loan, or the incident where its room is taken. The pool must be
    held, and everything decided before be booked."""
    terms = await terms_on(conn, pool.programme, before.approved_on, before.mode)
    renewed = () if before.renews is None else (before.renews,)
    room = await load_room(
        conn,
        pool,
        borrowers=[before.borrower_uscc],
        days={before.approved_on},
        renewed=renewed,
    )

    def fits(amount_fen: int) -> int:
        """The covered part of an amount, 0 where there is no room for it."""
        request = CapacityRequest(
            bank_code=before.bank_code,
            borrower_uscc=before.borrower_uscc,
            amount_fen=amount_fen,
            ip_share=before.ip_share,
            on=before.approved_on,
            renews=before.renews,
        )
        decision = decide(request, room, terms)
        bound = {limit.code for limit in decision.binding} - STOPS
        return 0 if bound else decision.requested_fen

    covered_fen = fits(min(event.amount_fen, before.amount_fen))
    if not covered_fen:
        return NO_ROOM
    # For the draws that are to follow only where there is room for all of them.
    whole_fen = 0 if event.draws_until is None else fits(before.amount_fen)
    return cover_late(
        before,
        amount_fen=event.amount_fen,
        covered_fen=covered_fen,
        draws_until=event.draws_until if whole_fen else None,
        reserved_fen=max(whole_fen - covered_fen, 0),
        loan_no=event.loan_no,
        disbursed_on=event.disbursed_on,
        matures_on=event.matures_on,
        attributes=event.attributes,
        day=pool.open_day(event.disbursed_on),
    )
