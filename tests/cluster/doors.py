"""Doors between the services and what they lean on: each can be cut, hung, slowed and opened again.

A service finds its brokers and its database at the ports of doors only, so whatever lies between two
machines can happen here: no connection, a connection on which nothing moves, one that is slow.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door:
    """One way to one place. Open until something is done to it."""

    def __init__(self, name: str, port: int, leads_to: Callable[[], Awaitable[Streams]]) -> None:
        self.name = name
        self.port = port
        self._leads_to = leads_to
        self._moves = asyncio.Event()
        self._moves.set()
        self._is_cut = False
        self._slow_by = 0.0
        self._through: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["Door"]:
        """Let people through while the block runs; `port` 0 takes one that is free."""
        server = await asyncio.start_server(self._lead, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """End what is connected, and let nobody through."""
        self._is_cut = True
        self.drop()

    def drop(self) -> None:
        """End what is connected; whoever comes again is let through."""
        for writer in list(self._through):
            writer.transport.abort()

    def hang(self) -> None:
        """Keep what is connected, and let nothing move on it."""
        self._moves.clear()

    def slow(self, seconds: float) -> None:
        """Hold back every piece for so long."""
        self._slow_by = seconds

    def open(self) -> None:
        """As it was at first."""
        self._is_cut = False
        self._slow_by = 0.0
        self._moves.set()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there = await self._leads_to()
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, there[1])
        self._through.update(ends)
        try:
            await asyncio.gather(self._pass_on(reader, there[1]), self._pass_on(there[0], writer))
        finally:
            self._through.difference_update(ends)
            for end in ends:
                end.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                if self._slow_by:
                    await asyncio.sleep(self._slow_by)
                await self._moves.wait()
                writer.write(some)
                await writer.drain()
        with suppress(OSError):
            writer.close()


def to_port(port: int) -> Callable[[], Awaitable[Streams]]:
    """To a port of this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(place: str) -> Callable[[], Awaitable[Streams]]:
    """To a socket file, such as that of an embedded PostgreSQL."""
    return lambda: asyncio.open_unix_connection(place)
