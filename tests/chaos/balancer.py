"""What stands before the replicas of a service: it leads connections to those that are ready.

It looks at each replica's /readyz now and then, as balancers do, and passes over one to which it
cannot connect. What has been connected is left alone: no request is repeated for anybody.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

import httpx

LOOK_EVERY_SECONDS = 0.25
MOST_MISSED = 3
"""As Kubernetes has it unless told otherwise: one slow look is no end of a replica."""


class Balancer:
    """Before the replicas of one service, which are known by their ports on this machine."""

    def __init__(self) -> None:
        self.replicas: list[int] = []
        self.ready: set[int] = set()
        self.connected: Counter[int] = Counter()
        self.port = 0
        self.turned_away = 0
        self._missed: Counter[int] = Counter()
        self._looking: set[int] = set()
        self._turns = count()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["Balancer"]:
        """Lead whoever comes to `port` while the block runs."""
        server = await asyncio.start_server(self._lead, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        looking = asyncio.create_task(self._look())
        try:
            yield self
        finally:
            looking.cancel()
            server.close()

    async def until_ready(self, port: int) -> None:
        """Wait until a replica is led to."""
        async with asyncio.timeout(120):
            while port not in self.ready:  # noqa: ASYNC110 — as it is found by looking
                await asyncio.sleep(0.05)

    async def takes_out(self, port: int) -> None:
        """Lead nobody to a replica any more, and wait until the last who was led there has gone."""
        self.forgets(port)
        async with asyncio.timeout(60):
            while self.connected[port]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def forgets(self, port: int) -> None:
        """Lead nobody to a replica any more."""
        self.replicas.remove(port)
        self.ready.discard(port)

    async def _look(self) -> None:
        async with httpx.AsyncClient(timeout=5) as client, asyncio.TaskGroup() as group:
            while True:
                for port in self.replicas:
                    if port not in self._looking:
                        self._looking.add(port)
                        group.create_task(self._look_at(client, port))
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _look_at(self, client: httpx.AsyncClient, port: int) -> None:
        """Once: who is not ready at MOST_MISSED looks in a row is led to no more."""
        is_ready = False
        with suppress(httpx.TransportError):
            answer = await client.get(f"http://127.0.0.1:{port}/readyz")
            is_ready = answer.status_code == 200
        self._looking.discard(port)
        self._missed[port] = 0 if is_ready else self._missed[port] + 1
        if port not in self.replicas or self._missed[port] >= MOST_MISSED:
            self.ready.discard(port)
        elif is_ready:
            self.ready.add(port)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Where nobody seems ready everybody is tried: they may only have been slow to say so.
        ready = sorted(self.ready) or list(self.replicas)
        turn = next(self._turns)
        for number in range(len(ready)):
            port = ready[(turn + number) % len(ready)]
            self.connected[port] += 1
            try:
                there = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                self.connected[port] -= 1
                continue
            try:
                await asyncio.gather(_passed_on(reader, there[1]), _passed_on(there[0], writer))
            finally:
                self.connected[port] -= 1
            return
        self.turned_away += 1
        writer.close()


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    with suppress(OSError):
        writer.close()
