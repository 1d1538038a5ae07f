"""A service is lost and comes back from an older dump: nothing stays unheard, no notice is sent twice.

All three services run with each other; the dump is taken by `zhidai backup` while they run, the
restore is `zhidai restore` of one service alone, with real pg_dump and pg_restore.
"""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import typer

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.applications.office import ICBC
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS, Receiver, listening
from tests.services import together
from zhidai.commands import backup, events, reconcile

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("restored")]

NAMES = ("applications", "risk_pool", "notifications")


@dataclass
class Kept:
    """Three databases that outlive the services that work on them, and a bank's receiver."""

    databases: dict[str, Any]
    run: Callable[[], Any]
    receiver: Receiver
    folder: Any
    capsys: Any

    async def types(self, command: Callable[..., None], **words: Any) -> tuple[int, str]:
        """A command as an operator gives it: its exit code, and what it said."""

        def go() -> int:
            try:
                command(state=self.folder, **words)
            except typer.Exit as end:
                return end.exit_code
            return 0

        self.capsys.readouterr()
        code = await asyncio.to_thread(go)
        return code, "".join(self.capsys.readouterr())

    async def restores(self, service: str) -> str:
        code, said = await self.types(
            backup.restore, folder=self.folder / "dump", service=[service], replace=True
        )
        assert code == 0, said
        return said

    def notices(self) -> Counter[str]:
        """How often the bank was sent each event."""
        return Counter(json.loads(one.body)["event_id"] for one in self.receiver.got)


@pytest.fixture
async def kept(
    database_of, issuer, shared_folder, tmp_path, monkeypatch, capsys
) -> AsyncIterator[Kept]:
    found = {name: await database_of(name) for name in NAMES}
    for name, one in found.items():
        monkeypatch.setenv(f"{name}_DATABASE_URL".upper(), one.url)
        monkeypatch.setenv(f"{name}_OWNER_URL".upper(), one.owner_url)

    papers = tmp_path / "papers"
    monkeypatch.setenv("APPLICATIONS_DOCUMENTS", str(papers))

    async def given(name: str, copy_of: str = "") -> Any:
        return found[name]

    @asynccontextmanager
    async def run() -> AsyncIterator[Town]:
        settings = {**SETTINGS, "due_interval_seconds": 3600, "documents": str(papers)}
        services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
        async with together(services, given, issuer, shared_folder, **settings) as started:
            yield Town(*started)

    async with listening(Receiver()) as receiver:
        yield Kept(found, run, receiver, tmp_path, capsys)


async def ledger(town: Town) -> list[Any]:
    """What the pool has booked, but for when and by which number."""
    async with town.risk_pool.context.database.looking("*") as conn:
        rows = await conn.fetch(
            "select kind, debit, credit, amount_fen, loan_id::text from transfers"
            " order by 1, 2, 3, 4, 5"
        )
    return [tuple(row) for row in rows]


async def told_to_bank(town: Town) -> list[str]:
    async with town.notifications.context.database.looking("*") as conn:
        rows = await conn.fetch(
            "select event_id::text from messages where institution = $1 order by 1", ICBC
        )
    return [row[0] for row in rows]


async def everything_sent(town: Town) -> None:
    async with asyncio.timeout(60):
        while True:
            async with town.notifications.context.database.looking("*") as conn:
                if not await conn.fetchval(
                    "select count(*) from deliveries where finished_at is null"
                ):
                    return
            await asyncio.sleep(0.02)


async def begins(kept: Kept) -> None:
    """A pool, a bank that is told, a loan; then the dump, taken while all are at work."""
    async with kept.run() as town:
        await town.opens("dongli")
        clerk = town.clerk("notifications")
        answer = await clerk.post("/endpoints", json={"url": kept.receiver.url})
        assert answer.status_code == 201, answer.text
        await town.lends(loan_no="JJ-1")
        code, said = await kept.types(backup.backup, out=kept.folder / "dump")
        assert code == 0, said
        # What happens after the dump is what is lost with the database.
        await town.lends(loan_no="JJ-2")
        await town.office.submits()
        await town.settled()
        await everything_sent(town)


async def nothing_to_hear(kept: Kept) -> bool:
    """Whether `zhidai events hear-again` had nothing to do."""
    code, said = await kept.types(reconcile.hear_again)
    assert code == 0, said
    return all(line.endswith(": 0 heard again") for line in said.splitlines())


@pytest.mark.parametrize("lost", ["risk_pool", "notifications"])
async def test_a_listener_that_comes_back_from_an_older_dump_hears_again_what_it_has_forgotten(
    kept, lost
):
    await begins(kept)
    async with kept.run() as town:
        before = await ledger(town), await told_to_bank(town)
    sent = kept.notices()
    assert sent and set(sent.values()) == {1}
    assert (await kept.types(reconcile.reconcile))[0] == 0

    await kept.restores(lost)
    code, said = await kept.types(reconcile.reconcile)
    assert code == events.WAITING, said
    assert f"{lost} ← applications" in said and "loan.disbursed.v1" in said, said
    rounds = 0
    while not await nothing_to_hear(kept):
        rounds += 1
        assert rounds < 5, "what is heard again must come to an end"
        # What it says again of what it has heard again is known to those who heard it before.
        async with kept.run() as town:
            await town.settled()
    assert rounds
    async with kept.run() as town:
        await town.settled()
        await everything_sent(town)
        after = await ledger(town), await told_to_bank(town)

    assert after == before
    assert kept.notices() == sent, "a notice was sent twice"
    async with opened(kept.databases["risk_pool"].url) as conn:
        report = await audit_pool(conn, "dongli")
    assert report is not None and report.passed, report
    code, said = await kept.types(reconcile.reconcile)
    assert code == 0, said


async def test_a_speaker_that_comes_back_from_an_older_dump_is_known_to_have_gone_back(kept):
    await begins(kept)
    async with kept.run() as town:
        auditor = town.at("applications", "shen", "auditor")
        read = (await auditor.get("/events", params={"limit": 1000})).json()
        before = await ledger(town)
    sent = kept.notices()

    shutil.rmtree(kept.folder / "papers")
    code, said = await kept.types(backup.check_papers)
    assert code == events.WAITING and ": missing" in said, said
    said = await kept.restores("applications")
    assert " 0 faults" in said and "papers: 0 files" not in said, said
    code, said = await kept.types(backup.check_papers)
    assert code == 0, said
    async with kept.run() as town:
        await town.settled()
        # A bank that had read further than is told now is refused, not answered with nothing.
        auditor = town.at("applications", "shen", "auditor")
        refused = await auditor.get("/events", params={"cursor": read["next_cursor"]})
        common = refused.json()["common"]
        goes_on = await auditor.get("/events", params={"cursor": refused.json()["cursor"]})
        # The restored service goes on; what it says has numbers of another epoch.
        case = await town.approved()
        heard = (await town.pool("admin", "admin").get("/events/heard")).json()["heard"][0]
        ready = await town.risk_pool.anonymous().get("http://zhidai.test/readyz")
        assert (await ledger(town))[: len(before)] and await town.office.state(case) == (
            "capacity_reserved"
        )
        await everything_sent(town)
    code, said = await kept.types(reconcile.reconcile)

    assert (refused.status_code, refused.json()["code"]) == (409, "feed-gone-back")
    assert goes_on.status_code == 200
    assert heard["gone_back"] > 0 and heard["missing"] == 0
    assert heard["epoch"].startswith(f"{common}-")
    assert "has gone back by" in ready.json()["heard"]["applications"]
    assert ready.status_code == 200, "nobody is kept from working"
    assert code == events.WAITING
    assert "gone back: applications by" in said
    assert "covered in the pool, and no such case" in said, said
    after = kept.notices()
    assert set(after.values()) == {1} and set(after) > set(sent)
