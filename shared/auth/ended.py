"""Whose tokens are over before their time: somebody has left, or an account looks wrong.

Every process reads the list again at most once a second, so that a person who was ended is out within
a second, and nobody's request pays for a query.
"""

import asyncio
import time
from collections.abc import Callable

from shared.auth.identity import Identity, LoginEnded
from shared.people import person_key
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.ended_logins import newest

READ_EVERY_SECONDS = 1.0


class EndedLogins:
    """The list as it was a moment ago."""

    def __init__(
        self, database: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._read_at = float("-inf")
        self._ended: dict[tuple[str, str], float] = {}
        self._reading = asyncio.Lock()

    async def require_open(self, caller: Identity) -> None:
        """Raises LoginEnded where the caller's token is from before the end of his login."""
        if await self.is_over(caller):
            raise LoginEnded(
                "登录已被管理员终止，请重新登录",
                "An administrator has ended this login; log in again.",
            )

    async def is_over(self, caller: Identity) -> bool:
        """Whether the caller's token is from before the end of his login."""
        await self._read()
        names = (person_key(caller.subject), person_key(caller.account))
        ends = (
            self._ended.get((whose, name), -1.0)
            for whose in ("", str(caller.institution))
            for name in names
        )
        return any(caller.issued_at <= end for end in ends)

    def forget_what_was_read(self) -> None:
        """Read anew at the next question: this process has just ended somebody."""
        self._read_at = float("-inf")

    async def _read(self) -> None:
        if self._monotonic() - self._read_at < READ_EVERY_SECONDS:
            return
        async with self._reading:
            if self._monotonic() - self._read_at < READ_EVERY_SECONDS:
                return
            asked_at = self._monotonic()
            async with self._database.looking(EVERYWHERE) as conn:
                rows = await newest(conn)
            self._ended = {
                (row["institution"], row["person"]): row["ended_at"].timestamp() for row in rows
            }
            self._read_at = asked_at
