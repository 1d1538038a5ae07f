"""What an operator does once the weather has cleared, with the product's own tools, and nothing more.

`zhidai events hear-again` for what a topic has lost, `discard` for what is no event, `replay` for what is
parked; here as the functions behind these commands.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.messaging import replay
from shared.messaging.parking import list_parked
from shared.messaging.reconciling import hear_again
from shared.postgres.database import EVERYWHERE, Database
from tests.simulation.loop import NoProgress
from tests.simulation.quiet import TOPICS, what_is_on_its_way
from tests.simulation.server import Server
from tests.simulation.story import SERVICES

BY_ITSELF_SECONDS = 60.0
"""So long after the weather has cleared everything that is not lost must have been heard."""

ROUNDS = 6


@dataclass
class Operator:
    """Somebody with the command line."""

    urls: Mapping[str, str]
    looks: Mapping[str, Server]
    counts: dict[str, int] = field(default_factory=dict)

    async def brings_to_rest(self, *, has_lost: bool) -> None:
        """Wait, mend what does not mend itself, wait again. Raises NoProgress where it does not end.

        `has_lost`: whether a topic has lost something; else nothing may be missing by itself.
        """
        for _ in range(ROUNDS):
            await self._by_itself()
            on_its_way = what_is_on_its_way(self.looks)
            parked = await self._mends_parked()
            if not on_its_way and not parked:
                return
            if on_its_way:
                if not has_lost:
                    raise NoProgress(f"nothing was lost, and still: {'; '.join(on_its_way)}")
                self._count("gap heard again", await self._hears_again())
        raise NoProgress(f"after {ROUNDS} rounds: {self._left()}")

    async def _by_itself(self) -> None:
        for _ in range(int(BY_ITSELF_SECONDS / 0.5)):
            if not what_is_on_its_way(self.looks):
                return
            await asyncio.sleep(0.5)

    async def _hears_again(self) -> int:
        """Hand every listener what it has not heard of every producer."""
        heard = 0
        databases = {name: await Database.connect(self.urls[name], max_size=2) for name in TOPICS}
        for service in SERVICES:
            for topic in TOPICS[service.name]:
                async with databases[topic].looking(EVERYWHERE) as producer:
                    heard += await hear_again(
                        producer, databases[service.name], service.consumes,
                        service=service.name, topic=topic, now=_now,
                    )  # fmt: skip
        for database in databases.values():
            await database.close()
        return heard

    async def _mends_parked(self) -> int:
        """Give up what is no event, apply what waits behind it; how many were parked."""
        found = 0
        for service in SERVICES:
            if self.looks[service.name].ask("select count(*) from parked") == [("0",)]:
                continue
            database = await Database.connect(self.urls[service.name], max_size=2)
            async with database.looking(EVERYWHERE) as conn:
                parked = await list_parked(conn)
            found += len(parked)
            for one in parked:
                if one.type == "?":
                    self._count("garbage discarded", 1)
                    await replay.discard(database, one.position, by="operator", why="no event")
            done = await replay.replay(database, service.consumes, by="operator", now=_now)
            self._count("parked and replayed", done.applied)
            self._count("replay failed", len(done.stuck))
            await database.close()
        return found

    def _left(self) -> str:
        parked = {
            name: look.ask("select topic, type, key, reason, left(error, 200) from parked")
            for name, look in self.looks.items()
        }
        return f"{what_is_on_its_way(self.looks)} {parked}"

    def _count(self, what: str, times: int) -> None:
        if times:
            self.counts[what] = self.counts.get(what, 0) + times


def _now() -> datetime:
    return datetime.fromtimestamp(asyncio.get_running_loop().time(), UTC)
