"""Deadlines of the pool's cases are counted anew where the calendar has changed under them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.silence import sign_until
from services.risk_pool.handlers.claims import terms_of
from services.risk_pool.handlers.to_do import TABLES
from services.risk_pool.queries.claims import find
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import claims, recoveries, settlements
from services.risk_pool.tables.claim_steps import follow_claims
from shared.context import Context
from shared.life_cycle import Row, Wait
from shared.months import Month
from shared.postgres.calendar_overrides import Taken
from shared.recounted import Deadlines, recount
from shared.transitions import CaseTable
from shared.waits.kept import keep


async def recount_deadlines(context: Context) -> None:
    """A due job: deadlines that run are counted by the calendar as it is now. A public notice that
    hangs keeps the last day with which it was published, and what is owed the day of its statement."""
    await recount(context.database, _DEADLINES, now=context.clock.now())


async def _counted(conn: asyncpg.Connection, table: CaseTable, row: Row, wait: Wait) -> int | None:
    if table is claims.CASES:
        return await _by_terms(conn, row, wait.step or row["next_step"] or "")
    if table is recoveries.CASES:
        claim = await find(conn, row["claim_id"])
        return await _by_terms(conn, claim, wait.step) if claim else None
    return wait.working_days


async def _by_terms(conn: asyncpg.Connection, claim: Row, step: str) -> int | None:
    rule = (await terms_of(conn, claim)).deadlines.get(step)
    return None if rule is None else rule.working_days


async def _follow(conn: asyncpg.Connection, table: CaseTable, ids: Sequence[UUID]) -> None:
    if table is claims.CASES:
        await follow_claims(conn, ids)


async def _months(conn: asyncpg.Connection, change: Taken, today: date, now: datetime) -> None:
    """A month is signed so many working days after the day of its reports."""
    moved = []
    for row in await settlements.to_be_signed_from(conn, today):
        month = Month.parse(row["month"])
        terms = await terms_on(conn, row["programme"], month.last)
        day = sign_until(month, terms, change.after)
        if row["due_on"] == sign_until(month, terms, change.before) and day != row["due_on"]:
            await settlements.set_day(conn, row["id"], day)
            moved.append(row["id"])
    assert settlements.CASES.source is not None
    await keep(conn, settlements.CASES.source, moved, now=now)


_DEADLINES = Deadlines(tables=TABLES, counted=_counted, follow=_follow, also=_months)
