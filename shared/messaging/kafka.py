"""The transport over Apache Kafka. The only file that knows aiokafka."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import ConsumerRecord

from shared.contracts.envelope import Envelope
from shared.messaging import metrics
from shared.messaging.kafka_places import GoesOn, Rewinds
from shared.messaging.kafka_records import read_any_record
from shared.messaging.kafka_security import IN_THE_CLEAR, KafkaSecurity
from shared.messaging.port import BatchConsumer
from shared.messaging.wire import Arrived, headers_of, read
from shared.postgres.transient import Backoff

log = logging.getLogger(__name__)

_PARTITION_OF = DefaultPartitioner()
"""The Java clients' choice of partition, so that a key stays where CDC or a bank's tool puts it."""

_BATCH_BYTES = 1_000_000
"""Just under what a broker takes in one record batch."""

_REQUEST_TIMEOUT_MS = 15_000
"""How long an acknowledgement may take. A frozen broker costs this much; shorter would take a
busy one for dead."""

_METADATA_MAX_AGE_MS = 10_000
"""How long a consumer believes who leads a partition. One without a committed offset that asks a
broker which led it once does not ask again who leads it now, until this age is reached."""

_LOOK_SECONDS = 0.25
"""Between two looks for a topic that is not there yet."""


class KafkaTransport:
    """One service's connection to Kafka: a topic to publish to, a group to listen with."""

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        client: str,
        partitions: int = 6,
        batch: int = 1000,
        session_timeout_ms: int = 7_500,
        instance: str = "",
        security: KafkaSecurity = IN_THE_CLEAR,
    ) -> None:
        self._broker = {"bootstrap_servers": bootstrap_servers, **security.client_arguments()}
        self._client = client
        self._partitions = partitions
        self._batch = batch
        self._session_timeout_ms = session_timeout_ms
        # A member that keeps its name takes its partitions back at once after a crash; without
        # one, the group waits for the dead member's session to run out.
        self._instance = instance
        self._producer: AIOKafkaProducer | None = None
        self._made: set[str] = set()
        self._reached: dict[tuple[str, int], int] = {}
        """The offset after the last record that was published to a partition."""
        self.trouble = ""
        self.emptied: set[str] = set()

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        """Return when every replica in sync has the batch; in order within each partition."""
        producer = await self._open(topic)
        try:
            partitions = sorted(await producer.partitions_for(topic))
            lanes = _lanes(producer, partitions, batch)
            began = await asyncio.gather(
                *(_send(producer, topic, partition, lane) for partition, lane in lanes.items())
            )
        except KafkaError:
            # A batch that failed leaves a hole in the numbers of an idempotent producer, and the
            # partition would refuse everything after it. A new producer has new numbers.
            self._producer = None
            # Nor is it certain that the topic is still there.
            self._made.discard(topic)
            await _let_go(producer)
            raise
        for partition, offset in zip(lanes, began, strict=True):
            # One that was deleted and made again, by whomever, begins with nothing.
            if offset < self._reached.get((topic, partition), 0):
                self.emptied.add(topic)
            self._reached[topic, partition] = offset + 1

    async def listen(
        self,
        group: str,
        topics: Collection[str],
        batch_consumer: BatchConsumer,
        stop: asyncio.Event,
    ) -> None:
        """Take part in the group until stopped, through every fault of the broker."""
        read_any_record()
        pause, attempt = Backoff(first_seconds=0.2, most_seconds=5.0), 0
        while not stop.is_set():
            try:
                await self._until_there(topics, stop)
                await self._take_part(group, topics, batch_consumer, stop)
                attempt = 0
            except Exception as error:
                attempt = attempt + 1 if self.trouble else 1
                self._made.difference_update(topics)
                self.trouble = f"joins its group again ({attempt}): {type(error).__name__}"
                metrics.REJOINS.labels(group).inc()
                log.warning("%s joins its group again: %r", group, error)
                await pause.wait(attempt)

    async def close(self) -> None:
        """Let go of the producer. Listeners end with their own stop."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _let_go(producer)

    async def reachable(self) -> bool:
        """Whether a broker answers; for a readiness probe."""
        try:
            async with asyncio.timeout(4), self._admin(waits_ms=3000) as admin:
                # aiokafka takes a token that was refused for accepted (RFC 7628, section 3.2.3); the
                # broker then names no broker.
                return bool((await admin.describe_cluster())["brokers"])
        except (KafkaError, OSError):
            return False

    @asynccontextmanager
    async def _admin(
        self, *, waits_ms: int = _REQUEST_TIMEOUT_MS
    ) -> AsyncIterator[AIOKafkaAdminClient]:
        """A client that asks the brokers about themselves, for the block."""
        admin = AIOKafkaAdminClient(
            **self._broker, client_id=self._client, request_timeout_ms=waits_ms
        )
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()

    async def _open(self, topic: str) -> AIOKafkaProducer:
        if topic not in self._made:
            await self.make([topic])
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._broker,
                client_id=self._client,
                enable_idempotence=True,
                acks="all",
                max_batch_size=_BATCH_BYTES,
                request_timeout_ms=_REQUEST_TIMEOUT_MS,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.client.close()
                raise
            self._producer = producer
        return self._producer

    async def _until_there(self, topics: Collection[str], stop: asyncio.Event) -> None:
        """Wait for topics. Who says something makes them, and fills what was deleted: one that was made by
        whoever hears would take what is new before what is old."""
        missing = set(topics) - self._made
        if not missing:
            return
        async with self._admin() as admin:
            while (missing := missing - set(await admin.list_topics())) and not stop.is_set():
                self.trouble = f"waits for the topics {', '.join(sorted(missing))}"
                await asyncio.sleep(_LOOK_SECONDS)
        self._made.update(set(topics) - missing)

    async def make(self, topics: Iterable[str]) -> bool:
        """Make the topics that are missing; whether any was. What exists stays as it is."""
        missing = [topic for topic in topics if topic not in self._made]
        if not missing:
            return False
        async with self._admin() as admin:
            there = set(await admin.list_topics())
            # A replication of -1 is the broker's own default: 3 where there are three. The client
            # takes it only where an assignment is given, if an empty one.
            wanted = [
                NewTopic(topic, self._partitions, -1, replica_assignments={})
                for topic in missing
                if topic not in there
            ]
            if wanted:
                answer = await admin.create_topics(wanted)
                for _, code, *_ in answer.topic_errors:
                    error = for_code(code)
                    if code and error is not TopicAlreadyExistsError:
                        raise error()
        self._made.update(missing)
        return bool(wanted)

    async def _take_part(
        self,
        group: str,
        topics: Collection[str],
        batch_consumer: BatchConsumer,
        stop: asyncio.Event,
    ) -> None:
        in_hand = asyncio.Lock()
        consumer = AIOKafkaConsumer(
            **self._broker,
            client_id=self._client,
            group_id=group,
            group_instance_id=f"{group}-{self._instance}" if self._instance else None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=self._session_timeout_ms,
            heartbeat_interval_ms=self._session_timeout_ms // 4,
            max_partition_fetch_bytes=4_000_000,
            metadata_max_age_ms=_METADATA_MAX_AGE_MS,
        )
        consumer.subscribe(
            list(topics), listener=GoesOn(in_hand, consumer, batch_consumer, frozenset(topics))
        )
        fetching: asyncio.Task[_Understood] | None = None
        rewinds = Rewinds(consumer, batch_consumer)
        try:
            await consumer.start()
            while not stop.is_set():
                fetched, understood = await (fetching or self._fetch(consumer, batch_consumer))
                self.trouble = ""
                # While the database works on one batch, the next is fetched and read.
                fetching = asyncio.create_task(self._fetch(consumer, batch_consumer))
                await rewinds.where_something_is_missing(group)
                if not fetched:
                    continue
                async with in_hand:
                    for topic, (batch, work) in understood.items():
                        until = _read_until(topic, fetched)
                        await batch_consumer.deal_with(topic, work, batch, until)
                    await _commit(consumer, fetched)
                    _tell_lag(group, consumer, fetched)
        finally:
            if fetching is not None:
                fetching.cancel()
                await asyncio.gather(fetching, return_exceptions=True)
            await consumer.stop()

    async def _fetch(
        self, consumer: AIOKafkaConsumer, batch_consumer: BatchConsumer
    ) -> "_Understood":
        """The next records, and what they say by topic."""
        fetched = await consumer.getmany(timeout_ms=250, max_records=self._batch)
        came = {topic: _arrived(topic, fetched) for topic in {place.topic for place in fetched}}
        return fetched, {
            topic: (batch, batch_consumer.understand(topic, batch)) for topic, batch in came.items()
        }


Fetched = dict[TopicPartition, list[ConsumerRecord]]
_Understood = tuple[Fetched, dict[str, tuple[Sequence[Arrived], Sequence[Any]]]]
"""Records, and by topic what arrived with what is to be done about it."""


def _arrived(topic: str, fetched: Fetched) -> list[Arrived]:
    """The records of one topic, each partition in its order."""
    return [
        read(
            place=f"{topic}/{record.partition}/{record.offset}",
            key=record.key,
            headers=record.headers,
            body=record.value,
        )
        for place, records in fetched.items()
        if place.topic == topic
        for record in records
    ]


def _read_until(topic: str, fetched: Fetched) -> dict[int, int]:
    """The offset to read next in each partition of a topic."""
    return {
        place.partition: records[-1].offset + 1
        for place, records in fetched.items()
        if place.topic == topic and records
    }


def _tell_lag(group: str, consumer: AIOKafkaConsumer, fetched: Fetched) -> None:
    """How much of each topic lies before this process, as far as the last fetches told."""
    behind: dict[str, int] = {}
    for place in consumer.assignment():
        end = consumer.highwater(place)
        records = fetched.get(place)
        if end is not None and records:
            behind[place.topic] = behind.get(place.topic, 0) + end - records[-1].offset - 1
    for topic, lag in behind.items():
        metrics.LAG.labels(group, topic).set(lag)


async def _commit(consumer: AIOKafkaConsumer, fetched: Fetched) -> None:
    """After the database has committed. A refusal means the partitions have gone to another."""
    ours = consumer.assignment()
    offsets = {place: records[-1].offset + 1 for place, records in fetched.items() if place in ours}
    if not offsets:
        return
    try:
        await consumer.commit(offsets)
    except (CommitFailedError, IllegalStateError) as error:
        log.info("offsets not committed, the inbox will drop the repeats: %r", error)


def _lanes(
    producer: AIOKafkaProducer, partitions: Sequence[int], batch: Sequence[Envelope]
) -> dict[int, list[BatchBuilder]]:
    """The batch as record batches per partition; filling them ourselves spares a future each."""
    lanes: dict[int, list[BatchBuilder]] = {}
    for envelope in batch:
        key = envelope.key.encode()
        lane = lanes.setdefault(_PARTITION_OF(key, partitions, partitions), [])
        headers = headers_of(envelope)
        if not lane or (
            lane[-1].append(timestamp=None, key=key, value=envelope.body, headers=headers) is None
        ):
            lane.append(producer.create_batch())
            lane[-1].append(timestamp=None, key=key, value=envelope.body, headers=headers)
    return lanes


async def _send(
    producer: AIOKafkaProducer, topic: str, partition: int, lane: Sequence[BatchBuilder]
) -> int:
    """One record batch after the other: the second must not arrive where the first has failed. The
    answer is the offset of the last one's first record."""
    offset = 0
    for records in lane:
        records.close()
        offset = (await (await producer.send_batch(records, topic, partition=partition))).offset
    return offset


async def _let_go(producer: AIOKafkaProducer) -> None:
    """Stop a producer, also one whose broker no longer answers."""
    try:
        async with asyncio.timeout(5):
            await producer.stop()
    except (KafkaError, OSError):
        await producer.client.close()
