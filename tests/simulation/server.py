"""What the simulation asks PostgreSQL itself, beside its clients: who waits for a lock, who has gone.

A connection of its own, spoken over a plain socket: it must wait in real time, where no loop runs.
"""

import socket
import struct
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

# A deadlock is looked for after a while (`deadlock_timeout`); before that it is not certain that
# somebody who waits will go on waiting.
SETTLED = "0.012"
_pause = time.sleep
_monotonic = time.monotonic


class Server:
    """A superuser's connection, for questions that take a millisecond."""

    def __init__(self, folder: Path, database: str = "postgres", user: str = "postgres") -> None:
        """`folder`: where the server's socket lies; it lets the superuser in without a word."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(folder / ".s.PGSQL.5432"))
        said = b"user\x00%s\x00database\x00%s\x00\x00" % (user.encode(), database.encode())
        self._socket.sendall(struct.pack("!ii", len(said) + 8, 196608) + said)
        self._answer()

    def waiting_for_locks(self) -> set[int]:
        """Backends that wait for a lock, and have done so long enough to go on doing so."""
        while True:
            rows = self.ask(
                f"select pid, waitstart < clock_timestamp() - interval '{SETTLED} s'"
                " from pg_locks where not granted"
            )
            if all(settled == "t" for _, settled in rows):
                return {int(pid) for pid, _ in rows}
            _pause(0.002)

    def until_gone(self, pids: Collection[int], *, seconds: float = 20) -> set[int]:
        """Until none of these backends is there but those that wait for a lock, which are answered: they
        learn that nobody listens any more when they have it. Raises TimeoutError."""
        until = _monotonic() + seconds
        named = ",".join(map(str, sorted(pids)))
        while left := {
            int(row[0])
            for row in self.ask(f"select pid from pg_stat_activity where pid in ({named})")
        }:
            if left <= self.waiting_for_locks():
                return left
            if _monotonic() > until:
                raise TimeoutError(f"backends {left} do not leave")
        return set()

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """The rows of a query, as text."""
        said = query.encode() + b"\x00"
        self.send(b"Q" + struct.pack("!i", len(said) + 4) + said)
        return self._answer()

    def send(self, message: bytes) -> None:
        """Messages of the protocol, whose answer nobody waits for."""
        self._socket.sendall(message)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.sendall(b"X\x00\x00\x00\x04")
            # Until the server has hung up: who copies the database must find nobody there.
            while self._socket.recv(1 << 16):
                pass
        self._socket.close()

    def _answer(self) -> list[tuple[str, ...]]:
        rows, held = [], b""
        while True:
            held += self._socket.recv(1 << 16)
            while len(held) >= 5 and len(held) >= (size := 1 + struct.unpack("!i", held[1:5])[0]):
                message, held = held[:size], held[size:]
                if message[:1] == b"D":
                    rows.append(_row(message))
                elif message[:1] == b"E":
                    raise RuntimeError(message[5:].decode("utf-8", "replace"))
                elif message[:1] == b"Z":
                    return rows


def _row(message: bytes) -> tuple[str, ...]:
    (count,) = struct.unpack("!h", message[5:7])
    at, values = 7, []
    for _ in range(count):
        (size,) = struct.unpack("!i", message[at : at + 4])
        at += 4
        values.append("" if size < 0 else message[at : at + size].decode())
        at += max(size, 0)
    return tuple(values)
