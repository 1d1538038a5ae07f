"""One service's messages, running: its relay and its consumer, started and stopped together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from shared.messaging.consumer import Consumer, Patience, nothing_to_learn
from shared.messaging.inbox import Routes
from shared.messaging.port import Transport
from shared.messaging.relay import Pace, Relay
from shared.messaging.relay_lock import RelayDoes
from shared.messaging.told import know_itself
from shared.postgres.database import EVERYWHERE, Database

log = logging.getLogger(__name__)


class Messaging:
    """What runs for a service; made by `messaging`."""

    def __init__(self, relay: Relay, tasks: list[asyncio.Task[None]]) -> None:
        self.relay = relay
        self._tasks = tasks

    def alive(self) -> bool:
        """Whether relay and consumer run. They end only when stopped or by a bug of ours."""
        return not any(task.done() for task in self._tasks)


@asynccontextmanager
async def messaging(
    database: Database,
    transport: Transport,
    *,
    service: str,
    routes: Routes,
    now: Callable[[], datetime],
    learn_time: Callable[[], Awaitable[None]] = nothing_to_learn,
    patience: Patience = Patience(),
    pace: Pace = Pace(),
    relay_does: RelayDoes = "publishes",
    grace_seconds: float = 10.0,
    clock_is_true: bool = False,
    says: Collection[str] = (),
) -> AsyncIterator[Messaging]:
    """Relay and listen while the block runs; at its end finish what is in hand.

    What takes longer than the grace is abandoned, which loses nothing: rows stay in the outbox,
    offsets are not committed. The transport is the caller's to close. `clock_is_true`: no hand moves
    `now`, so an event from beyond it is parked. `says`: its topics, which are made before anything is
    said, for whoever waits to hear it.
    """
    async with database.begin(EVERYWHERE) as conn:
        await know_itself(conn, now=now())
    relay = Relay(
        database, transport, service=service, does=relay_does, pace=pace, now=now, says=says
    )
    database.after_commit(relay.wake)
    stop = asyncio.Event()
    tasks = [asyncio.create_task(relay.run(), name=f"{service}-relay")]
    if routes:
        consumer = Consumer(
            database,
            routes,
            service=service,
            now=now,
            learn_time=learn_time,
            patience=patience,
            clock_is_true=clock_is_true,
        )
        topics = {event.topic for event in routes}
        tasks.append(
            asyncio.create_task(
                transport.listen(service, topics, consumer, stop),
                name=f"{service}-consumer",
            )
        )
    try:
        yield Messaging(relay, tasks)
    finally:
        relay.stop()
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        for task in late:
            log.warning("%s did not finish in time; nothing is lost by that", task.get_name())
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("%s: messaging ended with %r", service, outcome)
