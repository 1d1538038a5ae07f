"""Who sends or reads too slowly, or opens too many connections, holds nothing of ours for long.

uvicorn waits for ever for the rest of a request's head or body, and for whoever does not read an
answer; each of them keeps a connection, and what was answered keeps memory. Here each has a time,
and a rate below which nobody is that is not broken or hostile.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.http.offers import without_offers

_CLOSE = b"connection: close\r\ncontent-length: 0\r\n\r\n"
_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\n" + _CLOSE
_HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\n" + _CLOSE
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n" + _CLOSE


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to every wait for the other side."""

    HEAD_SECONDS: ClassVar[float] = 10
    """From the connection, or the first byte of a further request, to the end of its head."""
    HEAD_BYTES: ClassVar[int] = 64 * 1024
    BODY_SECONDS: ClassVar[float] = 30
    """A body has this time, and besides a second for every BODY_BYTES_PER_SECOND that came."""
    BODY_BYTES_PER_SECOND: ClassVar[int] = 1024
    READ_SECONDS: ClassVar[float] = 60
    """A reader that has not taken READ_BYTES in this time of what waits for it is let go."""
    READ_BYTES: ClassVar[int] = 64 * 1024
    MOST_CONNECTIONS: ClassVar[int] = 2000
    """Of one process. Further ones are told so and closed, before anything is read of them."""

    _timer: asyncio.TimerHandle | None = None
    _writing: asyncio.TimerHandle | None = None
    _unread = 0
    _in_head = True
    _head = 0
    _body = 0
    _began = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        if len(self.connections) > self.MOST_CONNECTIONS:
            self._end(_FULL)
            return
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._cancel()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes of a head."""
        if self.transport.is_closing():
            return
        if self._in_head:
            if self._timer is None:
                self._wait_for_head()
            self._head += len(data)
            data = without_offers(data)
        super().data_received(data)
        if self._in_head and self._head > self.HEAD_BYTES and not self.transport.is_closing():
            self._end(_HEAD_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """From here on a body is waited for, if there is one."""
        self._cancel()
        self._in_head, self._body, self._began = False, 0, self.loop.time()
        super().on_headers_complete()
        self._timer = self.loop.call_later(self.BODY_SECONDS, self._look_at_body)

    def on_body(self, body: bytes) -> None:
        """Count what comes of a body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request is there; what comes next is another head."""
        self._cancel()
        self._in_head, self._head = True, 0
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The other side does not take what was answered."""
        super().pause_writing()
        if self._writing is None:
            self._wait_for_reader()

    def resume_writing(self) -> None:
        """It takes it again."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        if self.flow is not None:
            super().resume_writing()

    def _wait_for_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._writing = self.loop.call_later(self.READ_SECONDS, self._look_at_reader)

    def _look_at_reader(self) -> None:
        if self._unread - self.transport.get_write_buffer_size() < self.READ_BYTES:
            self.transport.abort()
        else:
            self._wait_for_reader()

    def _wait_for_head(self) -> None:
        self._timer = self.loop.call_later(self.HEAD_SECONDS, self._end, _TIMED_OUT)

    def _look_at_body(self) -> None:
        """Who keeps the rate goes on; where we ourselves have paused reading, nobody is slow."""
        allowed = self.BODY_SECONDS + self._body / self.BODY_BYTES_PER_SECOND
        left = self._began + allowed - self.loop.time()
        if self.flow.read_paused:
            self._began = self.loop.time()
            left = self.BODY_SECONDS
        if left <= 0:
            self._end(_TIMED_OUT)
        else:
            self._timer = self.loop.call_later(max(left, 0.05), self._look_at_body)

    def _end(self, told: bytes) -> None:
        """Say why, where no answer has begun, and close."""
        self._cancel()
        if not self.transport.is_closing():
            if (
                self.cycle is None
                or self.cycle.response_complete
                or not self.cycle.response_started
            ):
                self.transport.write(told)
            self.transport.close()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
