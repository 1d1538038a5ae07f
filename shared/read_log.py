"""Who reads what is written down beside the answers: gathered in memory, written once a second.

Nothing is lost at an orderly stop; a process that is killed loses what it has not written yet, a second's
looks as a rule. Where the database takes nothing, reading stops before the memory is full: what cannot
be written down is not shown.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.pools_seen import look_as
from shared.postgres.read_months import make_months
from shared.postgres.reads import Read, add, forget
from shared.refusals import Refused

log = logging.getLogger(__name__)

WRITTEN_EVERY_SECONDS = 1.0
LOOKED_THROUGH_EVERY_SECONDS = 24 * 3600.0
_AT_ONCE = 2_000
MOST_WAITING = 20_000


class ReadsNotWritten(Refused):
    """Too many looks wait to be written down."""

    code = "reads-not-written"
    status = 503
    headers: Mapping[str, str] = {"Retry-After": "5"}


class ReadLog:
    """Looks that wait to be written."""

    def __init__(self) -> None:
        self._waiting: list[Read] = []

    def note(self, read: Read) -> None:
        """Somebody has been shown something."""
        self._waiting.append(read)

    def require_room(self) -> None:
        """Raises ReadsNotWritten."""
        if len(self._waiting) >= MOST_WAITING:
            raise ReadsNotWritten(
                "暂时无法登记查阅记录，请稍后重试",
                "Who reads what cannot be written down just now; please try again.",
            )

    async def write(self, database: Database) -> None:
        """Write what waits; what could not be written waits on."""
        while self._waiting:
            some = self._waiting[:_AT_ONCE]
            # Not by `begin`: that would wake the relay for nothing.
            async with database.connection() as conn, conn.transaction():
                await look_as(conn, EVERYWHERE)
                await add(conn, some)
            del self._waiting[: len(some)]

    async def keep(self, database: Database, stopping: asyncio.Event, *, kept_days: int) -> None:
        """Write once a second until the service stops, and then the rest. Once a day make the tables of the
        coming months, and let go of what is older than it is kept, by the real clock: a sandbox's must not
        shorten it."""
        next_look = 0.0
        while not stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITTEN_EVERY_SECONDS):
                    await stopping.wait()
            await self._try_to_write(database)
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + LOOKED_THROUGH_EVERY_SECONDS
                await self._try_to_make_months(database)
                await self._try_to_forget(database, datetime.now(UTC) - timedelta(days=kept_days))
        await self._try_to_write(database)

    async def _try_to_make_months(self, database: Database) -> None:
        try:
            async with database.connection() as conn:
                await make_months(conn)
        except Exception:
            log.exception("the tables of the coming months of looks could not be made yet")

    async def _try_to_forget(self, database: Database, before: datetime) -> None:
        try:
            gone = await forget_all(database, before=before)
        except Exception:
            log.exception("old looks could not be removed yet")
        else:
            if gone:
                log.info("%d old looks were removed", gone)

    async def _try_to_write(self, database: Database) -> None:
        try:
            await self.write(database)
        except Exception:
            log.exception("%s looks could not be written yet", len(self._waiting))


async def forget_all(database: Database, *, before: datetime, at_once: int = _AT_ONCE) -> int:
    """Remove the looks from before a moment, in small transactions; how many. May die anywhere and be
    called again."""
    gone = 0
    while True:
        async with database.connection() as conn, conn.transaction():
            await look_as(conn, EVERYWHERE)
            done = await forget(conn, before=before, most=at_once)
        gone += done
        if done < at_once:
            return gone
