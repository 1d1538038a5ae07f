"""HTTP that goes only where it may: a name is looked up, checked, and that address is called.

Checking the name first and letting the library look it up again would let a name server answer
differently the second time. So the resolver hands on nothing but addresses that it has checked, and
every address is checked once more when its socket is made: numbers in a URL ask no resolver.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import AddrInfoType, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from services.notifications.domain.addresses import AddressPolicy

MOST_ADDRESSES = 3
"""So many addresses of one name are tried."""

KEPT_OPEN_SECONDS = 30
"""So long a connection that nobody uses is kept for the next message to the same host."""

# Looking up a name may take as long as its name server likes, and cannot be broken off; it gets
# threads of its own, so that nothing else waits for one.
_LOOKUPS = ThreadPoolExecutor(32, thread_name_prefix="webhook-lookup")


class AddressRefused(OSError):
    """The name leads to no address that may be called."""

    def __init__(self) -> None:
        super().__init__(None, "the host leads to no address that may be called")


def guarded_connector(policy: AddressPolicy, tls: ssl.SSLContext) -> TCPConnector:
    """Connections to addresses that the policy allows, and to nothing else; as many as are asked for,
    for how many attempts are made at once is `domain/fairness.py`'s to say."""
    return TCPConnector(
        resolver=GuardedResolver(policy),
        socket_factory=_socket_of(policy),
        ssl=tls,
        limit=0,
        use_dns_cache=False,
        happy_eyeballs_delay=None,
        keepalive_timeout=KEPT_OPEN_SECONDS,
    )


class GuardedResolver(AbstractResolver):
    """Looks names up, and hands on the addresses that the policy allows."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The allowed addresses of a name. Raises AddressRefused, and OSError for an unknown name."""
        found = await asyncio.get_running_loop().run_in_executor(_LOOKUPS, _looked_up, host, port)
        allowed = [one for one in found if self._policy.allows(one["host"])]
        if not allowed:
            raise AddressRefused
        return allowed[:MOST_ADDRESSES]

    async def close(self) -> None:
        """Nothing is kept."""


def _looked_up(host: str, port: int) -> list[ResolveResult]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(None, f"the host name cannot be one: {error}") from error
    except OSError as error:
        raise OSError(error.errno, f"the host name was not found: {error}") from error
    by_address = {
        str(address[0]): ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=family,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for family, _, proto, _, address in found
    }
    return list(by_address.values())


def _socket_of(policy: AddressPolicy) -> Callable[[AddrInfoType], socket.socket]:
    def made(to: AddrInfoType) -> socket.socket:
        family, kind, proto, _, address = to
        if not policy.allows(str(address[0])):
            raise AddressRefused
        return socket.socket(family, kind, proto)

    return made
