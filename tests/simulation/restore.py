"""A service loses its database and comes back from an older dump, while the others go on."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.simulation.house import House
from tests.simulation.server import Server
from tests.simulation.stage import Stage
from tests.simulation.weather import Weather

SERVICE = "risk_pool"
"""What it says is heard by both others. In these simulations no person gives it a command, for that would
be lost with its database, as the manual says."""


@dataclass
class Restore:
    """Takes a dump at one moment, and puts it back at a later one."""

    stage: Stage
    house: House
    weather: Weather
    chance: random.Random
    names: Mapping[str, str]
    looks: dict[str, Server]

    async def happens(self) -> None:
        """The whole of it; the weather goes on meanwhile."""
        name = self.names[SERVICE]
        await asyncio.sleep(self.chance.uniform(0.5, 8))
        await self._without_anybody(lambda: self.stage.copy(SERVICE, name, f"{name}_dump"))
        await asyncio.sleep(self.chance.uniform(1, 10))
        await self._without_anybody(lambda: self.stage.put_back(name, f"{name}_dump"))
        self.weather.counts["service restored"] = 1

    async def _without_anybody(self, work: Callable[[], None]) -> None:
        """While nobody is connected to it; its processes die, and are started again."""
        while up := [
            name for name, one in sorted(self.house.up.items()) if one.service.name == SERVICE
        ]:
            for name in up:
                self.house.kill(name)
            # At the next step the server has done with their connections.
            await asyncio.sleep(0)
        self.looks[SERVICE].close()
        work()
        self.looks[SERVICE] = self.stage.look(self.names[SERVICE])
        for name, service in self.weather.members.items():
            if service.name == SERVICE and name not in self.house.up:
                self.house.start(service, name)
