"""Months that were previewed before a settlement had a last day are given it, by the rule by which a
preview gives it: from then on they wait until that day, once."""

from datetime import datetime

from services.risk_pool.domain.silence import sign_until
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import settlements
from services.risk_pool.tables.ledger import lock_pool
from shared.calendar import WorkingDays
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from shared.waits.kept import keep


async def give_days(database: Database, *, now: datetime, working_days: WorkingDays) -> None:
    """Give every month that is still to be signed its day. Where all have one, nothing happens."""
    async with database.looking(EVERYWHERE) as conn:
        pools = await settlements.pools_without_days(conn)
    for pool_code in pools:
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, pool_code)
            mended = []
            for row in await settlements.without_day(conn, pool_code):
                month = Month.parse(row["month"])
                terms = await terms_on(conn, pool.programme, month.last)
                day = sign_until(month, terms, working_days)
                await settlements.set_day(conn, row["id"], day)
                mended.append(row["id"])
            assert settlements.CASES.source is not None
            await keep(conn, settlements.CASES.source, mended, now=now)
