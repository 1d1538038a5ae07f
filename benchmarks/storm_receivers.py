"""Five hundred receivers behind one port, in a process of their own: some hang, fail or are slow.

    python -m benchmarks.storm_receivers PORT LOG HANGING FAILING SLOW

Receiver n answers at /n. The first receivers hang, the next fail, the next are slow, the others
answer at once. What came is a line in the log: receiver, webhook-id, moment in seconds. A protocol
of its own, without a frame, so that it takes a few hundredths of what is measured.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from shared.serve import run

SLOW_SECONDS = 6.0
"""Longer than what counts as slow, and in time."""
FLUSH_SECONDS = 0.5

_WELL = b"HTTP/1.1 204 No Content\r\n\r\n"
_FAILS = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops"
_LENGTH, _ID, _END = b"\r\ncontent-length: ", b"\r\nwebhook-id: ", b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """Requests of one connection, one after the other; `answer` gets each."""

    def __init__(self, answer: Callable[[asyncio.Transport, int, bytes], None]) -> None:
        self._answer = answer
        self._came = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It begins."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._came += data
        while True:
            head, end, rest = self._came.partition(_END)
            if not end:
                return
            head = b"\r\n" + head.lower()
            length = int(_after(head, _LENGTH))
            if len(rest) < length:
                return
            self._came = rest[length:]
            self._answer(self._transport, int(head.split(b" ", 2)[1][1:]), _after(head, _ID))


class Receivers:
    """How each behaves, and the log of what came."""

    def __init__(self, log: BinaryIO, *, hanging: int, failing: int, slow: int) -> None:
        self._log = log
        self._hanging = range(hanging)
        self._failing = range(hanging, hanging + failing)
        self._slow = range(hanging + failing, hanging + failing + slow)

    def answer(self, transport: asyncio.Transport, receiver: int, webhook_id: bytes) -> None:
        """Note a request, and answer as the receiver does."""
        self._log.write(b"%d %b %.4f\n" % (receiver, webhook_id, time.time()))
        if receiver in self._hanging:
            return
        if receiver in self._slow:
            asyncio.get_running_loop().call_later(SLOW_SECONDS, _answer_late, transport)
            return
        transport.write(_FAILS if receiver in self._failing else _WELL)

    async def flush(self) -> None:
        """Let whoever reads the log see what came."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._log.flush()


def _answer_late(transport: asyncio.Transport) -> None:
    # Whoever was killed meanwhile is there no more.
    if not transport.is_closing():
        transport.write(_WELL)


def _after(head: bytes, name: bytes) -> bytes:
    return head.partition(name)[2].partition(b"\r\n")[0]


async def main(port: int, log: Path, hanging: int, failing: int, slow: int) -> None:
    """Serve until killed."""
    with log.open("wb") as file:
        receivers = Receivers(file, hanging=hanging, failing=failing, slow=slow)
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(receivers.answer), "127.0.0.1", port, backlog=2048
        )
        async with server:
            await receivers.flush()


if __name__ == "__main__":
    run(main(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6])))
