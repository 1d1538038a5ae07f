"""kill -9 of any service at any moment: months of two pools end with the same figures.

Every service is a process of its own over a real Apache Kafka, with a real PostgreSQL that keeps
what it was told to keep. Who is killed and when comes from a fixed list of seeds.
"""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import asynccontextmanager

import pytest

from deploy.kafka.broker import KafkaCluster
from services.risk_pool.audit.verify import audit_pool, opened
from tests.depth import WHOLE, depth
from tests.real_parts import room_for_postgres
from zhidai import embedded, environment, processes
from zhidai.addresses import Addresses, free
from zhidai.bus import Bus
from zhidai.demo import figures, plan
from zhidai.demo.caller import Callers
from zhidai.demo.story import Story
from zhidai.demo.year import tell
from zhidai.environment import Environment

MONTHS = depth(2, 6)
SEEDS = [int(seed) for seed in os.environ.get("ZHIDAI_SEEDS", "1").split(",")]
"""More of them by the environment: ZHIDAI_SEEDS=1,2,3."""
SERVICES = ("applications", "risk_pool", "notifications")

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("chaos"),
    # Before every landing it is tests/cluster that kills, over three brokers.
    pytest.mark.skipif(not WHOLE, reason="a part of `make proof`"),
]


@asynccontextmanager
async def prepared():
    """A database cluster of its own, as durable as in production."""
    with room_for_postgres() as state:
        base, postgres = await environment.prepare(state, afresh=True)
        try:
            yield base, free()
        finally:
            if postgres is not None:
                postgres.stop()


async def told(
    base: Environment, addresses: Addresses, step: Callable[[str], None] = lambda what: None
) -> str:
    """The figures of these months, as text; the ledgers verified."""
    async with Callers(addresses, base.issuer, seed=1) as callers:
        story = Story(callers, plan.plan(), step=step, months=MONTHS)
        await tell(story)
        found = await figures.collect(callers, story)
    async with opened(base.database_url("risk_pool")) as conn:
        for pool in plan.POOLS:
            report = await audit_pool(conn, pool.code)
            assert report is not None and report.passed, report
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=1)


class Killer:
    """Kills every service twice, in an order and at steps of the story that nobody has chosen.

    Bound to the story's steps and not to the clock, so that a quick machine is disturbed as often
    as a slow one.
    """

    def __init__(self, keepers: dict[str, processes.Keeper], seed: int) -> None:
        self._keepers = keepers
        self._chance = random.Random(seed)
        self._victims = [*SERVICES, *SERVICES]
        self._chance.shuffle(self._victims)
        self._steps = set(self._chance.sample(range(1, 4 * MONTHS + 1), len(self._victims)))
        self._told = 0
        self._kills: list[asyncio.Task[None]] = []
        self.killed: Counter[str] = Counter()

    def step(self, _what: str) -> None:
        """The story has done a step; at some of them somebody dies a moment later."""
        self._told += 1
        if self._told in self._steps:
            self._kills.append(asyncio.create_task(self._kill(self._victims.pop())))

    async def _kill(self, name: str) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 0.8))
        while not self._keepers[name].kill():  # noqa: ASYNC110 — nobody tells when a process is back
            await asyncio.sleep(0.05)
        self.killed[name] += 1


@pytest.fixture(scope="module")
def undisturbed() -> str:
    """The same months in one process, without Kafka and without a fault."""

    async def run() -> str:
        async with prepared() as (base, addresses):
            async with embedded.serving(base, addresses):
                return await told(base, addresses)

    return asyncio.run(run())


@pytest.mark.parametrize("seed", SEEDS)
def test_services_killed_at_random_moments_change_no_figure(seed, undisturbed, tmp_path):
    async def run() -> tuple[str, Counter[str]]:
        async with prepared() as (base, addresses):
            with KafkaCluster(tmp_path / "kafka") as kafka:
                async with processes.serving(
                    base, addresses, bus=Bus(kafka.bootstrap_servers)
                ) as keepers:
                    killer = Killer(keepers, seed)
                    return await told(base, addresses, killer.step), killer.killed

    disturbed, killed = asyncio.run(run())

    assert killed == dict.fromkeys(SERVICES, 2)
    assert disturbed == undisturbed
