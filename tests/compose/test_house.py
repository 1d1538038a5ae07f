"""Two months of two pools, told over the containers of the compose file, end with the figures they
have in one process: whatever is killed, paused, cut off, started again or upgraded meanwhile."""

import asyncio
import json
import os
import random
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shared.auth.issuer import Issuer
from tests.chaos.test_kill import prepared
from tests.compose.conftest import NOW
from tests.compose.disturbances import Disturbance, Disturber, killed_at_random, one_of_each
from tests.compose.doors import Doors, doors
from tests.compose.engine import Engine
from tests.compose.house import House, house
from tests.compose.images import image_before
from zhidai import embedded
from zhidai.demo import figures, plan
from zhidai.demo.caller import Callers, until
from zhidai.demo.people import ADMIN, AUDITOR
from zhidai.demo.story import Story
from zhidai.demo.year import tell

MONTHS = int(os.environ.get("ZHIDAI_MONTHS", "2"))
BEFORE = "zhidai:before"
SEED = int(os.environ.get("ZHIDAI_SEED", random.SystemRandom().randrange(1 << 16)))
KILLS = 4
TOLD_BY_A_LOOK = {"pool-deadline.passed.v1", "pool-deadline.met.v1"}
"""What is late for a moment is told only where a look (each 30 s in each replica, and at its start)
falls into that moment: how often hangs on how long the story takes."""
_REPLICAS = "services:\n" + "".join(
    f"  {name}:\n    ports: !reset []\n"
    for name in ("applications", "risk-pool", "notifications", "console")
)

pytestmark = [pytest.mark.timeout(1800)]


def nothing_happens(_what: str) -> None:
    """A step of an undisturbed story."""


async def told(callers: Callers, step: Callable[[str], None] = nothing_happens) -> Story:
    """The story, to its end."""
    story = Story(callers, plan.plan(), step=step, months=MONTHS)
    await tell(story)
    return story


async def outcome(callers: Callers, story: Story) -> str:
    """What is compared: all figures of all pools, and how often each event stands in the feed, but for
    those that a look of the scheduler tells."""
    found = await figures.collect(callers, story)
    types: Counter[str] = Counter()
    cursor: dict[str, str] = {}
    while (feed := await callers.get(AUDITOR, "risk_pool", "/events", limit=1000, **cursor))[
        "items"
    ]:
        types.update(
            event["type"] for event in feed["items"] if event["type"] not in TOLD_BY_A_LOOK
        )
        cursor = {"cursor": feed["next_cursor"]}
    return json.dumps([found, types], ensure_ascii=False, sort_keys=True, indent=1)


async def nothing_parked(callers: Callers) -> bool:
    """Whether no service has laid an event aside."""
    pages = [
        await callers.get(ADMIN, service, "/events/parked")
        for service in ("applications", "risk_pool", "notifications")
    ]
    return not any(page["items"] for page in pages)


@pytest.fixture(scope="module")
def undisturbed(docker: Engine) -> str:
    """The same months in one process, without Docker, Kafka and faults."""

    async def run() -> str:
        async with prepared() as (base, addresses), embedded.serving(base, addresses):
            async with Callers(addresses, base.issuer, seed=1) as callers:
                return await outcome(callers, await told(callers))

    found = asyncio.run(run())
    docker.log.with_name("undisturbed-outcome.json").write_text(found)
    return found


def issuer_of(home: House) -> Issuer:
    """The development issuer of the containers: its key lies in a volume that the console made."""
    folder = home.folder / "issuer"
    folder.mkdir()
    for name in ("key.json", "jwks.json"):
        text = home.in_container("console", "cat", f"/issuer/{name}")
        (folder / name).write_text(text)
    return Issuer.at(folder, environment="sandbox")


async def asked_through(home: House, disturbances: list[Disturbance]) -> str:
    """Tell the story through the doors of the house while it is disturbed; what came of it."""
    async with doors(home) as led, Callers(led, issuer_of(home), seed=1) as callers:
        await until("every service is ready", lambda: all_ready(led))
        disturber = Disturber(home, disturbances)
        story = await told(callers, disturber.step)
        await disturber.over()
        await asyncio.to_thread(home.wait_until_healthy)
        await until("nothing is on its way", lambda: nothing_parked(callers))
        found = await outcome(callers, story)
    # Kept beside the log: what differs is looked for there.
    home.engine.log.with_name(f"{home.folder.name}-outcome.json").write_text(found)
    home.engine.say(f"told in {disturber.steps} steps: {', '.join(home.befell)}")
    return found


async def all_ready(led: Doors) -> bool:
    async with httpx.AsyncClient(timeout=5) as client:
        for service in ("applications", "risk_pool", "notifications", "console"):
            try:
                if (await client.get(f"{led.url(service)}/readyz")).status_code != 200:
                    return False
            except httpx.TransportError:
                return False
    return True


def audited(home: House) -> None:
    """Every ledger, recomputed by the program that the image carries."""
    said = home.in_container("risk-pool", "python", "-m", "zhidai.cli", "audit")
    home.engine.say(said)
    assert "✗" not in said and "dongli" in said and "youxian" in said


def test_the_story_is_the_same_whatever_befalls_the_containers(
    docker: Engine, undisturbed: str, tmp_path: Path
):
    commit = image_before(docker, BEFORE)
    with house(docker, tmp_path / "sandbox", image=BEFORE) as home:
        home.up()
        home.wait_until_healthy()
        for port in (8100, 8101, 8102, 8103):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()

        def upgrade() -> None:
            home.up(ZHIDAI_IMAGE=NOW)
            home.befell.append(f"upgraded from {commit[:10]}")

        found = asyncio.run(
            asked_through(home, one_of_each(home, ("everything is upgraded", upgrade)))
        )

        assert found == undisturbed
        assert len(home.befell) == 8
        audited(home)
        running = [home.seen(one)["Config"]["Image"] for one in home.containers("risk-pool")]
        assert running == [NOW]


def test_two_replicas_of_everything_tell_the_same_while_some_are_killed(
    docker: Engine, undisturbed: str, tmp_path: Path
):
    docker.say(f"ZHIDAI_SEED={SEED}")
    print(f"ZHIDAI_SEED={SEED}")  # noqa: T201 — to tell it again
    place = tmp_path / "replicas"
    with house(docker, place, image=NOW, override=_REPLICAS, replicas=2) as home:
        home.up()
        home.wait_until_healthy()
        assert all(len(home.containers(name)) == 2 for name in ("applications", "console"))

        killed = killed_at_random(home, random.Random(SEED), KILLS)
        found = asyncio.run(asked_through(home, killed))

        assert found == undisturbed
        assert len(home.befell) == KILLS
        audited(home)
