"""Reports asked of a standby: it answers while it keeps up, and what it lags is said with the answer.

How far it lags is told by a beat that every process of the service writes into its own database once a
second: the standby has it when it has everything before it. So it holds for any way of copying, also
where the standby has lost its server and does not know it. Both ends are read by the primary's clock.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import asyncpg

from shared.postgres.database import Database
from shared.refusals import Refused

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
ASKED_EVERY_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
NOWHERE = timedelta.max
"""How far a standby lags that does not answer."""

STATEMENTS = (
    "create table standby_beat (one boolean primary key default true check (one), at timestamptz not null)",
    "insert into standby_beat (at) values (now())",
)

lag_told: ContextVar[dict[str, float] | None] = ContextVar("lag_told", default=None)
"""While a request is answered: where its lag in seconds is put, under "lag"."""


def create_table(op: Any, *, service: str) -> None:
    """Make the table of the beat, in a migration (`op` is Alembic's)."""
    for statement in STATEMENTS:
        op.execute(statement)
    op.execute(f"revoke insert, delete, truncate on standby_beat from {service}")


class ReportsBehind(Refused):
    """The standby that reports are asked of is too far behind."""

    code = "reports-behind"
    status = 503
    headers: Mapping[str, str] = {"Retry-After": "30"}


class Standby:
    """A copy of a service's database, for reports."""

    def __init__(self, own: Database, url: str, *, most_seconds: float, refuses: bool) -> None:
        """`refuses`: where it lags more than `most_seconds`, else its own database answers."""
        self._own = own
        self._url = url
        self._most = timedelta(seconds=most_seconds)
        self._refuses = refuses
        self._there: Database | None = None
        self._asked_at = 0.0
        self._lag = NOWHERE
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def looking(self, institution: str) -> AsyncIterator[asyncpg.Connection]:
        """One read-only transaction for a report, as `Database.looking`. Raises ReportsBehind."""
        lag = await self.lag()
        there = self._there if lag <= self._most else None
        if there is None and self._refuses:
            raise ReportsBehind(
                "报表数据库落后太多，请稍后重试",
                "The database for reports is too far behind; please try again.",
            )
        told = lag_told.get()
        if told is not None:
            told["lag"] = lag.total_seconds() if there is not None else 0.0
        async with (there or self._own).looking(institution) as conn:
            yield conn

    async def lag(self) -> timedelta:
        """How far it lags, asked at most once a second; NOWHERE while it does not answer."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= ASKED_EVERY_SECONDS:
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        self._lag = await self._ask()
                except (
                    OSError,
                    TimeoutError,
                    asyncpg.PostgresError,
                    asyncpg.InterfaceError,
                ) as error:
                    log.warning("the database for reports does not answer: %r", error)
                    self._lag = NOWHERE
                self._asked_at = time.monotonic()
            return self._lag

    async def _ask(self) -> timedelta:
        if self._there is None:
            self._there = await Database.connect(self._url, max_size=4, name="reports")
        # The copy first: what passes between the two questions counts as lag, not against it.
        copied = await self._there.glance("select at from standby_beat")
        now = await self._own.glance("select now() as at")
        assert copied is not None and now is not None
        found: timedelta = now["at"] - copied["at"]
        return max(found, timedelta())

    async def beat(self, stopping: asyncio.Event) -> None:
        """Write the beat into the service's own database until it stops."""
        while not stopping.is_set():
            try:
                async with self._own.connection() as conn:
                    await conn.execute("update standby_beat set at = now() where at < now()")
            except Exception as error:
                log.warning("the beat for the standby could not be written: %r", error)
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await stopping.wait()
            except TimeoutError:
                pass

    async def close(self) -> None:
        """Give its connections back."""
        if self._there is not None:
            await self._there.close()
