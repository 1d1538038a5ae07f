"""Recovery to a moment, with the settings of docs/operating.md on a real PostgreSQL: all databases of
a server come back to one point of its log, the services agree, and go on."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import typer

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.messaging.told import epochs
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from tests.depth import WHOLE
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from tests.real_parts import room_for_postgres
from tests.services import together
from zhidai.commands import backup, reconcile
from zhidai.commands.backup import _tool

NAMES = ("applications", "risk_pool", "notifications")

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("restored"),
    pytest.mark.skipif(not WHOLE, reason="two clusters and a recovery: make proof"),
]


def archiving(server: EmbeddedPostgres, archive: Path) -> None:
    """The settings of the page, and a start with them."""

    async def configure() -> None:
        conn = await asyncpg.connect(server.server_url)
        for name, value in (
            ("archive_mode", "on"),
            ("archive_command", f"test ! -f {archive}/%f && cp %p {archive}/%f"),
            ("archive_timeout", "60"),
        ):
            await conn.execute(f"alter system set {name} = '{value}'")
        await conn.close()

    asyncio.run(configure())
    server._server.stop()
    server._server.start()


async def migrated(server: EmbeddedPostgres) -> None:
    await server.provision()
    for name in NAMES:
        await asyncio.to_thread(upgrade, name, server.owner_url(name))


def copied(server: EmbeddedPostgres, into: Path) -> None:
    """A base backup, while all work."""
    subprocess.run(
        [_tool("pg_basebackup", ""), "--pgdata", into, "--checkpoint=fast", "--wal-method=none",
         "--dbname", server.server_url],
        check=True, capture_output=True,
    )  # fmt: skip


def recovered(base: Path, archive: Path, moment: datetime) -> EmbeddedPostgres:
    """A server from the base backup, brought on by the archive to a moment."""
    with (base / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"archive_mode = off\nrestore_command = 'cp {archive}/%f %p'\n"
            f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = 'promote'\n"
        )
    (base / "recovery.signal").touch()
    # An embedded server keeps its socket's lock and its users in the data folder.
    for name in (".handle_pids.json", ".s.PGSQL.5432.lock"):
        (base / name).unlink(missing_ok=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "pgserver", base], check=True)
    return EmbeddedPostgres(base).start()


@asynccontextmanager
async def at_work(
    server: EmbeddedPostgres, issuer: Any, shared_folder: Path, papers: Path
) -> AsyncIterator[Town]:
    async def given(name: str, copy_of: str = "") -> Any:
        return SimpleNamespace(url=server.url(name))

    settings = {**SETTINGS, "due_interval_seconds": 3600, "documents": str(papers)}
    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with together(services, given, issuer, shared_folder, **settings) as started:
        yield Town(*started)


async def loans(town: Town) -> list[str]:
    async with town.applications.context.database.looking("*") as conn:
        rows = await conn.fetch("select loan_no from loans order by 1")
    return [row[0] for row in rows]


async def archived(server: EmbeddedPostgres, archive: Path) -> None:
    """All that was done lies in the archive."""
    conn = await asyncpg.connect(server.server_url)
    segment = await conn.fetchval("select pg_walfile_name(pg_switch_wal())")
    await conn.close()
    async with asyncio.timeout(60):
        while not (archive / segment).exists():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_a_server_comes_back_to_the_moment_before_a_mistake_and_the_services_agree(
    issuer, shared_folder, tmp_path, monkeypatch, capsys
):
    papers = tmp_path / "papers"

    async def until_the_mistake(server: EmbeddedPostgres, base: Path, archive: Path) -> datetime:
        await migrated(server)
        async with at_work(server, issuer, shared_folder, papers) as town:
            await town.opens("dongli")
            await asyncio.to_thread(copied, server, base)
            await town.lends(loan_no="JJ-1")
            await town.settled()
            moment = datetime.now(UTC)
            await town.lends(loan_no="JJ-2")
            assert await loans(town) == ["JJ-1", "JJ-2"]
        owner = await asyncpg.connect(server.owner_url("risk_pool"))
        await owner.execute("drop table transfers cascade")
        await owner.close()
        await archived(server, archive)
        return moment

    async def goes_on(server: EmbeddedPostgres) -> list[str]:
        async with at_work(server, issuer, shared_folder, papers) as town:
            await town.lends(loan_no="JJ-3")
            await town.settled()
            async with town.applications.context.database.looking("*") as conn:
                assert len(await epochs(conn)) == 2, "what is said now is known from what is gone"
            return await loans(town)

    def types(command: Any, **words: Any) -> tuple[int, str]:
        capsys.readouterr()
        try:
            command(state=tmp_path, **words)
        except typer.Exit as end:
            return end.exit_code, "".join(capsys.readouterr())
        return 0, "".join(capsys.readouterr())

    with room_for_postgres() as room:
        archive, base = room / "archive", room / "base"
        archive.mkdir()
        archive.chmod(0o777)
        server = EmbeddedPostgres(room / "first").start()
        archiving(server, archive)
        moment = asyncio.run(until_the_mistake(server, base, archive))
        server.stop()
        shutil.rmtree(room / "first")
        again = recovered(base, archive, moment)
        try:
            monkeypatch.setenv("DATABASE_URL", again.server_url)
            monkeypatch.setenv("APPLICATIONS_DOCUMENTS", str(papers))
            marked = types(backup.mark_recovered)
            agreed = types(reconcile.reconcile)
            complete = types(backup.check_papers)
            after = asyncio.run(goes_on(again))
            agreed_after = types(reconcile.reconcile)
            asyncio.run(_verified(again))
        finally:
            again.stop()

    assert marked[0] == 0, marked
    assert agreed[0] == complete[0] == agreed_after[0] == 0, (agreed, complete, agreed_after)
    assert "papers: 0 files" not in complete[1]
    assert after == ["JJ-1", "JJ-3"]


async def _verified(server: EmbeddedPostgres) -> None:
    async with opened(server.url("risk_pool")) as conn:
        report = await audit_pool(conn, "dongli")
    assert report is not None and report.passed, report
