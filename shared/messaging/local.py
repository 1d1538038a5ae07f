"""The transport for services that share a process: the relay hands batches to the listeners.

The outbox is the durable log: `publish` returns when every listener has committed, and until
then the rows stay where they are.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from shared.contracts.envelope import Envelope
from shared.messaging.port import BatchConsumer


class ListenerGone(ConnectionError):
    """A group that must hear everything is not there (yet, or any more). Passes by itself."""


@dataclass(frozen=True, slots=True)
class _Handover:
    """A batch for one listener, and the promise that it has been applied."""

    topic: str
    batch: Sequence[Envelope]
    applied: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Listener:
    topics: frozenset[str]
    handovers: asyncio.Queue[_Handover] = field(default_factory=asyncio.Queue)


class LocalTransport:
    """All services of one process share one of these.

    `groups` are the services that hear at all: as long as one of them is not listening, nothing
    counts as published, so that none misses what was said before it was up.
    """

    trouble = ""

    def __init__(self, groups: Collection[str]) -> None:
        self.emptied: set[str] = set()
        self._groups = frozenset(groups)
        self._listeners: dict[str, _Listener] = {}

    async def make(self, topics: Iterable[str]) -> bool:
        """There is nothing to make."""
        return False

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        """Hand the batch to every group; return when all have committed."""
        absent = self._groups - self._listeners.keys()
        if absent:
            raise ListenerGone(f"not listening yet: {', '.join(sorted(absent))}")
        promises = []
        for listener in self._listeners.values():
            if topic in listener.topics:
                applied = asyncio.get_running_loop().create_future()
                listener.handovers.put_nowait(_Handover(topic, batch, applied))
                promises.append(applied)
        await asyncio.gather(*promises)

    async def listen(
        self,
        group: str,
        topics: Collection[str],
        batch_consumer: BatchConsumer,
        stop: asyncio.Event,
    ) -> None:
        """Take what is published until stopped, one batch at a time; finish what is in hand."""
        assert group not in self._listeners, f"{group} listens already in this process"
        listener = self._listeners[group] = _Listener(frozenset(topics))
        stopping = asyncio.create_task(stop.wait())
        in_hand: _Handover | None = None
        try:
            while (in_hand := await _next(listener, stopping)) is not None:
                try:
                    work = batch_consumer.understand(in_hand.topic, in_hand.batch)
                    await batch_consumer.deal_with(in_hand.topic, work, in_hand.batch, {})
                except Exception as error:
                    _finish(in_hand, error)
                else:
                    _finish(in_hand, None)
        finally:
            stopping.cancel()
            del self._listeners[group]
            gone = ListenerGone(f"{group} has gone")
            if in_hand is not None:
                _finish(in_hand, gone)
            while not listener.handovers.empty():
                _finish(listener.handovers.get_nowait(), gone)

    async def reachable(self) -> bool:
        """Whether every group that must hear everything is listening."""
        return self._groups <= self._listeners.keys()

    async def close(self) -> None:
        """There is nothing to let go of."""


async def _next(listener: _Listener, stopping: asyncio.Task[bool]) -> _Handover | None:
    """The next handover, or None when it is time to stop."""
    if stopping.done():
        return None
    getting = asyncio.create_task(listener.handovers.get())
    try:
        await asyncio.wait({getting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return getting.result() if getting.done() else None
    except asyncio.CancelledError:
        if getting.done() and not getting.cancelled():
            listener.handovers.put_nowait(getting.result())
        raise
    finally:
        getting.cancel()


def _finish(handover: _Handover, error: Exception | None) -> None:
    """Keep the promise or break it, if somebody still waits for it."""
    if handover.applied.done():
        return
    if error is None:
        handover.applied.set_result(None)
    else:
        handover.applied.set_exception(error)
