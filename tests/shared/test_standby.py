"""Reports are asked of a standby that keeps up: what it lags is said, and one that is too far behind or gone
answers nothing. A second PostgreSQL that really follows the first."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from services.risk_pool.main import SERVICE as RISK_POOL
from services.risk_pool.tables.pools import open_pool
from shared.http.data_lag import HEADER
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import provision
from shared.postgres.standby import NOWHERE, ReportsBehind, Standby
from tests.messaging.samples import NOW, until
from tests.real_parts import room_for_postgres
from tests.services import together
from zhidai.commands.backup import _tool

NAME = RISK_POOL.name

pytestmark = [pytest.mark.timeout(120), pytest.mark.xdist_group("standby")]


@dataclass
class Pair:
    """A server, one that follows it, and the service's database on the first."""

    first: EmbeddedPostgres
    second: EmbeddedPostgres
    own: Database

    def standby(self, most_seconds: float, *, refuses: bool = False) -> Standby:
        return Standby(self.own, self.second.url(NAME), most_seconds=most_seconds, refuses=refuses)

    async def follows(self, pauses: bool) -> None:
        """The second goes on following the first, or stands still."""
        conn = await asyncpg.connect(self.second.server_url)
        await conn.execute(f"select pg_wal_replay_{'pause' if pauses else 'resume'}()")
        await conn.close()


async def name_of_pool(standby: Standby) -> str:
    async with standby.looking(EVERYWHERE) as conn:
        found: str = await conn.fetchval("select name from pools")
    return found


def copied(first: EmbeddedPostgres, copy: Path) -> None:
    """A copy of a server that is set to follow it."""
    subprocess.run(
        [_tool("pg_basebackup", ""), "--pgdata", copy, "--checkpoint=fast", "--write-recovery-conf",
         "--dbname", first.server_url],
        check=True, capture_output=True,
    )  # fmt: skip
    # An embedded server keeps its socket's lock and its users in the data folder.
    for name in (".handle_pids.json", ".s.PGSQL.5432.lock"):
        (copy / name).unlink(missing_ok=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "pgserver", copy], check=True)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    with room_for_postgres() as room:
        first = await asyncio.to_thread(EmbeddedPostgres(room / "first", durable=False).start)
        await provision(first.server_url, NAME)
        await asyncio.to_thread(upgrade, NAME, first.owner_url(NAME))
        copy = room / "second"
        await asyncio.to_thread(copied, first, copy)
        second = await asyncio.to_thread(EmbeddedPostgres(copy, durable=False).start)
        own = await Database.connect(first.url(NAME), max_size=4)
        try:
            yield Pair(first, second, own)
        finally:
            await own.close()
            for server in (second, first):
                with suppress(Exception):
                    await asyncio.to_thread(server.stop)


async def test_reports_come_from_a_standby_that_keeps_up_and_from_nowhere_older_than_is_allowed(
    pair: Pair, issuer, shared_folder
):
    async with pair.own.begin(EVERYWHERE) as conn:
        await open_pool(
            conn, "dongli", name="早", programme="dongli", opened_on=date(2026, 1, 1), prefix="DL",
            now=NOW,
        )  # fmt: skip
    patient, strict, refusing = (
        pair.standby(3600), pair.standby(0.5), pair.standby(0.5, refuses=True),
    )  # fmt: skip
    stopping = asyncio.Event()
    beating = asyncio.create_task(patient.beat(stopping))

    async def is_there() -> bool:
        with suppress(asyncpg.PostgresError, ReportsBehind):
            return await name_of_pool(patient) == "早" and await patient.lag() < timedelta(
                seconds=5
            )
        return False

    await until(is_there, what="is there")
    async with patient.looking(EVERYWHERE) as conn:
        assert await conn.fetchval("select pg_is_in_recovery()")
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await conn.execute("delete from pools")

    async def given(name: str, copy_of: str = "") -> Any:
        return SimpleNamespace(url=pair.first.url(NAME))

    settings = {"reports_database_url": pair.second.url(NAME), "due_interval_seconds": 3600}
    async with together([RISK_POOL], given, issuer, shared_folder, **settings) as (service,):
        manager = service.as_("he", "pool_manager")
        report = await manager.get("/reports/cockpit")
        assert report.status_code == 200 and 0 < int(report.headers[HEADER]) < 60, report.text
        assert HEADER not in (await manager.get("/pools/dongli")).headers

    # It stands still while the first goes on: what it says is old, and is told to be.
    await pair.follows(pauses=True)
    async with pair.own.begin(EVERYWHERE) as conn:
        await conn.execute("update pools set name = '晚'")

    async def is_behind() -> bool:
        return await refusing.lag() > timedelta(seconds=0.5) < await strict.lag()

    await until(is_behind, what="is behind")
    assert await name_of_pool(patient) == "早"
    assert await name_of_pool(strict) == "晚"
    with pytest.raises(ReportsBehind):
        await name_of_pool(refusing)

    await pair.follows(pauses=False)

    async def caught_up() -> bool:
        return await name_of_pool(patient) == "晚"

    await until(caught_up, what="caught up")
    # Gone: the service's own database answers, or nobody.
    await asyncio.to_thread(pair.second.stop)

    async def is_gone() -> bool:
        return await patient.lag() == NOWHERE == await refusing.lag()

    await until(is_gone, what="is gone")
    assert await name_of_pool(patient) == "晚"
    with pytest.raises(ReportsBehind):
        await name_of_pool(refusing)
    stopping.set()
    await beating
    for one in (patient, strict, refusing):
        await one.close()
