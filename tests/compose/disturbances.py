"""What befalls the containers while a story is told, one thing after another, bound to its steps."""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial

from tests.compose.house import SERVICES, House

Disturbance = tuple[str, Callable[[], None]]
"""What it is called in the log, and what does it."""


class Disturber:
    """Each step of the story lets one more disturbance happen, beside it and in their order."""

    def __init__(self, house: House, disturbances: Sequence[Disturbance]) -> None:
        self._house = house
        self._waiting = list(disturbances)
        self._happens: asyncio.Task[None] | None = None
        self.steps = 0

    def step(self, what: str) -> None:
        """The story has done a step."""
        self.steps += 1
        self._house.engine.say(f"-- the story: {what}")
        if self._waiting:
            self._happens = asyncio.create_task(self._one(self._happens, self._waiting.pop(0)))

    async def over(self) -> None:
        """Wait for what happens still. Nothing may be left that never had its step."""
        if self._happens is not None:
            await self._happens
        assert not self._waiting, f"{len(self._waiting)} disturbances had no step of the story"

    async def _one(self, before: asyncio.Task[None] | None, disturbance: Disturbance) -> None:
        if before is not None:
            await before
        name, happen = disturbance
        self._house.engine.say(f"!! {name}")
        await asyncio.to_thread(happen)


def one_of_each(house: House, upgrade: Disturbance) -> list[Disturbance]:
    """Everything that can befall the house, in an order that lets each meet another part of a month."""
    return [
        ("applications is killed", lambda: house.kill("applications")),
        ("risk-pool is paused", lambda: house.pause("risk-pool", 4)),
        ("the broker is killed", lambda: house.kill_and_start("kafka")),
        upgrade,
        ("the database is killed", lambda: house.kill_and_start("postgres")),
        ("notifications is cut off", lambda: house.disconnect("notifications", 5)),
        ("risk-pool is killed", lambda: house.kill("risk-pool")),
        ("risk-pool is cut off", lambda: house.disconnect("risk-pool", 4)),
    ]


def killed_at_random(house: House, chance: random.Random, times: int) -> list[Disturbance]:
    """A replica of some service is killed, so many times; which, nobody has chosen."""
    victims = [chance.choice(SERVICES) for _ in range(times)]
    return [
        (f"a replica of {victim} is killed", partial(house.kill, victim, chance))
        for victim in victims
    ]
