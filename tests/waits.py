"""The law of what waits, for stories of any service."""

from collections.abc import Sequence

from shared.postgres.database import EVERYWHERE, Database
from shared.waits.declared import Source


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
