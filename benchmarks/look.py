"""The scheduler's look at what is to be done by a day, on a large book, beside reading the same rows by bare SQL.

    python -m benchmarks.look [--loans 20000] [--pools 4] [--times 5] [--json]

One loan in ten is overdue and has no claim, so that its time to claim is worked out from all its
positions at each look; one in a hundred has no report of the last month. The first look enters what
waits, later ones find nothing to change; a move brings up to date what it has touched alone. Over
its limit: more than so many times what bare SQL takes to read the loans and their positions.
"""

import asyncio
import json
import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from benchmarks import settle_book as book
from services.risk_pool.handlers.duties import DUTIES
from services.risk_pool.handlers.to_do import CASES, hold_pools
from services.risk_pool.tables.facts import POSITIONS
from shared.calendar import WorkingDays
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for
from shared.postgres.touched import touch
from shared.waits.scheduled import follow, look

GOAL = 20.0
SERVICE = "risk_pool"
NOW = datetime(2026, 4, 3, 1, tzinfo=UTC)
DAYS = WorkingDays()

_OVERDUE = """
update coverages set overdue_days = 120, risk_class = 'substandard'
where state = 'active' and hashtext(number) % 10 = 0
"""
_SAY_SO = """
update positions p set overdue_days = c.overdue_days, risk_class = c.risk_class
from coverages c where c.loan_id = p.loan_id and c.state = 'active' and c.overdue_days > 0 and p.month = '2026-03'
"""
_SILENT = "delete from positions where month = '2026-03' and hashtext(loan_id::text) % 100 = 0"
_BARE = """
select (select count(*) from coverages c where c.state = 'active' and not exists (
            select from positions p where p.loan_id = c.loan_id and p.month = '2026-03')),
       (select count(*) from coverages c join positions p using (loan_id) where c.overdue_days > 0),
       (select count(*) from waits where ended_at is null)
"""


async def taken(work: Callable[[], Awaitable[Any]], times: int) -> float:
    """The median of its seconds."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


async def measured(server_url: str, asked: Namespace) -> dict[str, Any]:
    """A book is written, then looked at: seconds, and how many wait."""
    await provision(server_url, SERVICE)
    owner_url = url_for(server_url, role=owner_of(SERVICE), database=SERVICE)
    upgrade(SERVICE, owner_url)
    owner = await asyncpg.connect(owner_url)
    await book.write(owner, loans=asked.loans, pools=asked.pools)
    for statement in (_OVERDUE, _SAY_SO, _SILENT, "vacuum analyze"):
        await owner.execute(statement)
    loan = await owner.fetchval("select loan_id from coverages where overdue_days = 120 limit 1")
    database = await Database.connect(
        url_for(server_url, role=SERVICE, database=SERVICE), max_size=2
    )

    async def looks() -> None:
        await look(database, CASES, DUTIES, hold=hold_pools, now=NOW, working_days=DAYS)

    async def moves() -> None:
        async with database.begin(EVERYWHERE) as conn:
            touch(conn, POSITIONS, loans=[loan])
            await follow(conn, DUTIES, now=NOW, working_days=DAYS)

    found = {"first": await taken(looks, 1)}
    await owner.execute("vacuum analyze waits")
    found |= {
        "look": await taken(looks, asked.times),
        "move": await taken(moves, asked.times),
        "bare": await taken(lambda: owner.fetch(_BARE), asked.times),
    }
    rows = await owner.fetch(
        "select case_kind, count(*) from waits where ended_at is null group by 1 order by 1"
    )
    await database.close()
    await owner.close()
    return {"loans": asked.loans, **found, "waits": {row[0]: row[1] for row in rows}}


def main() -> None:
    """Prints the figures; ends with 1 where a look is over its limit."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=20_000)
    parser.add_argument("--pools", type=int, default=4)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            found = asyncio.run(measured(server.server_url, asked))
        finally:
            server.stop()
    ratio = found["look"] / found["bare"]
    if asked.json:
        print(json.dumps(found | {"ratio": round(ratio, 2)}))
    else:
        print(
            f"{asked.loans} loans, {found['waits']}: the first look {found['first'] * 1000:.0f} ms, "
            f"a later one {found['look'] * 1000:.0f} ms, {ratio:.1f} times bare SQL "
            f"({found['bare'] * 1000:.0f} ms; limit {GOAL}), beside a move {found['move'] * 1000:.1f} ms"
        )
    sys.exit(ratio > GOAL)


if __name__ == "__main__":
    main()
