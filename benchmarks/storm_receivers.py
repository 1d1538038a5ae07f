"""Five hundred receivers behind one port, in a process of their own: some hang, fail or are slow.

    python -m benchmarks.storm_receivers PORT LOG HANGING FAILING SLOW

Receiver n answers at /n. The first receivers hang, the next fail, the next are slow, the others
answer at once. What came is a line in the log: receiver, webhook-id, moment in seconds.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import BinaryIO

SLOW_SECONDS = 6.0
"""Longer than what counts as slow, and in time."""
FLUSH_SECONDS = 0.5

_WELL = b"HTTP/1.1 204 No Content\r\n\r\n"
_FAILS = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops"


class Receivers:
    """How each behaves, and the log of what came."""

    def __init__(self, log: BinaryIO, *, hanging: int, failing: int, slow: int) -> None:
        self._log = log
        self._hanging = range(hanging)
        self._failing = range(hanging, hanging + failing)
        self._slow = range(hanging + failing, hanging + failing + slow)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        try:
            while True:
                receiver = await self._take(reader)
                if receiver in self._hanging:
                    await reader.read()
                    return
                if receiver in self._slow:
                    await asyncio.sleep(SLOW_SECONDS)
                writer.write(_FAILS if receiver in self._failing else _WELL)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _take(self, reader: asyncio.StreamReader) -> int:
        """Read a request and note it; whom it is for."""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(_after(head, b"content-length: ")))
        receiver = int(head.split(b" ", 2)[1][1:])
        self._log.write(b"%d %b %.4f\n" % (receiver, _after(head, b"webhook-id: "), time.time()))
        return receiver

    async def flush(self) -> None:
        """Let whoever reads the log see what came."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._log.flush()


def _after(head: bytes, name: bytes) -> bytes:
    return head.partition(name)[2].partition(b"\r\n")[0]


async def main(port: int, log: Path, hanging: int, failing: int, slow: int) -> None:
    """Serve until killed."""
    with log.open("wb") as file:
        receivers = Receivers(file, hanging=hanging, failing=failing, slow=slow)
        server = await asyncio.start_server(receivers.serve, "127.0.0.1", port, backlog=2048)
        async with server:
            await receivers.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6])))
