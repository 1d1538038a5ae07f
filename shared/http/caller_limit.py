"""No caller takes the whole of a process: so many requests at once, so many in a second, then 429.

A caller is whoever holds one access token; without one, whoever calls from one address. What is
allowed is far above what a bank's system or a person needs, and is per process.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.http.problem import BY_STATUS, problem

UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
BURST_SECONDS = 2
"""Who was silent may ask so many seconds' worth at once."""
FORGET_AFTER_SECONDS = 60.0
MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Caller:
    """What one caller has left: requests by now, and those under way."""

    left: float
    seen: float
    under_way: int = 0


class CallerLimit:
    """The requests of every caller of one process. `now` gives seconds that only grow."""

    def __init__(
        self, *, per_second: float, at_once: int, now: Callable[[], float] = monotonic
    ) -> None:
        self._per_second, self._at_once, self._now = per_second, at_once, now
        self._callers: dict[bytes, _Caller] = {}

    def begin(self, name: bytes) -> bool:
        """Whether a caller may begin a request; `end` is owed for each that was begun."""
        now, most = self._now(), self._per_second * BURST_SECONDS
        caller = self._callers.get(name)
        if caller is None:
            self._forget(now)
            caller = self._callers[name] = _Caller(most, now)
        caller.left = min(most, caller.left + (now - caller.seen) * self._per_second)
        caller.seen = now
        if caller.left < 1 or caller.under_way >= self._at_once:
            return False
        caller.left -= 1
        caller.under_way += 1
        return True

    def end(self, name: bytes) -> None:
        """A request of the caller was answered, or broken off."""
        self._callers[name].under_way -= 1

    def _forget(self, now: float) -> None:
        """Those who have not been heard of for long: all of them have their whole share again."""
        if len(self._callers) < MOST_KNOWN:
            return
        self._callers = {
            name: one
            for name, one in self._callers.items()
            if one.under_way or now - one.seen < FORGET_AFTER_SECONDS
        }


class CallerLimitMiddleware:
    """Answers 429 to who asks too much; everybody else does not notice."""

    def __init__(self, app: ASGIApp, *, limit: CallerLimit) -> None:
        self.app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        name = caller_named_by(scope)
        if not self._limit.begin(name):
            await _too_many(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._limit.end(name)


def caller_named_by(scope: Scope) -> bytes:
    """The holder of a token by its digest, so that no token is kept; else the address."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return hashlib.sha256(value).digest()
    client = scope.get("client")
    return client[0].encode() if client else b""


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    code, zh, en = BY_STATUS[429]
    language = Request(scope).headers.get("accept-language", "")
    answer = problem(
        code=code, status=429, zh=zh, en=en, accept_language=language,
        headers={"Retry-After": "1"},
    )  # fmt: skip
    await answer(scope, receive, send)
