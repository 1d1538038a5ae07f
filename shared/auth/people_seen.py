"""Whoever calls is written down at most once in ten minutes, or at once where the token says otherwise
than the last one: an admin sees who comes here, and no request pays for more than a look in memory."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from shared.auth.identity import Identity
from shared.postgres import people_seen
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.pools_seen import pools_of

NOTED_EVERY_SECONDS: Final = 600.0
_MOST: Final = 20_000
"""People whom one process remembers to have noted."""


class PeopleSeen:
    """Whom this process has noted, and when."""

    def __init__(
        self, database: Database, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._noted: dict[tuple[object, ...], float] = {}

    async def note(self, caller: Identity) -> None:
        """Somebody has called, whose token was believed."""
        said = (
            caller.account, caller.subject, caller.name, caller.roles, str(caller.institution),
            pools_of(caller.institution),
        )  # fmt: skip
        at = self._monotonic()
        if at - self._noted.get(said, float("-inf")) < NOTED_EVERY_SECONDS:
            return
        if len(self._noted) >= _MOST:
            self._noted.clear()
        # Before the write: requests of the same person at the same moment write once.
        self._noted[said] = at
        async with self._database.begin(EVERYWHERE) as conn:
            await people_seen.note(
                conn, account=caller.account, person=caller.subject, name=caller.name,
                roles=caller.roles, institution=caller.institution, now=datetime.now(UTC),
            )  # fmt: skip
