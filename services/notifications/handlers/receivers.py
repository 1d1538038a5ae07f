"""What changes of any receiver that is set up: whether it is told, of what, and for whom."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import asyncpg

from services.notifications.domain.hours import Hours, hours_of, require_hours
from services.notifications.domain.receivers import action_towards
from services.notifications.domain.wishes import ChangedWishes
from services.notifications.tables import deliveries, receivers
from shared.auth.identity import Identity


async def change(
    conn: asyncpg.Connection,
    receiver: Mapping[str, Any],
    *,
    wishes: ChangedWishes,
    roles: Collection[str],
    hours: Hours | None = None,
    digest: str | None = None,
    state: str | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked receiver; a `state` of None stays, and so do `hours` and `digest`. Raises
    what its life cycle refuses, FieldsWrong for hours that cannot be."""
    if hours is not None:
        require_hours(hours)
    action = action_towards(receiver["state"], state) if state else None
    version = receiver["version"] + 1
    if action is not None:
        version = await receivers.move(conn, receiver, action, by=caller, now=now)
    kept = hours_of(receiver)
    await receivers.change(
        conn,
        receiver["id"],
        wishes=wishes.after(receiver),
        hours=kept if hours is None else hours,
        digest=receiver["digest"] if digest is None else digest,
        roles=roles,
        version=version,
    )
    if hours not in (None, kept):
        await deliveries.let_go(conn, receiver["id"])
