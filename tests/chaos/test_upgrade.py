"""An upgrade under load: no request is refused while databases and processes change their version.

Two replicas of each service, as processes over a real Apache Kafka behind a balancer. The version
before is the newest commit that has fewer migrations than this tree; its code runs from its own
files. Callers ask once: whatever is no answer, is 429 or 5xx, is a refusal.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.kafka.broker import KafkaCluster
from services.risk_pool.audit.verify import audit_pool, opened
from shared.clock import SHANGHAI
from shared.postgres.migrations import head, upgrade
from shared.postgres.provision import SERVICES as DATABASES
from shared.postgres.provision import owner_of, provision, url_for
from tests.chaos.replicas import REPLICAS, Replicas, all_begun, code_of, house
from tests.compose.images import ROOT, version_before
from tests.depth import WHOLE
from tests.real_parts import room_for_postgres
from zhidai import environment
from zhidai.bus import Bus
from zhidai.demo import plan
from zhidai.demo.caller import Callers, Refusal
from zhidai.demo.intake import decide, file
from zhidai.demo.opening import open_pools
from zhidai.demo.people import APPROVER, AUDITOR, FINANCE_MAKER, Person
from zhidai.demo.story import Story
from zhidai.environment import Environment

READS: tuple[tuple[Person, str, str], ...] = (
    (APPROVER, "applications", "/applications"),
    (FINANCE_MAKER, "risk_pool", "/coverages"),
    (AUDITOR, "risk_pool", "/events"),
    (APPROVER, "notifications", "/inbox"),
)

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(not WHOLE, reason="minutes long, and needs the history: make proof"),
]


class AsksOnce(Callers):
    """Callers who repeat nothing, and keep what was no answer."""

    def __init__(self, *arguments: Any, keep_alive: bool = False, **more: Any) -> None:
        super().__init__(*arguments, **more)
        kept = None if keep_alive else 0
        self._client = httpx.AsyncClient(
            timeout=30, limits=httpx.Limits(max_keepalive_connections=kept)
        )
        self.refused: list[str] = []

    async def get(self, who: Person, service: str, path: str, **query: Any) -> Any:
        """A page of a list also where the version before answers it bare."""
        found = await super().get(who, service, path, **query)
        return {"items": found, "next_cursor": None} if isinstance(found, list) else found

    async def _call(
        self, who: Person, method: str, service: str, path: str, **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(who)}", **more.pop("headers", {})}
        self.requests += 1
        try:
            async with self._room:
                answer = await self._client.request(
                    method, f"{self._addresses.api(service)}{path}", headers=headers, **more
                )
        except httpx.TransportError as error:
            self.refused.append(f"{method} {service} {path}: {error!r}")
            raise
        if answer.status_code >= 500 or answer.status_code == 429:
            self.refused.append(f"{method} {service} {path}: {answer.status_code} {answer.text}")
        if answer.is_error:
            raise Refusal(method, path, answer.status_code, answer.json())
        return answer


@asynccontextmanager
async def database_before(tree: Path) -> AsyncIterator[Environment]:
    """A PostgreSQL whose databases the older code has made, by its own migrations."""
    with room_for_postgres() as state:
        base, postgres = await environment.prepare(state)
        try:
            await environment.empty(base.server_url)
            for service in DATABASES:
                await provision(base.server_url, service)
                owner = url_for(base.server_url, role=owner_of(service), database=service)
                await asyncio.to_thread(
                    subprocess.run,
                    [sys.executable, "-m", "zhidai.cli", "migrate", service],
                    env=code_of(tree) | {"OWNER_DATABASE_URL": owner}, check=True, capture_output=True,
                )  # fmt: skip
                await _stands_in_the_first_month(owner)
            yield base
        finally:
            if postgres is not None:
                postgres.stop()


async def _stands_in_the_first_month(owner: str) -> None:
    """Every replica finds the clock so as it starts: older code learns of no later move."""
    moment = datetime.fromisoformat(f"{plan.month_name(1)}-05T09:00:00").replace(tzinfo=SHANGHAI)
    conn = await asyncpg.connect(owner)
    await conn.execute("insert into sandbox_clock (stood_at, set_at) values ($1, now())", moment)
    await conn.close()


def older_tree(into: Path) -> str:
    """The files of the version before; its commit."""
    commit = version_before()
    into.mkdir()
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(into)], input=packed.stdout, check=True)
    return commit


async def migrated(base: Environment) -> None:
    """This tree's migrations, while the older code works on the databases."""
    for service in DATABASES:
        owner = url_for(base.server_url, role=owner_of(service), database=service)
        await asyncio.to_thread(upgrade, service, owner)


async def reading(callers: AsksOnce, over: asyncio.Event) -> None:
    """Somebody looks at lists, ten times a second, until the upgrade is over."""
    while not over.is_set():
        for who, service, path in READS:
            await callers.get(who, service, path)
            await asyncio.sleep(0.025)


async def writing(story: Story, over: asyncio.Event) -> None:
    """The first month's cases, one after another from review to loan, until the upgrade is over."""
    for live in await file(story, 1):
        if over.is_set():
            return
        await decide(story, 1, [live])


async def under_load(
    callers: AsksOnce, change: Awaitable[None], *more: Callable[[asyncio.Event], Awaitable[None]]
) -> None:
    """Make a change while some read, and do what is given more."""
    over = asyncio.Event()

    async def changed() -> None:
        try:
            await change
        finally:
            over.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(changed())
        for _ in range(3):
            group.create_task(reading(callers, over))
        for one in more:
            group.create_task(_done(one, over))


async def _done(one: Callable[[asyncio.Event], Awaitable[None]], over: asyncio.Event) -> None:
    await one(over)


async def exchanged(base: Environment, houses: dict[str, Replicas]) -> None:
    """Databases first, then each replica in turn: taken out of the balancer, stopped, and one of
    this tree in its place."""
    await migrated(base)
    for replicas in houses.values():
        for number in range(REPLICAS):
            await replicas.end(number, taken_out=True)
            await replicas.begin(number)


async def started_anew(replicas: Replicas) -> None:
    """Each replica is told to stop and another takes its place: the balancer only looks."""
    for number in range(REPLICAS):
        await replicas.end(number)
        await replicas.begin(number)


async def upgraded(tree: Path, kafka: str, logs: Path) -> None:
    async with database_before(tree) as base, house(base, Bus(kafka), logs) as houses:
        places: Any = await all_begun(houses, tree)
        async with AsksOnce(places, base.issuer, seed=1) as callers:
            story = Story(callers, plan.plan(), step=lambda what: None, months=1)
            await open_pools(story)
            before = callers.requests
            try:
                await under_load(
                    callers, exchanged(base, houses), lambda over: writing(story, over)
                )
            finally:
                print(callers.requests - before, "requests;", *callers.refused, sep="\n")  # noqa: T201
            during = callers.requests - before
            assert callers.refused == []
            assert not any(one.balancer.turned_away for one in houses.values())
            assert during > 500, during
            assert any(live.state == "disbursed" for live in story.live.values())
        async with AsksOnce(places, base.issuer, seed=2, keep_alive=True) as callers:
            for name in ("applications", "risk_pool"):
                await under_load(callers, started_anew(houses[name]))
            assert callers.refused == []
        for service in DATABASES:
            async with opened(base.database_url(service)) as conn:
                assert await conn.fetchval("select version_num from alembic_version") == head(
                    service
                )
        async with opened(base.database_url("risk_pool")) as conn:
            for pool in plan.POOLS:
                report = await audit_pool(conn, pool.code)
                assert report is not None and report.passed, report


def test_an_upgrade_under_load_refuses_nobody(tmp_path):
    older_tree(tmp_path / "before")
    with KafkaCluster(tmp_path / "kafka") as kafka:
        asyncio.run(upgraded(tmp_path / "before", kafka.bootstrap_servers, tmp_path / "logs"))
