"""Agreed instalments are watched: the bank is reminded before the day, on it, and when it is late,
once each, of what confirmed recoveries have not met."""

from datetime import datetime

from services.risk_pool.domain.collection import stage_of
from services.risk_pool.queries import instalments as known
from services.risk_pool.tables import collections as tables
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.contracts.bad_loans import CollectionInstalmentDueV1
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE, Database


async def watch_instalments(database: Database, *, now: datetime) -> None:
    """A due job: remind of every instalment that is near, due or late and not met. A clock that
    jumps over several stages tells the last one."""
    today = business_date(now)
    async with database.begin(EVERYWHERE) as conn:
        pools = sorted({row["pool_code"] for row in await known.to_remind(conn, today=today)})
    for pool_code in pools:
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, pool_code)
            rows = await known.to_remind(conn, today=today, pool=pool.code)
            await tables.remind(conn, rows, today=today, now=now)
            told = [
                CollectionInstalmentDueV1(
                    **tables.about(row) | {"stage": stage_of(row["due_on"], today=today)},
                    due_on=row["due_on"],
                    amount_fen=row["amount_fen"],
                    left_fen=row["left_fen"],
                    on=today,
                )
                for row in rows
            ]
            await outbox.append(conn, told, now=now)
