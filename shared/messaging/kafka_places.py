"""Where a listener reads its partitions from: when they come, and when something is missing."""

import asyncio
import logging
from collections.abc import Collection
from time import monotonic
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from shared.messaging.port import BatchConsumer

log = logging.getLogger(__name__)

LEAVE_WITHIN_SECONDS = 10.0

LOOK_FOR_GAPS_SECONDS: Final = 5.0


class GoesOn(ConsumerRebalanceListener):  # type: ignore[misc]
    """What happens when partitions go and come.

    Before they go to another member, the batch in hand is applied and committed. Without it nothing
    would be lost either, the other member would only do the work twice. When they come, they are
    read from where the listener's own database stands: what a group has committed at the broker is
    ahead of a database that was restored.
    """

    def __init__(
        self,
        in_hand: asyncio.Lock,
        consumer: AIOKafkaConsumer,
        batch_consumer: BatchConsumer,
        topics: frozenset[str],
    ) -> None:
        self._in_hand = in_hand
        self._consumer = consumer
        self._batch_consumer = batch_consumer
        self._topics = topics

    async def on_partitions_revoked(self, revoked: object) -> None:
        try:
            async with asyncio.timeout(LEAVE_WITHIN_SECONDS), self._in_hand:
                pass
        except TimeoutError:
            log.warning("partitions leave with a batch in hand; it will be heard again")

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        known = await self._batch_consumer.offsets(self._topics)
        for place in assigned:
            # One that the broker no longer has is refused, and reading begins with the earliest.
            self._consumer.seek(place, known.get((place.topic, place.partition), 0))


class Rewinds:
    """Reads a topic once more from its beginning when some of its events have not come: the broker may hold
    them. It does where the topic was deleted and made again, and this listener went on in the middle; what
    it knows, it passes over. Once for each gap: what the broker no longer holds is for `hear-again`.
    """

    def __init__(self, consumer: AIOKafkaConsumer, batch_consumer: BatchConsumer) -> None:
        self._consumer = consumer
        self._batch_consumer = batch_consumer
        self._looked = monotonic()
        self._tried: set[tuple[str, int]] = set()

    async def where_something_is_missing(self, group: str) -> None:
        """Look now and then; set this member's partitions back where there is a new gap."""
        if monotonic() - self._looked < LOOK_FOR_GAPS_SECONDS:
            return
        self._looked = monotonic()
        for gap in set(await self._batch_consumer.gaps()) - self._tried:
            self._tried.add(gap)
            places = [one for one in self._consumer.assignment() if one.topic == gap[0]]
            if places:
                log.warning(
                    "%s reads %s again from its beginning: something is missing", group, gap[0]
                )
            for place in places:
                self._consumer.seek(place, 0)
