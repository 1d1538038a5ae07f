"""Wakes open streams when there are new messages: one look per process, not one per stream."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from services.notifications.queries.inbox import newest_position
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import is_transient

REST_SECONDS = 0.02
"""Between two looks: commits come in crowds."""

log = logging.getLogger(__name__)


class NewMessages:
    """Knows the position of the newest message, and wakes who waits when it moves."""

    def __init__(self) -> None:
        self.position = 0
        self._moved = asyncio.Event()
        self._look = asyncio.Event()
        self._listeners: Counter[str] = Counter()

    @contextmanager
    def listening(self, person: str) -> Iterator[None]:
        """A stream of a person is open: while none is, nobody looks."""
        self._listeners[person] += 1
        try:
            yield
        finally:
            self._listeners[person] -= 1
            if not self._listeners[person]:
                del self._listeners[person]

    def streams_of(self, person: str) -> int:
        """How many streams of a person are open in this process."""
        return self._listeners[person]

    async def wait(self, *, beyond: int, seconds: float) -> None:
        """Wait until the newest message is beyond a position, but not longer than so long."""
        if self.position > beyond:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            pass

    def wake(self, position: int) -> None:
        """Let everyone go who waits."""
        self.position = position
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def watch(
        self, database: Database, stopping: asyncio.Event, *, poll_seconds: float
    ) -> None:
        """Look for new messages after every commit here, and now and then for those of others."""
        database.after_commit(self._look.set)
        stop = asyncio.create_task(stopping.wait())
        stop.add_done_callback(lambda _: self._look.set())
        while not stopping.is_set():
            self._look.clear()
            if self._listeners:
                await self._wake_if_moved(database)
                await asyncio.sleep(REST_SECONDS)
            try:
                async with asyncio.timeout(poll_seconds):
                    await self._look.wait()
            except TimeoutError:
                pass
        stop.cancel()
        self.wake(self.position)

    async def _wake_if_moved(self, database: Database) -> None:
        try:
            # Only looking: a commit would wake the relay, and that would wake us again.
            async with database.looking(EVERYWHERE) as conn:
                newest = await newest_position(conn)
        except Exception as error:
            # Whatever it was: streams would stand still if this stopped looking.
            log.warning(
                "new messages are looked for again later: %r",
                error,
                exc_info=not is_transient(error),
            )
            return
        if newest != self.position:
            self.wake(newest)


_by_database: WeakKeyDictionary[Database, NewMessages] = WeakKeyDictionary()


def new_messages_of(database: Database) -> NewMessages:
    """What the streams of a service wait for; the service is known by its database."""
    return _by_database.setdefault(database, NewMessages())
