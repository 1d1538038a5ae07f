"""Who is too slow, says too much or comes too often is let go; who is merely slow is served."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
import uvicorn

from shared.http.slow_clients import GuardedProtocol
from shared.serve import server_config


class Impatient(GuardedProtocol):
    """The same with times that a test can wait for."""

    HEAD_SECONDS = 0.3
    HEAD_BYTES = 4096
    BODY_SECONDS = 0.3
    BODY_BYTES_PER_SECOND = 1000
    READ_SECONDS = 0.3
    MOST_CONNECTIONS = 6


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the length of the body, or with as many bytes as the path says."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = b"x" * int(scope["path"][1:] or 0) or str(size).encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    with contextlib.suppress(OSError):
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = server_config(echo, host="127.0.0.1", port=0)
    assert config.http is GuardedProtocol, "every service is served so"
    config.http, config.lifespan = Impatient, "off"
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


class Client:
    """A connection, and what is said and answered on it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, port: int) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**16))

    async def says(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.writer.write(piece)
            with contextlib.suppress(ConnectionError):
                await self.writer.drain()
            await asyncio.sleep(pause)

    async def hears(self) -> bytes:
        """Everything until the other side closes, at most five seconds."""
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
        return b""


async def test_a_head_that_does_not_come_to_an_end_is_not_waited_for(port: int):
    silent, dripping, wordy = [await Client.at(port) for _ in range(3)]
    begin = monotonic()

    await dripping.says(b"GET / HTTP/1.1\r\nhost: a\r\n")
    drip = asyncio.create_task(dripping.says(*[b"x"] * 20, pause=0.05))
    await wordy.says(b"GET / HTTP/1.1\r\n", (b"x-a: " + b"y" * 500 + b"\r\n") * 12)

    assert (await wordy.hears()).startswith(b"HTTP/1.1 431")
    assert (await silent.hears()).startswith(b"HTTP/1.1 408")
    assert (await dripping.hears()).startswith(b"HTTP/1.1 408")
    assert monotonic() - begin < 2
    await drip


async def test_a_body_below_the_rate_ends_and_a_steady_one_is_taken(port: int):
    head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n"
    slow, steady = await Client.at(port), await Client.at(port)

    await slow.says(head % 100, b"x")
    # Longer than the first wait, at ten times the rate.
    await steady.says(head % 6000, *[b"y" * 500] * 12, pause=0.05)
    answer = await steady.reader.readuntil(b"6000")
    again = [b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"]
    await steady.says(*again)

    assert answer.startswith(b"HTTP/1.1 200")
    assert (await steady.hears()).startswith(b"HTTP/1.1 200"), "the connection is kept"
    assert (await slow.hears()).startswith(b"HTTP/1.1 408")


async def test_who_does_not_read_an_answer_is_let_go_and_who_reads_slowly_gets_it(port: int):
    size = 30_000_000
    deaf, slow = await Client.at(port), await Client.at(port)
    for one in (deaf, slow):
        await one.says(b"GET /%d HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n" % size)
    got = 0
    while piece := await slow.reader.read(2**20):
        got += len(piece)
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.4)

    assert got > size
    assert len(await deaf.hears()) < size


async def test_connections_have_an_end_and_those_that_are_there_are_served(port: int):
    clients = [await Client.at(port) for _ in range(6)]
    further = await Client.at(port)

    assert (await further.hears()).startswith(b"HTTP/1.1 503")
    await clients[0].says(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    assert (await clients[0].hears()).startswith(b"HTTP/1.1 200")
    for one in clients[1:]:
        one.writer.close()
