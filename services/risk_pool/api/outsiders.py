"""Who asks without a login: everybody. What they may read, and from where they come."""

import ipaddress
from typing import Final, cast

from starlette.requests import Request

from services.risk_pool.domain.objection import hashed
from services.risk_pool.settings import Settings
from shared.auth.identity import Identity
from shared.context import Context
from shared.postgres.database import EVERYWHERE

PUBLIC: Final = "~public"
"""With these eyes row-level security shows notices that are published, and nothing else. No bank has
such a code (migration 0068)."""


def outsider(request: Request, context: Context) -> Identity:
    """The caller of a route that is open to everybody, for what they hand in: no role, and a name of
    their own for Idempotency-Keys, so that nobody meets another's."""
    subject = "public:" + hashed(address_of(request, context)).hex()[:32]
    return Identity(subject, "公众", frozenset(), EVERYWHERE)


def address_of(request: Request, context: Context) -> str:
    """Where a request comes from: the network of 64 bits of an IPv6 address, else the address.

    What stands before us (the console, a proxy) says whose request it hands on by `X-Forwarded-For`,
    and is believed where it is in one of the networks of the settings.
    """
    direct = request.client.host if request.client else ""
    settings = cast(Settings, context.settings)
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if forwarded and _is_within(direct, settings.forwarding_networks):
        return _network(forwarded) or _network(direct) or direct
    return _network(direct) or direct


def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(one) for one in networks)


def _network(address: str) -> str:
    """The address as it is counted; "" for what is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
