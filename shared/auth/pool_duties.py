"""Which pools a caller sees: those of the token that are also of the duty which two persons gave him.

Every process reads the duties again at most once a second, as it does with ended logins, so that nobody's
request pays for a query. Without a duty the token alone counts. Admins see no pool's rows, and go on
seeing all pools by name: else the last two who could give a duty back might have lost it themselves.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from shared.auth.identity import Identity
from shared.clock import Clock, business_date
from shared.people import person_key
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.pool_duties import in_force
from shared.postgres.pools_seen import ALL, Institution, pools_of

READ_EVERY_SECONDS: Final = 1.0


def narrower(said: Iterable[str], given: Iterable[str]) -> set[str]:
    """The pools that are of both; `*` in either stands for every pool."""
    token, duty = set(said), set(given)
    if ALL in duty:
        return token
    return duty if ALL in token else token & duty


class PoolDuties:
    """The duties as they were a moment ago."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._clock = clock
        self._monotonic = monotonic
        self._read_at = float("-inf")
        self._given: dict[str, tuple[str, ...]] = {}
        self._reading = asyncio.Lock()

    async def narrowed(self, caller: Identity) -> Identity:
        """The caller as the house lets him see."""
        institution = caller.institution
        if not isinstance(institution, Institution) or institution != EVERYWHERE:
            return caller
        if "admin" in caller.roles:
            return caller
        await self._read()
        names = (person_key(caller.subject), person_key(caller.account))
        given = next((self._given[name] for name in names if name in self._given), None)
        if given is None:
            return caller
        pools = narrower(pools_of(institution).split(","), given)
        seen = Institution(EVERYWHERE, pools, person=institution.person)
        return replace(caller, institution=seen)

    def forget_what_was_read(self) -> None:
        """Read anew at the next question: this process has just kept one."""
        self._read_at = float("-inf")

    async def _read(self) -> None:
        if self._monotonic() - self._read_at < READ_EVERY_SECONDS:
            return
        async with self._reading:
            if self._monotonic() - self._read_at < READ_EVERY_SECONDS:
                return
            asked_at = self._monotonic()
            async with self._database.looking(EVERYWHERE) as conn:
                rows = await in_force(conn, on=business_date(self._clock.now()))
            self._given = {person_key(row["person"]): tuple(row["pools"]) for row in rows}
            self._read_at = asked_at
