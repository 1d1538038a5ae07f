"""A door for each service: connections are led to its containers in turn, wherever they are now.

What a load balancer does in front of several replicas. It knows only who is in the network, so a
replica that has just died is tried and costs the caller a connection, as it would outside.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from tests.compose.house import PROJECT, SERVICES, House

_KNOWN_FOR_SECONDS = 1.0


@dataclass
class Doors:
    """The port of each service's door on 127.0.0.1, as the callers of the story look for them."""

    ports: dict[str, int]
    scheme: str = "http"

    def url(self, service: str) -> str:
        """The root of a service, by its name with underscores."""
        return f"{self.scheme}://localhost:{self.ports[service.replace('_', '-')]}"

    def api(self, service: str) -> str:
        """The root of a service's API."""
        return f"{self.url(service)}/api/v1"


class _Containers:
    """Who stands in the house's network, asked again when the answer has grown old."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._asked = 0.0
        self._found: dict[str, str] = {}

    async def of(self, service: str) -> list[str]:
        if time.monotonic() - self._asked > _KNOWN_FOR_SECONDS:
            self._asked = time.monotonic()
            self._found = await asyncio.to_thread(self._look)
        return [at for name, at in sorted(self._found.items()) if f"{PROJECT}-{service}-" in name]

    def _look(self) -> dict[str, str]:
        (network,) = json.loads(
            self._house.engine.docker("network", "inspect", f"{PROJECT}_default", quiet=True)
        )
        return {
            one["Name"]: one["IPv4Address"].partition("/")[0]
            for one in network["Containers"].values()
            if one["IPv4Address"]
        }


@asynccontextmanager
async def doors(house: House, *, scheme: str = "http") -> AsyncIterator[Doors]:
    """A door for every service and the console while the block runs."""
    containers = _Containers(house)
    servers = {}
    for service in (*SERVICES, "console"):
        led = _Led(service, containers)
        servers[service] = await asyncio.start_server(led.lead, "127.0.0.1", 0)
    try:
        ports = {name: one.sockets[0].getsockname()[1] for name, one in servers.items()}
        yield Doors(ports, scheme)
    finally:
        for server in servers.values():
            server.close()


class _Led:
    def __init__(self, service: str, containers: _Containers) -> None:
        self._service = service
        self._containers = containers
        self._turns: Iterator[int] = iter(range(1 << 62))

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to whose turn it is; who cannot be reached is passed over."""
        known = await self._containers.of(self._service)
        turn = next(self._turns)
        for number in range(len(known)):
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(2):
                    there = await asyncio.open_connection(known[(turn + number) % len(known)], 8000)
                await asyncio.gather(_passed_on(reader, there[1]), _passed_on(there[0], writer))
                return
        writer.close()


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    writer.close()
