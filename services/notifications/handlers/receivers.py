"""What changes of any receiver that is set up: whether it is told, of what, and for whom."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import asyncpg

from services.notifications.domain.receivers import action_towards
from services.notifications.domain.wishes import ChangedWishes
from services.notifications.tables import receivers
from shared.auth.identity import Identity


async def change(
    conn: asyncpg.Connection,
    receiver: Mapping[str, Any],
    *,
    wishes: ChangedWishes,
    roles: Collection[str],
    state: str | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked receiver; a `state` of None stays. Raises what its life cycle refuses."""
    action = action_towards(receiver["state"], state) if state else None
    version = receiver["version"] + 1
    if action is not None:
        version = await receivers.move(conn, receiver, action, by=caller, now=now)
    await receivers.change(
        conn, receiver["id"], wishes=wishes.after(receiver), roles=roles, version=version
    )
