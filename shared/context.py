"""What a request, a due job or a background task of one service works with."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field

from asyncpg import Connection

from shared.calendar import WorkingDays
from shared.clock import Clock
from shared.messaging.runtime import Messaging
from shared.postgres.database import Database
from shared.postgres.standby import Standby
from shared.read_log import ReadLog
from shared.settings import ServiceSettings

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Context:
    """What a request, a job or a background task of one service works with."""

    service: str
    database: Database
    clock: Clock
    settings: ServiceSettings
    working_days: WorkingDays
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    messages: Messaging | None = None
    reads: ReadLog = field(default_factory=ReadLog)
    standby: Standby | None = None
    """A copy of the database that reports are asked of, where there is one."""

    def looking_for_reports(self, institution: str) -> AbstractAsyncContextManager[Connection]:
        """`Database.looking` for what counts much and may be a moment old. Raises ReportsBehind."""
        return (self.standby or self.database).looking(institution)

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until the service stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()


OBSERVE_SECONDS = 30
"""Between looks at what metrics are told of cases."""

DueJob = Callable[[Context], Awaitable[None]]
"""Does what has become due by the clock. Idempotent: it is called often."""

Background = Callable[[Context], Coroutine[None, None, None]]
"""Works until `context.stopping` is set."""


async def keep_at(
    context: Context, step: Callable[[], Awaitable[bool]], *, what: str, look_every: float
) -> None:
    """Take one step after the other until the service stops. A step answers whether it had anything to
    do; one that fails is tried again, and what is in hand when the service stops is finished."""
    while not context.stopping.is_set():
        went_on = False
        try:
            await context.clock.reload()
            went_on = await step()
        except Exception:
            log.exception("%s failed and will be tried again", what)
        if not went_on:
            await context.pause(look_every)


async def run_due(jobs: Sequence[DueJob], context: Context) -> None:
    """Run every due job once."""
    for job in jobs:
        try:
            await context.clock.reload()
            await job(context)
        except Exception:
            log.exception("the due job %s failed and will be tried again", job.__name__)
