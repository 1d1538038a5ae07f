"""Throws away what is old: by the real clock, in small transactions, as often as need be."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg

from services.notifications.settings import NotificationsSettings
from services.notifications.tables import old
from shared.postgres.database import EVERYWHERE, Database

log = logging.getLogger(__name__)

AT_ONCE = 5000
"""Rows to a transaction: some tenths of a second, so that nobody waits for a lock."""


class _Forget(Protocol):
    def __call__(
        self, conn: asyncpg.Connection, /, *, before: datetime, most: int
    ) -> Awaitable[int]: ...


async def prune(
    database: Database,
    settings: NotificationsSettings,
    now: Callable[[], datetime],
    *,
    at_once: int = AT_ONCE,
) -> None:
    """Forget log lines and messages that are older than the settings keep them.

    What still waits to be sent is kept however old it is. May die anywhere and be called again.
    """
    kept = (
        ("attempts", settings.attempts_kept_days, old.forget_attempts),
        ("messages", settings.messages_kept_days, old.forget_messages),
    )
    for what, days, forget in kept:
        gone = await _all_before(database, forget, now() - timedelta(days=days), at_once)
        if gone:
            log.info("%d old %s were thrown away", gone, what)


async def _all_before(database: Database, forget: _Forget, before: datetime, at_once: int) -> int:
    gone = 0
    while True:
        async with database.begin(EVERYWHERE) as conn:
            done = await forget(conn, before=before, most=at_once)
        gone += done
        if done < at_once:
            return gone
