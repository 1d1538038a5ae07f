"""The port between a service and whatever carries its events; two transports stand behind it."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from shared.contracts.envelope import Envelope
from shared.messaging.wire import Arrived


class BatchConsumer(Protocol):
    """Whoever listens: the consumer of a service."""

    def understand(self, topic: str, batch: Sequence[Arrived]) -> Sequence[Any]:
        """Read a batch of one topic. Takes processor time only, so a transport may do it ahead."""

    async def deal_with(
        self, topic: str, work: Sequence[Any], batch: Sequence[Arrived], offsets: Mapping[int, int]
    ) -> None:
        """Apply what was understood of a batch of one topic, in order, and write down that the batch is
        dealt with and the offset to read next by partition.

        When it returns, the batch is dealt with for good.
        """

    async def offsets(self, topics: Collection[str]) -> Mapping[tuple[str, int], int]:
        """(Topic, partition) → the offset to read next, as far as the listener itself knows."""

    async def gaps(self) -> Collection[tuple[str, int]]:
        """The topics of which something has not come for a while, each with the number after which."""


class Transport(Protocol):
    """Carries batches at least once, and those of one key in the order they were published."""

    trouble: str
    """What keeps the listener of this process from hearing, "" where nothing does; for an operator."""

    emptied: set[str]
    """Topics that were seen to hold less than was published; who publishes says it again, and takes them out."""

    async def make(self, topics: Iterable[str]) -> bool:
        """Make the topics that are missing; whether any was."""

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        """Return when the whole batch is safe. After an error, publish the whole batch again."""

    async def listen(
        self,
        group: str,
        topics: Collection[str],
        batch_consumer: BatchConsumer,
        stop: asyncio.Event,
    ) -> None:
        """Hand every event of the topics over, until stopped.

        Each group hears everything once; its members share the keys among them. What was not
        applied to its end is handed over again.
        """

    async def close(self) -> None:
        """Let go of every connection."""

    async def reachable(self) -> bool:
        """Whether events can flow now: for an operator who asks."""
