"""kill -9 of any service at any moment: half a year of two pools ends with the same figures.

Every service is a process of its own over a real Apache Kafka, with a real PostgreSQL that keeps
what it was told to keep. Who is killed and when comes from a fixed list of seeds.
"""

import asyncio
import json
import random
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.kafka.broker import KafkaCluster
from services.risk_pool.audit import audit_pool, opened
from zhidai import embedded, ground, processes
from zhidai.addresses import Addresses, free
from zhidai.demo import figures, plan
from zhidai.demo.caller import Callers
from zhidai.demo.story import Story
from zhidai.ground import Ground

MONTHS = 6
SEEDS = (1, 2)
SERVICES = ("applications", "risk_pool", "notifications")

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("chaos")]


@asynccontextmanager
async def prepared(state: Path):
    """A database cluster of its own, as durable as in production."""
    base, postgres = await ground.prepare(state, afresh=True)
    try:
        yield base, free()
    finally:
        if postgres is not None:
            postgres.stop()


async def told(base: Ground, addresses: Addresses) -> str:
    """The figures of half a year, as text; the ledgers verified."""
    async with Callers(addresses, base.issuer, seed=1) as callers:
        story = Story(callers, plan.plan(), step=lambda what: None, months=MONTHS)
        await story.tell()
        found = await figures.collect(callers, story)
    async with opened(base.database_url("risk_pool")) as conn:
        for pool in plan.POOLS:
            report = await audit_pool(conn, pool.code)
            assert report is not None and report.passed, report
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1)


async def killing(
    keepers: dict[str, processes.Keeper], chance: random.Random, killed: Counter[str]
) -> None:
    """Kill every service twice, in an order and at moments that nobody has chosen."""
    victims = [*SERVICES, *SERVICES]
    chance.shuffle(victims)
    for name in victims:
        # Starting takes a second or two, and Kafka some more to believe that a member is dead:
        # killing faster than that only tests patience.
        await asyncio.sleep(chance.uniform(0.5, 7.0))
        if keepers[name].kill():
            killed[name] += 1


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same half year in one process, without Kafka and without a fault."""

    async def run() -> str:
        async with prepared(tmp_path_factory.mktemp("quiet")) as (base, addresses):
            async with embedded.serving(base, addresses):
                return await told(base, addresses)

    return asyncio.run(run())


@pytest.mark.parametrize("seed", SEEDS)
def test_services_killed_at_random_moments_change_no_figure(seed, undisturbed, tmp_path):
    killed: Counter[str] = Counter()

    async def run() -> str:
        async with prepared(tmp_path / "state") as (base, addresses):
            with KafkaCluster(tmp_path / "kafka") as kafka:
                async with processes.serving(
                    base, addresses, bootstrap_servers=kafka.bootstrap_servers
                ) as keepers:
                    killer = asyncio.create_task(killing(keepers, random.Random(seed), killed))
                    try:
                        return await told(base, addresses)
                    finally:
                        killer.cancel()

    disturbed = asyncio.run(run())

    assert sum(killed.values()) >= 4, killed
    assert disturbed == undisturbed
