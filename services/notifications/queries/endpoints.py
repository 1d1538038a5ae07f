"""Endpoints as an institution sees them, with the secrets that are in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.notifications.domain.receivers import KNOWN

_SHOWN = """
    select r.id, r.institution, e.url, e.description, r.event_types, r.pools, r.least_amount_fen as least_amount, r.state, r.state_reason,
           r.failing_since, r.last_error, r.created_at, r.created_by, r.version,
           r.confirmed_at, e.proposed_url, e.proposed_by
    from receivers r join endpoints e on e.id = r.id
"""

_PAGE = f"""
    {_SHOWN}
    where r.state = any ($1) and ($2::uuid is null or r.id < $2)
      and ($4 = '' or r.institution = $4)
    order by r.id desc limit $3
"""

_SOME = f"{_SHOWN} where r.id = any ($1) and r.state = any ($2) order by r.id"

_SECRETS = """
    select endpoint_id, id, created_at, created_by, waits_since is not null as waits
    from endpoint_secrets
    where endpoint_id = any ($1) and retired_at is null order by id desc
"""


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """An endpoint, and of its secrets what may be shown."""

    endpoint: asyncpg.Record
    secrets: tuple[dict[str, Any], ...]

    @property
    def version(self) -> int:
        """The version that a change has to name."""
        found: int = self.endpoint["version"]
        return found


async def page(
    conn: asyncpg.Connection, *, institution: str, before: UUID | None, limit: int
) -> list[EndpointShown]:
    """Endpoints of an institution ("": of all that may be seen), the newest first."""
    found = await conn.fetch(_PAGE, sorted(KNOWN), before, limit, institution)
    return await _with_secrets(conn, found)


async def one(conn: asyncpg.Connection, endpoint_id: UUID) -> EndpointShown | None:
    """An endpoint that may be seen."""
    found = await _with_secrets(conn, await some(conn, [endpoint_id]))
    return found[0] if found else None


async def some(conn: asyncpg.Connection, endpoints: Sequence[UUID]) -> list[asyncpg.Record]:
    """Those of these receivers that are endpoints, without their secrets."""
    found: list[asyncpg.Record] = await conn.fetch(_SOME, endpoints, sorted(KNOWN))
    return found


async def _with_secrets(
    conn: asyncpg.Connection, endpoints: Sequence[asyncpg.Record]
) -> list[EndpointShown]:
    secrets: dict[UUID, list[dict[str, Any]]] = {}
    for row in await conn.fetch(_SECRETS, [one["id"] for one in endpoints]):
        secret = dict(row)
        secrets.setdefault(secret.pop("endpoint_id"), []).append(secret)
    return [EndpointShown(one, tuple(secrets.get(one["id"], ()))) for one in endpoints]
