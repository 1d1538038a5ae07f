"""Files of claims: saved as drafts, one file for each bank of a made-up book of loans."""

import asyncio
import json
import time
from datetime import date
from hashlib import sha256
from typing import Final

import asyncpg

from benchmarks import settle_book as book
from benchmarks.bulk_figures import BAD_EVERY, Figures, copied, megabytes
from services.risk_pool.api.claim_reading import read_claim
from services.risk_pool.handlers.claim_files import AT_ONCE, ClaimFileWork, keep_file, rows_in
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres.database import Database
from shared.postgres.migrations import upgrade
from shared.postgres.provision import owner_of, provision, url_for

KIND: Final = "claims"
_SERVICE, _BARE = "risk_pool", "bare"
_TABLES: Final = ("claims where draft is not null", "case_moves", "claim_files", "claim_file_rows")


async def measure(server_url: str, rows: int) -> Figures:
    """The files of all banks one after the other, then the same rows by COPY."""
    for name in (_SERVICE, _BARE):
        await provision(server_url, _SERVICE, database=name)
        url = url_for(server_url, role=owner_of(_SERVICE), database=name)
        await asyncio.to_thread(upgrade, _SERVICE, url)
    owners = [
        await asyncpg.connect(url_for(server_url, role=owner_of(_SERVICE), database=name))
        for name in (_SERVICE, _BARE)
    ]
    for owner in owners:
        await book.write(owner, loans=rows, pools=1)
    numbers = await owners[0].fetch("select number, bank_code from coverages order by number")
    database = await Database.connect(url_for(server_url, role=_SERVICE, database=_SERVICE))
    for bank in book.BANKS:
        await _sent(database, bank, [one["number"] for one in numbers if one["bank_code"] == bank])
    seconds, early = await _gone_through(database, rows)
    late = megabytes()
    await database.close()
    taken, wrong = await owners[0].fetchrow(
        "select sum(rows_taken)::int, sum(rows_wrong)::int from claim_files"
    )
    copy_seconds, copied_rows = await copied(owners[0], owners[1], _TABLES)
    for one in owners:
        await one.close()
    return Figures(
        rows=rows, taken=taken, wrong=wrong, kind=KIND, seconds=round(seconds, 1),
        per_second=round(rows / seconds), copied_rows=copied_rows,
        copy_seconds=round(copy_seconds, 1), copy_per_second=round(rows / copy_seconds),
        times_the_copy=round(seconds / copy_seconds, 1), megabytes_after_a_tenth=early,
        megabytes_at_the_end=late,
    )  # fmt: skip


async def _sent(database: Database, bank: str, numbers: list[str]) -> None:
    lines = [
        json.dumps(
            {
                "loan_number": number,
                "outstanding_principal": "1e6" if n % BAD_EVERY == 0 else "900000.00",
                "facts": {"overdue_days": 95, "risk_class": "substandard"},
            }
        )
        for n, number in enumerate(numbers, 1)
    ]
    content = "\n".join(lines).encode()
    by = Identity("clerk", "clerk", frozenset({"bank_operator"}), bank)
    async with database.begin(bank) as conn:
        await keep_file(
            conn, rows_in(content), purpose="to_save", filename="bench.ndjson",
            sha256=sha256(content).digest(), size=len(content), by=by, now=book.BOOKED,
        )  # fmt: skip


async def _gone_through(database: Database, rows: int) -> tuple[float, int]:
    """(seconds, megabytes after a tenth)."""
    today: date = business_date(book.BOOKED)
    work = ClaimFileWork(
        database,
        WorkingDays(),
        lambda: book.BOOKED,
        lambda said, purpose: read_claim(said, purpose, today=today),
        paper_wait_seconds=0,
    )
    done, early = 0, 0
    start = time.perf_counter()
    while await work.one_batch():
        done += 1
        if done == rows // 10 // AT_ONCE:
            early = megabytes()
    return time.perf_counter() - start, early
