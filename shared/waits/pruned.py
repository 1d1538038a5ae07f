"""Ended waits are thrown away by age; what was done stays in the history of its case for ever."""

from datetime import datetime, timedelta
from typing import Final

import asyncpg

from shared.postgres.affected import affected
from shared.postgres.database import EVERYWHERE, Database

KEPT_DAYS: Final = 1100
"""Three years, in which claims lapse (民法典 art. 188)."""

WITH_MONEY_KEPT_DAYS: Final = 30 * 366
"""What names an amount, as vouchers and books are kept: thirty years (会计档案管理办法 2015, annex 1)."""

AT_ONCE: Final = 2000

_FORGET: Final = """
    delete from waits where id in (
        select id from waits
        where ended_at < $1 and (amount_fen is null or ended_at < $2)
        order by ended_at limit $3 for update skip locked)
"""


async def prune(database: Database, *, now: datetime, at_once: int = AT_ONCE) -> int:
    """Forget ended waits that are older than they are kept, in small transactions; how many. May die
    anywhere and be called again; what is open is kept however old it is."""
    gone = 0
    while True:
        async with database.begin(EVERYWHERE) as conn:
            done = await _forget(conn, now, at_once)
        gone += done
        if done < at_once:
            return gone


async def _forget(conn: asyncpg.Connection, now: datetime, most: int) -> int:
    before = [now - timedelta(days=days) for days in (KEPT_DAYS, WITH_MONEY_KEPT_DAYS)]
    done = await conn.execute(_FORGET, *before, most)
    return affected(done)
