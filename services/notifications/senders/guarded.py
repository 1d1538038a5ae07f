"""One POST to an address that others chose: guarded, not redirected, not waited for without end.

All receivers of a sender share one pool of connections, which are kept open for the next message to
the same host. Nobody waits for a connection of another: the pool has no end of its own.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.retries import AttemptResult, read_retry_after
from services.notifications.senders.guard import guarded_connector
from shared.tls import trusted

EXCERPT_BYTES = 1024
ERROR_CHARACTERS = 500

_UNTIMED = ClientTimeout(total=None)
"""An attempt is timed as a whole, by the loop's own clock."""


class Caller:
    """Sends POSTs over connections that are kept open. `policy` None: the address is the operator's
    choice, who may have set a proxy for it."""

    def __init__(self, policy: AddressPolicy | None, *, timeout_seconds: float) -> None:
        self._policy = policy
        self._timeout = timeout_seconds
        self._tls = trusted()
        self._opened: ClientSession | None = None

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> AttemptResult:
        """Send once. Never raises for what the other side does; nothing of the URL's path is in the
        answer."""
        try:
            async with asyncio.timeout(self._timeout):
                async with self._session().post(
                    # As it was registered, byte for byte.
                    URL(url, encoded=True),
                    data=body,
                    headers=headers,
                    allow_redirects=False,
                ) as response:
                    return await _read(response, now=now)
        except TimeoutError:
            return AttemptResult(error=f"no answer within {self._timeout:g} s")
        except (ClientError, OSError, ValueError) as error:
            # ValueError: URLs that are none, and names that no resolver can make sense of.
            return AttemptResult(error=_why(error)[:ERROR_CHARACTERS])

    def _session(self) -> ClientSession:
        # At the first use: it belongs to the loop that runs then.
        if self._opened is None:
            self._opened = ClientSession(
                connector=TCPConnector(ssl=self._tls, limit=0)
                if self._policy is None
                else guarded_connector(self._policy, self._tls),
                trust_env=self._policy is None,
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                timeout=_UNTIMED,
            )
        return self._opened

    async def close(self) -> None:
        """Close every connection."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None


async def _read(response: ClientResponse, *, now: datetime) -> AttemptResult:
    seen = b""
    while len(seen) < EXCERPT_BYTES:
        chunk = await response.content.read(EXCERPT_BYTES)
        if not chunk:
            break
        seen += chunk
    else:
        # The rest is nobody's; what is left of it must not be the next answer's beginning.
        response.close()
    good = 200 <= response.status < 300
    return AttemptResult(
        status=response.status,
        error="" if good else f"HTTP {response.status}",
        retry_after=read_retry_after(response.headers.get("retry-after", ""), now=now),
        excerpt=seen[:EXCERPT_BYTES].decode(errors="replace"),
    )


def _why(error: Exception) -> str:
    """What happened, without the URL: the secret of a robot stands in it."""
    match error:
        case ClientConnectorError():
            return f"ConnectError: {error.os_error.strerror or error.os_error}"
        case ClientResponseError():
            return f"{type(error).__name__}: {error.message}"
        case OSError() | ClientConnectionError():
            return f"{type(error).__name__}: {error}"
    return type(error).__name__
