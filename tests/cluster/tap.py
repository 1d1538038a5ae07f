"""A reader of the topics that belongs to no group and asks no service: what lay there, and when."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from tests.cluster.history import Record

log = logging.getLogger(__name__)

PARTITIONS = 6
"""Of every topic: what the services make them with."""


@dataclass
class Tap:
    """Reads everything from the beginning, through every fault of the brokers."""

    servers: str
    topics: tuple[str, ...]
    records: list[Record] = field(default_factory=list)
    raw: dict[tuple[str, int], tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = field(
        default_factory=dict
    )
    """(Topic, number) → key, body and headers, to be said again."""
    ends: dict[TopicPartition, int] = field(default_factory=lambda: defaultdict(int))
    wakes: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Tap"]:
        """Read while the block runs."""
        task = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def has_read(self) -> None:
        """Wait for its next look at the topics; not for long, as they may not be there."""
        self.wakes.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.wakes.wait()

    async def _read(self) -> None:
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self.servers, group_id=None, auto_offset_reset="earliest",
                enable_auto_commit=False, metadata_max_age_ms=3000, request_timeout_ms=5000,
            )  # fmt: skip
            try:
                await consumer.start()
                await self._through(consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                log.info("the tap begins again: %r", error)
                await asyncio.sleep(0.3)
            finally:
                await consumer.stop()

    async def _through(self, consumer: AIOKafkaConsumer) -> None:
        places = [
            TopicPartition(topic, partition)
            for topic in self.topics
            for partition in range(PARTITIONS)
        ]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, self.ends[place])
        while True:
            fetched = await consumer.getmany(timeout_ms=200, max_records=2000)
            for place, records in fetched.items():
                for one in records:
                    self._take(place, one)
                self.ends[place] = records[-1].offset + 1
            self.wakes.set()

    def _take(self, place: TopicPartition, one: object) -> None:
        record = record_of(place.topic, place.partition, one)
        if record is None:
            return
        self.records.append(record)
        if record.sequence:
            self.raw[record.topic, record.sequence] = (one.key, one.value, list(one.headers))  # type: ignore[attr-defined]


def record_of(topic: str, partition: int, one: object) -> Record | None:
    """A record as an event of ours; None where it is not even that."""
    try:
        said = dict(one.headers)  # type: ignore[attr-defined]
        return Record(
            topic=topic,
            partition=partition,
            offset=one.offset,  # type: ignore[attr-defined]
            key=one.key.decode(),  # type: ignore[attr-defined]
            event_id=said["ce_id"].decode(),
            type=said["ce_type"].decode(),
            sequence=int(said.get("ce_sequence", b"0")),
            epoch=said.get("ce_epoch", b"").decode(),
            data=orjson.loads(one.value),  # type: ignore[attr-defined]
        )
    except (KeyError, ValueError, AttributeError, TypeError, RecursionError):
        return None
