"""The calendar of working days as two persons change it: heard, and the deadlines counted anew."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg

from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.handlers.to_do import TABLES
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.register_duties import count_anew
from shared.clock import business_date
from shared.context import Context
from shared.contracts.risk_pool import CalendarChangedV1
from shared.life_cycle import Row, Wait
from shared.messaging.inbox import Received
from shared.postgres.calendar_overrides import Taken, take_change
from shared.recounted import Deadlines, recount
from shared.transitions import CaseTable


async def calendar_changed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Days are worked or free otherwise than they were: from now on this service counts by them."""
    for one in received:
        event: CalendarChangedV1 = one.event
        await take_change(conn, event.change, now=now)


async def recount_deadlines(context: Context) -> None:
    """A due job: deadlines that run are counted by the calendar as it is now."""
    await recount(context.database, _DEADLINES, now=context.clock.now())


async def _counted(conn: asyncpg.Connection, table: CaseTable, row: Row, wait: Wait) -> int | None:
    if wait.working_days is None:
        return None
    if table is APPLICATIONS and wait.step:
        began = business_date(row["counted_from"])
        terms = await terms_or_none(conn, row["programme"], row["mode"], began)
        if terms is not None and wait.step in terms.deadlines:
            return terms.deadlines[wait.step].working_days
    return wait.working_days


async def _count_duties(
    conn: asyncpg.Connection, change: Taken, today: date, now: datetime
) -> None:
    await count_anew(conn)


_DEADLINES = Deadlines(tables=TABLES, counted=_counted, also=_count_duties)
