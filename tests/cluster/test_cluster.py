"""One story in a disturbed house: three brokers, a PostgreSQL, every service in two processes; some are
killed, the way to a broker is cut, and what was said is said again. More of them: `make chaos`."""

from pathlib import Path

import pytest
import uvloop

from tests.cluster.house import inhabited, parts
from tests.cluster.run import Verdict, stage
from tests.kafka.brokers import jvm_can_be_had

SEED = 1

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(not jvm_can_be_had(), reason="brokers that can be killed need a JVM"),
]


async def one_run(folder: Path) -> Verdict:
    async with parts(folder) as house, inhabited(house, folder / "logs"), stage(house) as here:
        return await here.run(SEED, ("killed", "cut off from broker", "said twice"))


def test_every_command_has_its_effect_once_whoever_is_killed_or_cut_off(tmp_path):
    verdict = uvloop.run(one_run(tmp_path))

    assert verdict.broken == (), verdict
    assert verdict.undone == ()
    assert verdict.commands > 30, verdict
