"""The law of what waits, for stories of any service."""

from collections.abc import Sequence
from datetime import datetime

from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.touched import ALL
from shared.waits.declared import Source
from shared.waits.kept import out_of_date
from shared.waits.scheduled import Asked, Watched


async def stand_as_their_cases_do(database: Database, cases: Sequence[Source]) -> int:
    """The open waits are those of the cases, no more and no fewer, to the last column; how many."""
    columns = "case_id, step, state, roles, bank_code, pool_code, number, person, due_on, page"
    open_ones: int = 0
    async with database.begin(EVERYWHERE) as conn:
        for source in cases:
            should = f"select {columns} from ({source.sql}) as should"
            kept = f"""select {columns} from waits
                       where case_kind = '{source.kind}' and ended_at is null"""
            for one, other in ((should, kept), (kept, should)):
                assert await conn.fetch(f"({one}) except ({other})", None) == [], source.kind
            open_ones += await conn.fetchval(f"select count(*) from ({kept}) as kept")
    return open_ones


async def no_look_would_change(
    database: Database, duties: Sequence[Watched], *, now: datetime, working_days: WorkingDays
) -> int:
    """The scheduler's look finds every duty as the moves have left it; how many are open."""
    asked = Asked(about=ALL, today=business_date(now), working_days=working_days)
    async with database.begin(EVERYWHERE) as conn:
        for watched in duties:
            for duty, due in (await watched.find(conn, asked)).items():
                assert await out_of_date(conn, duty, due, now=now) == [], duty.kind
        kinds = [duty.kind for watched in duties for duty in watched.duties]
        open_ones: int = await conn.fetchval(
            "select count(*) from waits where ended_at is null and case_kind = any ($1)", kinds
        )
    return open_ones
