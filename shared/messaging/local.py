"""The transport for services that share a process: the relay hands batches to the listeners.

The outbox is the durable log: `publish` returns when every listener has committed, and until
then the rows stay where they are.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from shared.contracts.envelope import Envelope
from shared.messaging.port import Hearing


class NobodyListens(ConnectionError):
    """A group that must hear everything is not there (yet). Passes by itself."""


@dataclass(frozen=True, slots=True)
class _Listener:
    topics: frozenset[str]
    hearing: Hearing
    in_hand: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalTransport:
    """All services of one process share one of these.

    `groups` are the services that hear at all: as long as one of them is not listening, nothing
    counts as published, so that none misses what was said before it was up.
    """

    def __init__(self, groups: Collection[str]) -> None:
        self._groups = frozenset(groups)
        self._listeners: dict[str, _Listener] = {}

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        """Hand the batch to every group; return when all have committed."""
        absent = self._groups - self._listeners.keys()
        if absent:
            raise NobodyListens(f"not listening yet: {', '.join(sorted(absent))}")
        listeners = [one for one in self._listeners.values() if topic in one.topics]
        async with asyncio.TaskGroup() as together:
            for listener in listeners:
                together.create_task(_hand_over(listener, topic, batch))

    async def listen(
        self, group: str, topics: Collection[str], hearing: Hearing, stop: asyncio.Event
    ) -> None:
        """Take what is published until stopped; then finish what is in hand."""
        assert group not in self._listeners, f"{group} listens already in this process"
        listener = self._listeners[group] = _Listener(frozenset(topics), hearing)
        try:
            await stop.wait()
        finally:
            del self._listeners[group]
        async with listener.in_hand:
            pass

    async def reachable(self) -> bool:
        """Always: it is this process itself."""
        return True

    async def close(self) -> None:
        """There is nothing to let go of."""


async def _hand_over(listener: _Listener, topic: str, batch: Sequence[Envelope]) -> None:
    # One batch at a time: two services may publish at once, and share keys.
    async with listener.in_hand:
        await listener.hearing.apply(topic, listener.hearing.understand(batch))
