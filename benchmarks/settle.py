"""A month's settlement of many pools, beside reading the same rows and writing as many by bare SQL
and by COPY.

    python -m benchmarks.settle [--loans 100000] [--pools 20] [--times 3] [--json]
    python -m benchmarks.settle --loans 1000000 --times 1       # with five million facts of the month

The job is the real one, pool after pool in its four transactions: preview, confirm, sign (another
person), post. It runs in a process of its own, on a clone of the book, as the service's role under
row-level security. The limits run on another clone, as the owner: a table of the same shape without
guards, one INSERT … SELECT over the rows that the job reads (bare SQL), or the same rows out of
and as many into the database by COPY (wire).
"""

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from benchmarks import settle_book as book
from benchmarks.server_memory import watched
from services.risk_pool.handlers import settlements
from shared.auth.identity import Identity
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for

GOAL = 2.0
MOST_MB = 600
SERVICE = "risk_pool"
MAKER = Identity("gao", "高", frozenset({"finance_maker"}), EVERYWHERE)
CHECKER = Identity("qian", "钱", frozenset({"finance_checker"}), EVERYWHERE)
STEPS = (
    (settlements.preview, MAKER),
    (settlements.confirm, MAKER),
    (settlements.sign, CHECKER),
    (settlements.post, MAKER),
)

_BARE_TABLE = """
create table bare_lines (
    settlement_id uuid not null, bank_code text not null, number text not null,
    loan_id uuid not null, loan_no text, borrower_name text not null, is_covered boolean not null,
    amount_fen bigint not null, outstanding_fen bigint not null, covered_fen bigint not null,
    overdue_days integer not null, risk_class text, position_version integer not null,
    claimed_fen bigint not null, recovered_fen bigint not null,
    primary key (settlement_id, bank_code, number)
)
"""

_MONTH = "business_date between '2026-03-01' and '2026-03-31'"

_READ_LEDGER = f"select count(*), sum(amount_fen) from transfers where {_MONTH}"

_FACTS = f"""
select (select count(*) from transfers where {_MONTH})
     + (select count(*) from positions where month = '2026-03')
"""

_LINES = """
    select '00000000-0000-0000-0000-000000000001'::uuid, c.bank_code, c.number, c.loan_id,
           c.loan_no, c.borrower_name, c.released_on is null, c.amount_fen,
           p.outstanding_principal_fen, p.covered_principal_fen, p.overdue_days, p.risk_class,
           p.version, 0::bigint, 0::bigint
    from coverages as c join positions as p on p.loan_id = c.loan_id and p.month = '2026-03'
"""


async def job(url: str, pools: int, months: list[str]) -> dict[str, Any]:
    """The real settlement of some months: seconds by pool and step of the last one, peak memory."""
    database = await Database.connect(url, max_size=2)
    seconds: dict[str, dict[str, float]] = {code: {} for code in book.pool_codes(pools)}
    for month in months:
        # The day on which the month is settled: the fifth of the next one.
        after = Month.parse(month).last.toordinal() + 5
        now = datetime.combine(datetime.fromordinal(after), datetime.min.time(), UTC)
        for code, of_pool in seconds.items():
            for step, caller in STEPS:
                start = time.perf_counter()
                async with database.begin(EVERYWHERE) as conn:
                    await step(conn, code, Month.parse(month), caller=caller, now=now)
                of_pool[step.__name__] = time.perf_counter() - start
    async with database.begin(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select pool_code, loans from settlements where month = $1", months[-1]
        )
    await database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in kilobytes, macOS in bytes.
    megabytes = peak / (1024 if sys.platform == "linux" else 1024**2)
    return {
        "seconds": seconds,
        "lines": {row["pool_code"]: row["loans"] for row in rows},
        "peak_mb": round(megabytes, 1),
    }


def _run_job(url: str, pools: int, *months: str) -> dict[str, Any]:
    """The job in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.settle", "--pools", str(pools)]
    command += ["--job", url, *months]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


async def bare_sql(owner: asyncpg.Connection) -> float:
    """Read the month's transfers and write a line per loan, in the server, without any guard."""
    await owner.execute(_BARE_TABLE)
    start = time.perf_counter()
    async with owner.transaction():
        await owner.fetchrow(_READ_LEDGER)
        await owner.execute(f"insert into bare_lines {_LINES}")
    seconds = time.perf_counter() - start
    await owner.execute("drop table bare_lines")
    return seconds


async def bare_copy(owner: asyncpg.Connection) -> float:
    """The same rows out by COPY, and as many result rows in by COPY, nothing done to them.

    The rows wait in a file in between: a million of them would not fit in our memory.
    """
    await owner.execute(_BARE_TABLE)
    with TemporaryDirectory(prefix="zhidai-bench-rows-") as folder:
        rows = Path(folder) / "lines"

        async def forget(_: bytes) -> None:
            return None

        start = time.perf_counter()
        async with owner.transaction():
            await owner.copy_from_query(
                f"select * from transfers where {_MONTH}", output=forget, format="binary"
            )
            await owner.copy_from_query(_LINES, output=rows, format="binary")
            await owner.copy_to_table("bare_lines", source=rows, format="binary")
        seconds = time.perf_counter() - start
    await owner.execute("drop table bare_lines")
    return seconds


async def measure(loans: int, pools: int, times: int) -> dict[str, Any]:
    """Make the book once; clone it for every measurement."""
    with TemporaryDirectory(prefix="zhidai-bench-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder / "postgres").start()
        try:
            return await _measured(server.server_url, loans, pools, times)
        finally:
            server.stop()


async def _measured(server_url: str, loans: int, pools: int, times: int) -> dict[str, Any]:
    def at(database: str, role: str = SERVICE) -> str:
        return url_for(server_url, role=role, database=database)

    admin = await asyncpg.connect(server_url)
    await provision(server_url, SERVICE)
    upgrade(SERVICE, at(SERVICE, owner_of(SERVICE)))
    owner = await asyncpg.connect(at(SERVICE, owner_of(SERVICE)))
    await book.write(owner, loans=loans, pools=pools)
    facts = await owner.fetchval(_FACTS)
    await owner.close()
    _run_job(at(SERVICE), pools, "2026-02")

    runs: dict[str, list[float]] = {"sql": [], "copy": [], "ours": []}
    last: dict[str, Any] = {}
    server_mb = 0.0
    for number in range(times + 1):
        clone = f"book_{number}"
        await admin.execute(
            f"create database {clone} owner {owner_of(SERVICE)} template {SERVICE} strategy file_copy"
        )
        owner = await asyncpg.connect(at(clone, owner_of(SERVICE)))
        # Everybody finds the rows in memory.
        for name in ("transfers", "coverages", "positions"):
            await owner.fetchval(f"select count(*) from (select * from {name} offset 0) as kept")
        sql, copy = await bare_sql(owner), await bare_copy(owner)
        await owner.close()
        with watched(clone) as memory:
            last = _run_job(at(clone), pools, "2026-03")
        if number:  # The first one warms up.
            runs["sql"].append(sql)
            runs["copy"].append(copy)
            runs["ours"].append(_total(last))
            server_mb = max(server_mb, memory.peak_mb)
        await admin.execute(f"drop database {clone} with (force)")
    await admin.close()
    ours = statistics.median(runs["ours"])
    return {
        "loans": loans,
        "pools": pools,
        "facts": facts,
        "lines": sum(last["lines"].values()),
        "ours_seconds": round(ours, 3),
        "sql_seconds": round(statistics.median(runs["sql"]), 3),
        "copy_seconds": round(statistics.median(runs["copy"]), 3),
        "ratio_to_sql": round(ours / statistics.median(runs["sql"]), 2),
        "ratio_to_copy": round(ours / statistics.median(runs["copy"]), 2),
        "goal_at_most": GOAL,
        "peak_mb": last["peak_mb"],
        "server_peak_mb": server_mb,
        "most_mb": MOST_MB,
        "runs": {name: [round(each, 3) for each in seconds] for name, seconds in runs.items()},
        "by_pool": {
            code: {"lines": last["lines"][code]} | {name: round(s, 3) for name, s in steps.items()}
            for code, steps in last["seconds"].items()
        },
    }


def _total(found: dict[str, Any]) -> float:
    return sum(sum(steps.values()) for steps in found["seconds"].values())


def show(found: dict[str, Any]) -> None:
    """For people."""
    console = Console()
    steps = [step.__name__ for step, _ in STEPS]
    pools = Table("pool", "lines", *(f"{step}, s" for step in steps))
    for code, of_pool in found["by_pool"].items():
        pools.add_row(code, f"{of_pool['lines']:,}", *(f"{of_pool[step]:.2f}" for step in steps))
    console.print(pools)
    table = Table("settlement", "pools", "loans", "facts", "seconds", "times the limit", "goal")
    size = [f"{found[name]:,}" for name in ("pools", "loans", "facts")]
    seconds = f"{found['ours_seconds']:.2f}"
    table.add_row("preview + confirm + sign + post", *size, seconds, "", "")
    for name, label in (("sql", "bare SQL"), ("copy", "COPY out and in")):
        table.add_row(
            f"limit: {label}",
            *size,
            f"{found[f'{name}_seconds']:.2f}",
            f"{found[f'ratio_to_{name}']:.2f}",
            f"≤ {GOAL:.0f}",
        )
    console.print(table)
    console.print(
        f"peak memory: the settling process {found['peak_mb']:.0f} MB, the server's processes for it "
        f"{found['server_peak_mb']:.0f} MB beside shared buffers (goal: ≤ {MOST_MB} MB together)"
    )


def _asked() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--pools", type=int, default=20)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--job", nargs="+", metavar=("URL", "MONTH"), help="used by itself")
    return parser.parse_args()


def main() -> None:
    """The command line."""
    asked = _asked()
    if asked.job:
        url, *months = asked.job
        print(json.dumps(asyncio.run(job(url, asked.pools, months))))
        return
    found = asyncio.run(measure(asked.loans, asked.pools, asked.times))
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
