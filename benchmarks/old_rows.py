"""What old rows cost on their way out: looks row by row and by the month, events by the number; and an archive.

    python -m benchmarks.old_rows [--rows 500000]

A database of risk_pool as it was before looks lay by month gets so many looks and so many events of 2021. It
is migrated with the looks in it. Then the same looks leave row by row (as from the part of before the
change) and once more as a month of their own; the events leave by the archive. Printed is how long each
takes, and how long finding one person's looks takes among 60 months.
"""

import asyncio
import os
import re
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from alembic import command

from shared.archive.feed import shelf_of
from shared.archive.kinds import FEED
from shared.archive.moving import move_month
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import _config, upgrade
from shared.postgres.provision import provision
from shared.postgres.reads import Wanted, find
from shared.read_log import forget_all

SERVICE = "risk_pool"
ROOT = Path(__file__).parents[1]
BEFORE = "0190"
"""The version in which looks lay in one table."""
SIZE = "select pg_total_relation_size($1::text::regclass)"

_LOOKS = """
insert into reads (at, subject, account, name, roles, institution, kind, thing, route, path, query, request_id)
select '2021-03-02T00:00Z'::timestamptz + n * interval '4 seconds' * (500000.0 / $1::float8), 'p' || n % 300,
       'p' || n % 300, '林晓', 'reviewer', '*', 'claims', gen_random_uuid()::text,
       '/api/v1/claims/{claim_id}', '/api/v1/claims/' || gen_random_uuid(), '', gen_random_uuid()::text
from generate_series(1, $1::bigint) n
"""
_EVENTS = """
insert into event_feed (position, event_id, topic, key, type, body, source, occurred_at, subject,
                        traceparent, institution, published_at)
select p, gen_random_uuid(), 'risk_pool', gen_random_uuid()::text, 'coverage.activated.v1',
       convert_to(replace($2::text, $3::text, gen_random_uuid()::text), 'UTF8'),
       '/zhidai/risk_pool', '2021-03-02T00:00Z', 'DL-2021-' || p, '', 'B' || p % 300, '2021-03-02T00:00Z'
from generate_series(1, $1::bigint) p
"""
_MONTHS = """
do $$ declare m timestamp; begin
    alter table reads detach partition reads_until;
    alter table reads attach partition reads_until for values from (minvalue) to ('2020-12-31T16:00Z');
    for n in 0..59 loop
        m := timestamp '2021-01-01' + make_interval(months => n);
        execute format('create table %I partition of reads for values from (%L) to (%L)',
            'reads_' || to_char(m, 'YYYY_MM'), m at time zone 'Asia/Shanghai',
            (m + interval '1 month') at time zone 'Asia/Shanghai');
    end loop;
end $$
"""


@asynccontextmanager
async def timed(what: str) -> AsyncIterator[None]:
    """Print how long it took."""
    began = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - began:.2f} s", flush=True)


def sample() -> tuple[str, str]:
    """What an event says, and an id in it that is another one in each."""
    told = (ROOT / "shared/contracts/examples/loan.disbursed.v1.json").read_text()
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", told)
    assert found is not None
    return told, found[0]


async def measure(server: EmbeddedPostgres, rows: int, folder: Path) -> None:
    """Print what old rows cost."""
    await provision(server.server_url, SERVICE)
    owner_url = server.owner_url(SERVICE)
    await asyncio.to_thread(command.upgrade, _config(SERVICE, owner_url), BEFORE)
    owner = await asyncpg.connect(owner_url)
    await owner.execute(_LOOKS, rows)
    await owner.execute(_EVENTS, rows, *sample())
    await owner.execute("update told_epochs set last = $1", rows)
    await owner.execute("analyze")
    print(f"{await owner.fetchval(SIZE, 'reads') / rows:.0f} bytes a look")
    async with timed(f"the change to months, {rows:,} looks"):
        await asyncio.to_thread(upgrade, SERVICE, owner_url)
    database = await Database.connect(server.url(SERVICE), max_size=2)
    now = datetime.now(UTC)
    async with timed(f"{rows:,} old looks row by row"):
        assert await forget_all(database, before=now) == rows
    await owner.execute(_MONTHS)
    await owner.execute(_LOOKS, rows)
    await owner.execute("analyze")
    async with database.looking(EVERYWHERE) as conn:
        async with timed("one person's last 50 looks among 60 months"):
            assert len(await find(conn, Wanted(person="p7"), after=None, limit=50)) == 50
    async with timed(f"{rows:,} old looks as a month"):
        assert await forget_all(database, before=now) == rows
    size = await owner.fetchval(SIZE, "event_feed")
    shelf = shelf_of(folder / "archive", SERVICE)
    async with timed(f"{rows:,} events into the archive and out of the database"):
        assert (await move_month(database, FEED, shelf, Month(2021, 3))).rows == rows
    written = sum(path.stat().st_size for path in shelf.place.iterdir())
    print(f"events: {size / rows:.0f} bytes a row live, {written / rows:.0f} in the archive")
    await database.close()
    await owner.close()


def main() -> None:
    """Measure and print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    rows: int = parser.parse_args().rows
    print(f"load {os.getloadavg()[0]:.1f}")
    with TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres").start()
        try:
            asyncio.run(measure(server, rows, Path(folder)))
        finally:
            server.stop()
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
