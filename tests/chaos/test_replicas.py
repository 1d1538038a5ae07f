"""Two replicas of every service tell months of two pools as one quiet process does, while some are
killed: figures, the number of every event, and ledgers."""

import asyncio
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from deploy.kafka.broker import KafkaCluster
from services.risk_pool.audit.verify import audit_pool, opened
from tests.chaos.replicas import REPLICAS, Replicas, all_begun, house
from tests.chaos.test_kill import prepared
from tests.compose.test_house import nothing_parked, outcome, told
from tests.depth import WHOLE
from zhidai import embedded
from zhidai.bus import Bus
from zhidai.demo import plan
from zhidai.demo.caller import Callers, until

SEED = int(os.environ.get("ZHIDAI_SEED", "1"))
KILLS = 6

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(not WHOLE, reason="six processes and a broker: make proof"),
]


class Killer:
    """Kills a replica that nobody has chosen at every second step of the story, so many times."""

    def __init__(self, houses: dict[str, Replicas]) -> None:
        self._houses = houses
        self._chance = random.Random(SEED)
        self._steps = 0
        self.killed: Counter[str] = Counter()

    def step(self, _what: str) -> None:
        """The story has done a step."""
        self._steps += 1
        name = self._chance.choice(sorted(self._houses))
        number = self._chance.randrange(REPLICAS)
        if self._steps % 2 and self.killed.total() < KILLS and self._houses[name].kill(number):
            self.killed[name] += 1


async def quietly() -> str:
    async with prepared() as (base, addresses), embedded.serving(base, addresses):
        async with Callers(addresses, base.issuer, seed=1) as callers:
            return await outcome(callers, await told(callers))


async def disturbed(kafka: str, logs: Path) -> tuple[str, Counter[str]]:
    async with prepared() as (base, _), house(base, Bus(kafka), logs) as houses:
        places = await all_begun(houses)
        killer = Killer(houses)
        async with Callers(places, base.issuer, seed=1) as callers:
            story = await told(callers, killer.step)
            await until("nothing is parked", lambda: nothing_parked(callers))
            found = await outcome(callers, story)
        async with opened(base.database_url("risk_pool")) as conn:
            for pool in plan.POOLS:
                report = await audit_pool(conn, pool.code)
                assert report is not None and report.passed, report
        return found, killer.killed


def test_two_replicas_of_everything_tell_the_same_while_some_are_killed(tmp_path):
    with KafkaCluster(tmp_path / "kafka") as kafka:
        found, killed = asyncio.run(disturbed(kafka.bootstrap_servers, tmp_path / "logs"))

    assert killed.total() == KILLS, killed
    assert found == asyncio.run(quietly())
