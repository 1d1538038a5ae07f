"""HTTP that goes only where it may: a name is looked up, checked, and that address is called.

Checking the name first and letting the library look it up again would let a name server answer
differently the second time.
"""

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from socket import SOCK_STREAM, getaddrinfo

import httpx

from services.notifications.domain.addresses import AddressPolicy

MOST_ADDRESSES = 3
"""So many addresses of one name are tried."""

# Looking up a name may take as long as its name server likes, and cannot be broken off; it gets
# threads of its own, so that nothing else waits for one.
_LOOKUPS = ThreadPoolExecutor(32, thread_name_prefix="webhook-lookup")


class AddressRefused(httpx.ConnectError):
    """The name leads to no address that may be called."""


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connects to addresses that the policy allows, and to nothing else."""

    def __init__(self, policy: AddressPolicy, *, tls: ssl.SSLContext, at_once: int) -> None:
        self._policy = policy
        self._inner = httpx.AsyncHTTPTransport(
            verify=tls,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=at_once, max_keepalive_connections=at_once, keepalive_expiry=30
            ),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to an allowed address of its host. Raises AddressRefused."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        allowed = [one for one in await _addresses(host, port) if self._policy.allows(one)]
        if not allowed:
            raise AddressRefused("the host leads to no address that may be called")
        *others, last = allowed[:MOST_ADDRESSES]
        for address in others:
            try:
                return await self._inner.handle_async_request(_at(request, address, host))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_at(request, last, host))

    async def aclose(self) -> None:
        """Close the connections that are kept open."""
        await self._inner.aclose()


async def _addresses(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(
            _LOOKUPS, lambda: getaddrinfo(host, port, type=SOCK_STREAM)
        )
    except OSError as error:
        raise httpx.ConnectError(f"the host name was not found: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _at(request: httpx.Request, address: str, host: str) -> httpx.Request:
    """The same request to one address; Host and the certificate's name stay those of the URL."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
