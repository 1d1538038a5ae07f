"""A database goes away while people and events are at work: nothing is lost, nothing is invented."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import Issuer
from shared.postgres.embedded import EmbeddedPostgres
from shared.postgres.migrations import upgrade
from shared.postgres.provision import provision
from tests.e2e.town import Town, is_problem
from tests.notifications.conftest import SETTINGS, until
from tests.services import together


class Server:
    """A PostgreSQL of the test's own, for the risk pool alone, to be stopped at any moment."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder, durable=False).start()

    async def stops(self) -> None:
        """Every connection is broken off; whoever comes finds nobody."""
        handle: Any = self.postgres._server
        await asyncio.to_thread(handle.stop)

    async def starts(self) -> None:
        handle: Any = self.postgres._server
        await asyncio.to_thread(handle.start)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    with tempfile.TemporaryDirectory(prefix="zhidai-faults-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        folder.chmod(0o755)
        own = await asyncio.to_thread(Server, folder / "postgres")
        await provision(own.postgres.server_url, "risk_pool")
        await asyncio.to_thread(upgrade, "risk_pool", own.postgres.owner_url("risk_pool"))
        yield own
        await asyncio.to_thread(own.postgres.stop)


@pytest.fixture
async def stricken(
    server: Server, database_of: Callable[..., Any], issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Town]:
    """Three services, of which the risk pool's database is about to go away."""

    async def database(service: str, copy_of: str = "") -> Any:
        if service == "risk_pool":
            return SimpleNamespace(url=server.postgres.url("risk_pool"))
        return await database_of(service, copy_of)

    services = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
    async with together(
        services, database, issuer, shared_folder, **SETTINGS, due_interval_seconds=3600
    ) as running:
        town = Town(*running)
        await town.opens("dongli")
        yield town


def contribution(number: int) -> dict[str, Any]:
    return {
        "kind": "contribution", "party_code": "DL-FIN", "amount": f"{number}.00",
        "value_date": "2026-03-02",
    }  # fmt: skip


async def test_while_its_database_is_away_a_service_says_503_and_when_to_come_back(
    stricken: Town, server: Server
):
    await stricken.maker.get("/pools/dongli")
    await server.stops()

    asked = [
        await stricken.maker.get("/pools/dongli"),
        await stricken.maker.get("/claims"),
        await stricken.maker.post("/pools/dongli/cash-entries", json=contribution(7)),
        await stricken.clerk().get("/coverages"),
        await stricken.maker.get("/events"),
    ]
    async with stricken.risk_pool.anonymous() as nobody:
        alive = await nobody.get("http://zhidai.test/healthz")
        ready = await nobody.get("http://zhidai.test/readyz")
    beside = await stricken.office.reviewer().get("/queue")
    await server.starts()

    for answer in asked:
        assert is_problem(answer, 503)["code"] == "unavailable"
        assert int(answer.headers["retry-after"]) > 0
        assert "postgres" not in answer.text.lower() and "connect" not in answer.text.lower()
    assert (alive.status_code, ready.status_code, beside.status_code) == (200, 503, 200)

    async def back() -> bool:
        return (await stricken.maker.get("/pools/dongli")).status_code == 200

    await until(back)


async def test_requests_and_events_in_an_outage_are_lost_by_nobody_and_done_once(
    stricken: Town, server: Server
):
    """A clerk enters a hundred payments and more while the database goes and comes; cases are
    approved."""
    before = (await stricken.maker.get("/pools/dongli")).json()["transfers"]
    unavailable = 0

    async def pays_in(number: int) -> None:
        nonlocal unavailable
        key = {"Idempotency-Key": str(uuid4())}
        while True:
            answer = await stricken.maker.post(
                "/pools/dongli/cash-entries", json=contribution(number), headers=key
            )
            if answer.status_code == 201:
                return
            assert is_problem(answer, 503)["code"] == "unavailable"
            unavailable += 1
            await asyncio.sleep(0.05)

    cases = [await stricken.office.submits() for _ in range(2)]
    payments: list[asyncio.Task[None]] = []

    async def somebody_was_sent_away(before: int) -> bool:
        return unavailable > before or all(task.done() for task in payments)

    for case, numbers in zip(cases, (range(1, 51), range(52, 102)), strict=True):
        payments += [asyncio.create_task(pays_in(number)) for number in numbers]
        # Some are in the middle of their work, others come while nobody answers.
        await asyncio.sleep(0)
        await server.stops()
        payments.append(asyncio.create_task(pays_in(numbers[-1] + 1)))
        # The event of this case reaches the risk pool while its database is away.
        await stricken.office.approves(case)
        await until(lambda before=unavailable: somebody_was_sent_away(before))
        await server.starts()
    await asyncio.gather(*payments)
    await stricken.settled()

    assert unavailable > 0, "the outage was over before anybody asked"
    pool = (await stricken.maker.get("/pools/dongli")).json()
    assert pool["transfers"] == before + len(cases)
    listed = await stricken.maker.get(
        "/pools/dongli/cash-entries", params={"state": "entered", "limit": 200}
    )
    entered = listed.json()["items"]
    assert sorted(float(one["amount"]) for one in entered) == [*range(1, 103)]
    assert len({one["number"] for one in entered}) == 102
    assert [await stricken.office.state(case) for case in cases] == ["capacity_reserved"] * 2
    for service in stricken.services:
        parked = await stricken.at(service, "zhou", "admin").get("/events/parked")
        assert parked.json()["items"] == []
