"""A settlement killed anywhere, or its database server, ends with the same bytes.

The book is prepared once, and cloned for every run. The real service settles a month of two pools
over its API, with its relay and a listener, and is killed (SIGKILL) at points of fixed seeds (fifty
in `make proof`), each a statement to the database: before it is sent, or while it is under way. At
others it is the server that dies, all its processes at once, and comes back. Then the same calls
with the same keys.

Tried by hand: with a commit in the middle of a posting, after its open items were written, the calls
made again after such a death never get through, and the test fails.
"""

import asyncio
import hashlib
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries import statement_entries, statements
from services.risk_pool.reports.comma_separated import entries_as_csv, lines_as_csv
from services.risk_pool.reports.pdf import as_pdf
from services.risk_pool.reports.plain import as_json
from services.risk_pool.reports.workbook import write_xlsx
from shared.auth.issuer import Issuer
from shared.months import Month
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.provision import owner_of, url_for
from tests.chaos.settling import MOMENT, MONTH, POOLS
from tests.conftest import fresh_databases
from tests.depth import depth
from tests.real_parts import room_for_postgres
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.services import together

KILLS, CRASHES = depth((15, 3), (50, 10))
EVERYBODY = ("dongli", "ICBC", "CCB", "DL-FIN", "youxian")
"""The parties of both pools, and they themselves."""
LOANS = {"dongli": 200, "youxian": 60}
ENDS = {"dongli": "posted", "youxian": "matched"}

pytestmark = [pytest.mark.timeout(1800), pytest.mark.xdist_group("chaos-settlement")]


@dataclass
class House:
    """A server of the test's own, a book to clone, and processes that settle."""

    server: EmbeddedPostgres
    folder: Path
    tokens: dict[str, str]
    settling: Any
    statements: int = 0
    """How many a whole settlement makes."""

    async def afresh(self) -> None:
        """The book as it was prepared."""
        conn = await asyncpg.connect(self.server.server_url)
        await conn.execute("drop database if exists settled with (force)")
        await conn.execute(f"create database settled owner {owner_of('risk_pool')} template book")
        # A copied sequence trusts the log of the one it was copied from, until the next checkpoint.
        await conn.execute("checkpoint")
        await conn.close()

    def settle(self, *, at: int = 0, seed: int = 0, **more: Any) -> int:
        """One process settles the book, or dies of it; how it ended."""
        order = {
            "tokens": self.tokens,
            "at": at,
            "seed": seed,
            "count": str(self.folder / "count"),
            **more,
        }
        self.settling.stdin.write(json.dumps(order) + "\n")
        self.settling.stdin.flush()
        return int(self.settling.stdout.readline())


async def _book(pool: Claims, other: Claims) -> None:
    """Some hundreds of loans of two pools, January and February posted; in March claims, of which
    some are paid and bring something back."""
    for one in (pool, other):
        names = [f"{one.code}-{n}" for n in range(LOANS[one.code])]
        banks = {name: ("ICBC", "CCB")[n % 2] for n, name in enumerate(names)}
        await one.hears(
            *(one.approval(name, amount="100000.00", bank=bank) for name, bank in banks.items())
        )
        await one.hears(*(one.disbursement(name, amount="100000.00") for name in names))
        await one.hears(*(one.position(name, "2026-01", "100000.00") for name in names))
    await pool.it_is("2026-02-03")
    for one in (pool, other):
        await one.settles("2026-01")
        bad = list(one.loans)[:5] if one is pool else []
        await one.hears(
            *(
                one.position(
                    name, "2026-02", "90000.00",
                    risk_class="substandard" if name in bad else "normal",
                    overdue_days=100 if name in bad else 0,
                )
                for name in one.loans
            )
        )  # fmt: skip
    await pool.it_is("2026-03-04")
    await other.interest("1234.56", on=date(2026, 2, 20))
    for n, name in enumerate(list(pool.loans)[:5]):
        bank = ("ICBC", "CCB")[n % 2]
        claim = await pool.approves(name, "90000.00", bank=bank, overdue_days=104)
        if n < 3:
            await pool.pays(claim)
            await pool.recovers(claim, f"{1000 + n}.07", on="2026-03-04", bank=bank)
    for one in (pool, other):
        await one.settles("2026-02")
        claimed = list(one.loans)[:5] if one is pool else []
        left = [name for name in one.loans if name not in claimed]
        await one.hears(*(one.position(name, "2026-03", "85000.00") for name in left))
    await pool.it_is("2026-04-03")


async def _spare_the_disk(server: EmbeddedPostgres) -> None:
    """What a process has written outlives it in the system's cache; only a machine that dies would
    lose it. Each commit is still written before it is answered."""
    conn = await asyncpg.connect(server.server_url)
    await conn.execute("alter system set fsync = off")
    await conn.execute("select pg_reload_conf()")
    await conn.close()


async def _prepare(server: EmbeddedPostgres, folder: Path) -> tuple[dict[str, str], dict[str, Any]]:
    await _spare_the_disk(server)
    issuer = Issuer.at(folder / "issuer", environment="development")
    async with fresh_databases(server.server_url, folder) as make:

        @asynccontextmanager
        async def running(*services: Any, **settings: Any) -> Any:
            async with together(services, make, issuer, folder, **settings) as started:
                yield started[0]

        async with claims_of(running, "ICBC", "CCB") as pool:
            other = await Claims(pool.service, "youxian").opened("ICBC", "CCB")
            await other.paid_in("20000000.00")
            await _book(pool, other)
            await pool.service.settled()
            tokens = {
                who: pool.service.token(f"{who}-settling", f"finance_{who}", institution="*")
                for who in ("maker", "checker")
            }
            name = await _database_of(pool)
        conn = await asyncpg.connect(server.server_url)
        await conn.execute(f"create database book owner {owner_of('risk_pool')} template {name}")
        await conn.close()
    owner = await asyncpg.connect(
        url_for(server.server_url, role=owner_of("risk_pool"), database="book")
    )
    await owner.execute("create table heard (event_id uuid, type text, pool_code text)")
    await owner.execute("grant select, insert on heard to risk_pool")
    await owner.close()
    settings = {
        "environment": "sandbox",
        "database_url": _settled(server),
        "transport": "local",
        "token_issuer": issuer.issuer,
        "token_keys": str(folder / "issuer" / "jwks.json"),
        "signing_development_folder": str(folder / "signing"),
    }
    return tokens, settings


def _settled(server: EmbeddedPostgres) -> str:
    return url_for(server.server_url, role="risk_pool", database="settled")


async def _database_of(pool: Claims) -> str:
    async with pool.service.context.database.looking("*") as conn:
        name: str = await conn.fetchval("select current_database()")
    return name


@pytest.fixture(scope="module")
def house() -> Any:
    with room_for_postgres() as folder:
        server = EmbeddedPostgres(folder / "postgres").start()
        tokens, settings = asyncio.run(_prepare(server, folder))
        settling = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.settling", json.dumps(settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        yield House(server, folder, tokens, settling)
        assert settling.stdin is not None
        settling.stdin.close()
        settling.wait(30)
        server.stop()


async def documents(house: House, whole_of: Collection[str]) -> dict[str, str]:
    """Every statement of the month in every form, and the ledger, as hashes; the books verified, and
    each event heard once.

    Workbooks and PDFs of some parties: they show what the JSON has. PDFs without their signature, which
    tells the time of signing.
    """
    found: dict[str, bytes] = {}
    async with opened(_settled(house.server)) as conn:
        for pool in POOLS:
            report = await audit_pool(conn, pool)
            assert report is not None and report.passed, report
            settlement = await known.find(conn, pool, Month.parse(MONTH))
            # What one pool's month leaves waits for money; the other's leaves nothing.
            assert settlement is not None and settlement["state"] == ENDS[pool]
            for row in await known.statements(conn, settlement["id"]):
                party = row["party_code"]
                bank = None if party == pool else party
                told = await statements.statement(conn, settlement, party)
                assert told is not None
                found[f"{pool}/{party}.json"] = await as_json(conn, settlement, told, bank)
                entries = statement_entries.in_parts(conn, settlement, told)
                lines = known.lines_in_parts(conn, settlement["id"], bank)
                for form, pieces in (
                    ("csv", entries_as_csv(entries, language="zh")),
                    ("lines", lines_as_csv(lines, language="zh")),
                ):
                    found[f"{pool}/{party}.{form}"] = b"".join([one async for one in pieces])
                if party in whole_of:
                    with (house.folder / "statement.xlsx").open("w+b") as file:
                        await write_xlsx(file, conn, settlement, told, bank, language="zh")
                        file.seek(0)
                        found[f"{pool}/{party}.xlsx"] = file.read()
                    found[f"{pool}/{party}.pdf"] = await as_pdf(
                        conn, settlement, told, bank, language="zh"
                    )
            rows = await conn.fetch(
                """select seq, reference, debit, credit, amount_fen, business_date, kind, loan_id,
                          explanation_id, booked_at, encode(hash, 'hex')
                   from transfers where pool_code = $1 order by seq""",
                pool,
            )
            found[f"{pool}/ledger"] = repr([tuple(row) for row in rows]).encode()
        await _each_event_is_heard_once(conn)
    return {place: hashlib.sha256(content).hexdigest() for place, content in found.items()}


async def _each_event_is_heard_once(conn: asyncpg.Connection) -> None:
    heard = await conn.fetch("select event_id, type, pool_code from heard")
    said = await conn.fetch(
        "select event_id from event_feed where type = any($1) and occurred_at >= $2",
        ["settlement.confirmed.v1", "settlement.posted.v1"],
        datetime.combine(MOMENT.date(), clock_time(), UTC),
    )
    times = Counter((row["pool_code"], row["type"]) for row in heard)
    assert times == Counter(
        (pool, f"settlement.{what}.v1") for pool in POOLS for what in ("confirmed", "posted")
    )
    assert sorted(row["event_id"] for row in heard) == sorted(row["event_id"] for row in said)
    assert await conn.fetchval("select count(*) from parked") == 0


@pytest.fixture(scope="module")
def undisturbed(house: House) -> dict[str, str]:
    """What comes out where nothing dies."""
    asyncio.run(house.afresh())
    assert house.settle() == 0
    house.statements = int((house.folder / "count").read_text())
    return asyncio.run(documents(house, EVERYBODY))


def _differing(undisturbed: dict[str, str], found: dict[str, str]) -> list[str]:
    """Where the two differ: nothing is missing, nothing is another."""
    assert {place for place in undisturbed if place.endswith((".json", "ledger"))} <= found.keys()
    return [place for place in found if found[place] != undisturbed.get(place)]


def test_a_settlement_killed_anywhere_leaves_the_same_bytes(house, undisturbed):
    assert house.statements > 100
    deaths = []
    for seed in range(KILLS):
        chance = random.Random(seed)
        at = chance.randint(1, house.statements)
        asyncio.run(house.afresh())

        # Relay and listener look when they are woken: the last statements are not always made.
        while house.settle(at=at, seed=seed) == 0:
            asyncio.run(house.afresh())
            at -= 10
        deaths.append(at)
        assert house.settle() == 0

        found = asyncio.run(documents(house, EVERYBODY[seed : seed + 1]))
        assert _differing(undisturbed, found) == [], f"killed at statement {at} (seed {seed})"
    assert len(deaths) == KILLS and len(set(deaths)) > KILLS // 2


def test_a_server_that_crashes_anywhere_leaves_the_same_bytes(house, undisturbed):
    for seed in range(CRASHES):
        at = random.Random(1000 + seed).randint(house.statements // 10, house.statements * 8 // 10)
        asyncio.run(house.afresh())
        crashed = house.folder / f"crashed-{seed}"

        def come_back(crashed: Path = crashed) -> None:
            while not crashed.exists():
                time.sleep(0.02)
            # A busy machine needs longer than it waits; the service waits as long as it takes.
            with suppress(subprocess.TimeoutExpired):
                house.server._server.start()

        reviving = threading.Thread(target=come_back, daemon=True)
        reviving.start()
        # Nobody kills the service: it waits, and its caller asks again.
        data = str(house.folder / "postgres")
        assert house.settle(at=at, seed=seed, crash=data, told=str(crashed)) == 0
        reviving.join(30)

        assert crashed.exists()
        found = asyncio.run(documents(house, EVERYBODY[seed : seed + 1]))
        assert _differing(undisturbed, found) == [], f"crashed at statement {at} (seed {seed})"
