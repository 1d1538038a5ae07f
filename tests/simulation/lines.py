"""Connections to PostgreSQL as the simulation holds them: what is sent is answered before anybody goes on.

The server is a real one and works at its own speed; the simulation waits for it in real time, and keeps
each answer until the seed says that it arrives. A statement that waits for a lock of another one is left
to wait. When a connection is closed, the server has done with it before the next step.
"""

import asyncio
import contextvars
import select
import socket
import struct
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tests.simulation.server import Server

FLUSH = b"H\x00\x00\x00\x04"
"""At the end of what is only to be parsed and described; the rest ends with a Sync."""
STUCK_SECONDS = 0.004
"""Not answered for so long, it is asked whether it waits for a lock."""


class Line(asyncio.Transport):
    """One connection, as asyncpg's protocol sees it."""

    def __init__(self, lines: "Lines", sock: socket.socket, protocol: Any, lane: str) -> None:
        super().__init__()
        self._lines = lines
        self._sock = sock
        self._protocol = protocol
        self._context = contextvars.copy_context()
        self.lane = lane
        self.number = lines.next_number()
        self.pid = 0
        self.owes = False
        """The server has not answered all that was sent."""
        self.waits_for_lock = False
        self.buffer = bytearray()
        self.ended = False
        """The server has closed it."""
        self.closed = False
        self._said = ""
        self._last = b"ZG"
        self._walked = 0
        self._names: dict[bytes, str] = {}
        self.may_have_let_go = False
        """What was answered last may have given locks back: its transaction is over, or a part of it was
        taken back."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.closed:
            return
        data = bytes(data)
        self._said = _statement(data, self._names) or self._said
        self.owes = True
        self.waits_for_lock = self.may_have_let_go = False
        # To a farewell the answer is that the server hangs up.
        self._last = b"" if data[:1] == b"X" else b"TnE" if data[-5:] == FLUSH else b"ZG"
        if len(data) == 16 and data[4:8] == struct.pack("!i", 80877102):
            self._lines.canceled(struct.unpack("!i", data[8:12])[0])
        try:
            self._sock.sendall(data)
        except OSError:
            self.ended = True

    def take(self) -> None:
        """Read what the server has sent."""
        try:
            data = self._sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            self.ended, self.owes, self.may_have_let_go = True, False, True
            return
        self.buffer += data
        while len(self.buffer) >= self._walked + 5:
            kind = self.buffer[self._walked]
            (size,) = struct.unpack_from("!i", self.buffer, self._walked + 1)
            if len(self.buffer) < self._walked + 1 + size:
                return
            if kind == ord("K"):
                (self.pid,) = struct.unpack_from("!i", self.buffer, self._walked + 5)
            elif kind == ord("E") and b"\x00C40" in self.buffer[self._walked :]:
                self._lines.counts["deadlock or serialization failure"] += 1
            if kind == ord("Z"):
                in_transaction = self.buffer[self._walked + 5] == ord("T")
                self.may_have_let_go = not in_transaction or "ROLLBACK" in self._said
            self._walked += 1 + size
            if kind in self._last:
                self.owes = self.waits_for_lock = False
                self._lines.answered(self)

    @property
    def has_committed(self) -> bool:
        """The server has committed, and the client has not heard of it."""
        return bool(self.buffer) and self._said.startswith("COMMIT")

    @property
    def is_applying(self) -> bool:
        """A listener has begun to apply a batch, and waits for the first answer."""
        return bool(self.buffer) and self._said.startswith("insert into inbox")

    def what_came(self) -> str:
        """For the trace."""
        return f"{len(self.buffer)} bytes, {'end, ' if self.ended else ''}of {self._said}"

    def deliver(self) -> None:
        """Hand over what came, as the loop of the process would."""
        data, self.buffer, self._walked = bytes(self.buffer), bytearray(), 0
        if data:
            self._context.run(self._protocol.data_received, data)
        if self.ended and not self.closed:
            self._lines.drop(self)
            self.lost(None)

    def lost(self, error: Exception | None) -> None:
        """Let the protocol know that it is over."""
        self._context.run(self._lines.loop.call_soon, self._protocol.connection_lost, error)

    def close(self) -> None:
        if not self.closed:
            self._lines.drop(self)
            self.lost(None)

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None:
        """What came has been handed over whole."""

    def resume_reading(self) -> None:
        """What came has been handed over whole."""

    def hang_up(self) -> None:
        self.closed = True
        self.owes = False
        self._sock.close()

    def fileno(self) -> int:
        return self._sock.fileno()


class Lines:
    """All connections of a simulation."""

    def __init__(self, loop: Any, folder: Path | None) -> None:
        self.loop = loop
        self._beside = None if folder is None else Server(folder)
        self._open: list[Line] = []
        self._leaving: set[int] = set()
        self._lingering: set[int] = set()
        """Backends of those who are gone, that still wait for a lock."""
        self._canceled: set[int] = set()
        self._numbers = 0
        self.counts: Counter[str] = Counter()

    @property
    def _server(self) -> Server:
        assert self._beside is not None, "nobody works with PostgreSQL here"
        return self._beside

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def open(self, path: str, protocol: Any, lane: str) -> Line:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(path)
        line = Line(self, sock, protocol, lane)
        self._open.append(line)
        return line

    def of(self, lane: str) -> list[Line]:
        return [line for line in self._open if line.lane == lane]

    def those_of(self, lanes: Collection[str]) -> list[Line]:
        """The open connections of some processes, the oldest first."""
        return [line for line in self._open if line.lane in lanes]

    def drop(self, line: Line) -> None:
        """Close it; before the next step the server has rolled back what it had begun."""
        if line in self._open:
            self._open.remove(line)
            if line.pid:
                self._leaving.add(line.pid)
            line.hang_up()

    def canceled(self, pid: int) -> None:
        """What this one runs ends now, also where it waits."""
        self._canceled.add(pid)

    def answered(self, line: Line) -> None:
        """What it ran has ended, as it was asked to or by itself."""
        self._canceled.discard(line.pid)

    def arrived(self) -> list[Line]:
        """Those whose answer may be handed over."""
        return [line for line in self._open if not line.owes and (line.buffer or line.ended)]

    def all_answered(self) -> None:
        """In real time: until the server has nothing to do any more, or only waits for us."""
        changed = bool(self._leaving)
        while True:
            if self._leaving:
                self._lingering |= self._server.until_gone(self._leaving)
                self._leaving.clear()
            busy = [line for line in self._open if line.owes and not line.waits_for_lock]
            if not busy:
                if not changed or not self._locks_were_given():
                    return
                changed = False
                continue
            readable, _, _ = select.select(busy, [], [], STUCK_SECONDS)
            for line in readable:
                line.take()
                changed = changed or (not line.owes and line.may_have_let_go)
            if not readable:
                self._who_waits(busy)

    def _who_waits(self, busy: list[Line]) -> None:
        """Which of those that do not answer wait for a lock."""
        waiting = self._server.waiting_for_locks()
        for line in busy:
            if line.pid in waiting and line.pid not in self._canceled:
                line.waits_for_lock = True
                self.counts["waited for a lock"] += 1

    def _locks_were_given(self) -> bool:
        """Whether somebody who waited no longer does: then he is waited for again."""
        stuck = [line for line in self._open if line.waits_for_lock]
        if not stuck and not self._lingering:
            return False
        waiting = self._server.waiting_for_locks()
        for line in stuck:
            line.waits_for_lock = line.pid in waiting and line.pid not in self._canceled
        self._leaving |= self._lingering - waiting
        self._lingering &= waiting
        return bool(self._leaving) or not all(line.waits_for_lock for line in stuck)

    def close(self) -> None:
        for line in list(self._open):
            self.drop(line)
        self._leaving |= self._lingering
        self._lingering.clear()
        while self._leaving:
            self._leaving = self._server.until_gone(self._leaving)
        if self._beside is not None:
            self._beside.close()


def _statement(data: bytes, names: dict[bytes, str]) -> str:
    """The head of the statement that is sent: parsed now, or bound by a name it was given before."""
    kind = data[:1]
    if kind == b"P":
        name, _, rest = data[5:].partition(b"\x00")
        names[name] = _head(rest.partition(b"\x00")[0])
        return names[name]
    if kind == b"B":
        _, _, rest = data[5:].partition(b"\x00")
        return names.get(rest.partition(b"\x00")[0], "?")
    return _head(data[5:-1]) if kind == b"Q" else ""


def _head(text: bytes) -> str:
    return " ".join(text.decode("utf-8", "replace").split())[:70]
