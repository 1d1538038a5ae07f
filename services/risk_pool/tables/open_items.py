"""What a posted month leaves to pay and to collect, and which items it was told of that they are
overdue. Whoever writes holds the pool's lock."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.risk_pool.domain.open_items import OpenItem
from services.risk_pool.tables.facts import ITEMS
from shared.postgres.touched import touch


async def insert(conn: asyncpg.Connection, pool_code: str, items: Sequence[OpenItem]) -> None:
    """Keep the items of a month; posted once, it leaves them once."""
    await conn.executemany(
        """insert into open_items (pool_code, reference, direction, party_code, amount_fen,
                                   since, due_on)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        [
            (pool_code, one.reference, one.direction, one.party_code, one.amount_fen, one.since,
             one.due_on)
            for one in items
        ],
    )  # fmt: skip
    touch(conn, ITEMS, pools=[pool_code])


async def mark_told(
    conn: asyncpg.Connection, pool_code: str, references: Sequence[str], *, now: datetime
) -> None:
    """It has been told that these are overdue; it is told once."""
    for table in ("open_items", "planned_money"):
        await conn.execute(
            f"""update {table} set overdue_told_at = $3
                where pool_code = $1 and reference = any($2::text[])""",
            pool_code,
            list(references),
            now,
        )
