"""A nation's book out of the demo's: every case of it many times, in many pools and of many banks.

    python -m benchmarks.large_book [--state .zhidai-large] [--cases 1000000] [--loans 200000]

`zhidai demo` makes a year of two pools with all that belongs to it; then the databases copy its
cases, table by table, by sets: other ids, numbers, firms and rights, a quarter in the demo's own pools and
of its own banks, the rest in 398 further pools and of 294 further banks. So each table is filled as the
product fills it, and a new one has to be added to `large_book_tables` alone.
The chain of the ledger is computed anew and verifies. The figures of closed months stay the demo's: what
is claimed of them is how long they take, not what they come to. `zhidai up --state …` serves the book.
"""

import asyncio
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from benchmarks.large_book_ledger import book_transfers
from benchmarks.large_book_tables import (
    APPLICATIONS,
    FUNCTIONS,
    NEW_BANKS,
    NEW_POOLS,
    NOTIFICATIONS,
    RISK_POOL,
    Copied,
    insertion,
)
from services.applications.tables import case_counts, value_counts
from services.risk_pool.tables import book_counts
from shared.clock import business_date
from shared.months import Month
from shared.postgres.embedded import EmbeddedPostgres

ENDED = ("expired", "withdrawn", "rejected")
"""Cases that never came to a loan: of these a nation has most."""
WAITING = 200
"""Of the copies of a withdrawn case so many wait in the queue, as if nobody had withdrawn them."""


async def write(
    url_of: Callable[[str], str], *, cases: int, loans: int, tell: Callable[[str], None] = print
) -> None:
    """Copy the cases of the databases at `url_of(service)`, whose user is a superuser."""
    connections = {
        service: await asyncpg.connect(url_of(service))
        for service in ("applications", "risk_pool", "notifications")
    }
    try:
        copies = await _copies(connections["applications"], cases=cases, loans=loans)
        for conn in connections.values():
            # Keys hold by the making; asking for each row would take most of the time.
            await conn.execute("set session_replication_role = replica")
            await conn.execute("set synchronous_commit = off")
            await conn.execute("set maintenance_work_mem = '1GB'")
            await conn.execute(FUNCTIONS)
            await conn.execute("create temp table book_cases (id uuid primary key, copies integer)")
            await conn.copy_records_to_table("book_cases", records=copies)
            await conn.execute("analyze book_cases")
        await asyncio.gather(
            _fill(connections["applications"], APPLICATIONS, tell, then=_in_applications),
            _rest(connections, tell),
        )
        begun = time.monotonic()
        await asyncio.gather(*(count(connections[name]) for name in ("applications", "risk_pool")))
        tell(f"counters: in {time.monotonic() - begun:.1f} s")
    finally:
        for conn in connections.values():
            await conn.close()


async def count(conn: asyncpg.Connection) -> None:
    """Let the counters be those of the copied rows, too: nothing has counted these."""
    if await conn.fetchval("select to_regclass('book_counts') is null"):
        async with conn.transaction():
            await case_counts.begin_anew(conn)
            await case_counts.add_up(conn)
            await value_counts.count_anew(conn, now=datetime.now(UTC))
        return
    async with conn.transaction():
        await book_counts.begin_anew(conn)
    more = True
    while more:
        async with conn.transaction():
            more = await book_counts.count_due(
                conn, until=Month.of(business_date(datetime.now(UTC)))
            )


async def _rest(connections: dict[str, asyncpg.Connection], tell: Callable[[str], None]) -> None:
    await _fill(connections["risk_pool"], RISK_POOL, tell, then=_in_risk_pool)
    await _fill(connections["notifications"], NOTIFICATIONS, tell, then=_in_notifications)


async def _copies(
    applications: asyncpg.Connection, *, cases: int, loans: int
) -> list[tuple[UUID, int]]:
    rows = await applications.fetch("select id, state from applications")
    ended = sum(row["state"] in ENDED for row in rows)
    with_loan = await applications.fetchval("select count(*) from loans")
    each = max(loans // with_loan, 1)
    of_ended = max((cases - each * (len(rows) - ended)) // max(ended, 1), 1)
    return [(row["id"], of_ended if row["state"] in ENDED else each) for row in rows]


async def _fill(
    conn: asyncpg.Connection,
    tables: Sequence[Copied],
    tell: Callable[[str], None],
    *,
    then: Callable[[asyncpg.Connection], Awaitable[None]],
) -> None:
    database = await conn.fetchval("select current_database()")
    for table in tables:
        begun = time.monotonic()
        indexes = await conn.fetch(
            """select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made_by
               from pg_index where indrelid = $1::regclass and not indisunique""",
            table.name,
        )
        for index in indexes:
            await conn.execute(f"drop index {index['name']}")
        done = await conn.execute(await insertion(conn, table))
        for index in indexes:
            await conn.execute(index["made_by"])
        tell(f"{database}.{table.name}: {done.split()[-1]} in {time.monotonic() - begun:.1f} s")
    await then(conn)
    await conn.execute("vacuum analyze")


async def _in_applications(conn: asyncpg.Connection) -> None:
    await conn.execute(
        f"""insert into pools (code, prefix, name, programme, opened_on)
            select code || '_' || n, prefix || n, name || n, programme, opened_on
            from pools, generate_series(0, {NEW_POOLS - 1}) as n"""
    )
    await conn.execute(
        f"""insert into banks (code, name, uscc, created_at, code_canonical)
            select code, '第 ' || n || ' 银行', '9110000000' || code || 'AAAA', now(), code
            from generate_series(0, {NEW_BANKS - 1}) as n,
                 lateral (select 'B' || lpad(n::text, 3, '0') as code) as called"""
    )
    await conn.execute(
        f"""update applications as a
            set state = 'submitted', assigned_to = null, assigned_name = null
            from book_cases as b, generate_series(1, {WAITING}) as k
            where a.id = pg_temp.book_id(b.id, k) and a.state = 'withdrawn'"""
    )


async def _in_risk_pool(conn: asyncpg.Connection) -> None:
    await conn.execute(
        f"""insert into pools (code, prefix, name, programme, opened_on, closed_until, created_at)
            select code || '_' || n, prefix || n, name || n, programme, opened_on, closed_until,
                   created_at
            from pools, generate_series(0, {NEW_POOLS - 1}) as n"""
    )
    await conn.execute(
        f"""insert into parties (pool_code, code, role, name, joined_on, created_at)
            select pool_code || '_' || n, code, role, name, joined_on, created_at
            from parties, generate_series(0, {NEW_POOLS - 1}) as n
            union all
            select p.code, 'B' || lpad(n::text, 3, '0'), 'bank', '第 ' || n || ' 银行', p.opened_on, now()
            from pools as p, generate_series(0, {NEW_BANKS - 1}) as n
            where p.code like '%\\_%'"""
    )
    await book_transfers(conn)


async def _in_notifications(conn: asyncpg.Connection) -> None:
    await conn.execute(
        f"""insert into pool_programmes
            select pool_code || '_' || n, programme
            from pool_programmes, generate_series(0, {NEW_POOLS - 1}) as n"""
    )
    await conn.execute(
        f"""insert into pool_banks
            select p.pool_code, 'B' || lpad(n::text, 3, '0')
            from pool_programmes as p, generate_series(0, {NEW_BANKS - 1}) as n
            where p.pool_code like '%\\_%'"""
    )


def main(asked: Namespace) -> int:
    """Make the demo where there is none, and the large book of it; 1 where the demo fails."""
    begun, state = time.monotonic(), Path(asked.state)
    if (state / "large").exists():
        print(f"{state} holds a large book already", file=sys.stderr)
        return 2
    if not (state / "demo" / "figures.json").exists():
        made = subprocess.run([sys.executable, "-m", "zhidai.cli", "demo", "--state", str(state)])
        if made.returncode:
            return 1
    server = EmbeddedPostgres(state / "postgres").start()
    try:
        asyncio.run(
            write(
                lambda service: server.server_url.replace("/postgres?", f"/{service}?"),
                cases=asked.cases,
                loans=asked.loans,
            )
        )
    finally:
        server.stop()
    (state / "large").write_text(f"{asked.cases} {asked.loans}\n")
    print(f"made in {time.monotonic() - begun:.0f} s; serve it: zhidai up --state {state}")
    return 0


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--state", default=".zhidai-large")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--loans", type=int, default=200_000)
    sys.exit(main(parser.parse_args()))
