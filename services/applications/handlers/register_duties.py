"""What the registers have still to enter is kept by the transactions that change it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.register_due import entered_by
from services.applications.queries import register_due as reads
from services.applications.tables import register_duties as tables
from services.applications.tables.cases import locked_all
from services.applications.tables.facts import (
    CAPACITY_RESERVED,
    CASE_OVER,
    LOAN_CLAIMED,
    LOAN_MATURITY,
    LOAN_SERVED,
    OWNERS_SAID,
    REGISTER_ENTRIES,
)
from shared.calendar import WorkingDays
from shared.context import Context
from shared.postgres import touched
from shared.postgres.database import EVERYWHERE, seeing_everything

_FACTS: Final = (
    CAPACITY_RESERVED,
    CASE_OVER,
    LOAN_CLAIMED,
    LOAN_MATURITY,
    LOAN_SERVED,
    OWNERS_SAID,
    REGISTER_ENTRIES,
)
_AT_ONCE: Final = 500


async def follow(conn: asyncpg.Connection, working_days: WorkingDays) -> None:
    """Bring what is open of the cases that this transaction has touched to where the facts are now."""
    facts = touched.of(conn)
    cases = {loan for fact in _FACTS if fact in facts for loan in facts[fact].loans or ()}
    if cases:
        async with seeing_everything(conn):
            await keep(conn, sorted(cases), working_days=working_days)


async def keep(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, working_days: WorkingDays
) -> None:
    """Keep what is open of these cases; the connection sees everything."""
    duties = [
        dict(row)
        | {
            "is_fixed": row["fixed_on"] is not None,
            "due_on": row["fixed_on"] or entered_by(row["kind"], row["since"], working_days),
        }
        for row in await reads.open_of(conn, case_ids)
    ]
    await tables.replace(conn, case_ids, duties)


async def count_what_is_due(context: Context) -> None:
    """A due job: after a change of the calendar, and once where nothing is kept yet, the days of all that
    is open are counted, some cases at a time; one that dies goes on where it was."""
    more = True
    while more:
        async with context.database.begin(EVERYWHERE) as conn:
            counting = await tables.next_to_count(conn)
            if counting is None:
                return
            ids = await reads.cases_to_count(conn, after=counting["after"], limit=_AT_ONCE)
            # Whoever moves one of them has ended, and nobody begins to.
            await locked_all(conn, ids)
            await keep(conn, ids, working_days=context.working_days)
            more = len(ids) == _AT_ONCE
            await tables.counted(conn, counting, after=ids[-1] if more else None)
