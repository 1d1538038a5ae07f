"""Producer, consumer and admin with the names and manners of aiokafka's, over the simulated broker.

As far as `shared/messaging/kafka.py` uses them; tests/simulation/test_broker.py runs one script against
these and against aiokafka with a real broker.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaConnectionError,
    KafkaTimeoutError,
    TopicAlreadyExistsError,
)
from aiokafka.structs import TopicPartition

from tests.simulation.broker import Broker, Headers, Record
from tests.simulation.loop import LANE


class _Cluster:
    """What `bootstrap_servers` leads to."""

    broker: Broker | None = None


CLUSTER = _Cluster()
"""The broker of the simulation that runs now."""


def _broker() -> Broker:
    assert CLUSTER.broker is not None, "no simulation runs"
    return CLUSTER.broker


async def _reach() -> Broker:
    broker = _broker()
    await asyncio.sleep(broker.delay())
    if broker.is_down:
        raise KafkaConnectionError("the broker does not answer")
    return broker


class Batch:
    """Records that are sent together."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self.records: list[tuple[bytes | None, bytes | None, Headers]] = []

    def append(
        self, *, timestamp: Any, key: bytes | None, value: bytes | None, headers: Sequence[Any] = ()
    ) -> object | None:
        """None where it is full."""
        size = len(key or b"") + len(value or b"") + sum(len(v) + len(n) for n, v in headers) + 20
        if self.records and size > self._left:
            return None
        self._left -= size
        self.records.append((key, value, tuple(headers)))
        return len(self.records)

    def close(self) -> None:
        """Nothing more comes in."""


@dataclass
class _Client:
    async def close(self) -> None:
        """There is nothing to close."""


class Producer:
    """Stands where AIOKafkaProducer stands."""

    def __init__(self, *, max_batch_size: int, **settings: Any) -> None:
        self._most = max_batch_size
        self.client = _Client()

    async def start(self) -> None:
        await _reach()

    async def stop(self) -> None:
        """What is on its way arrives."""

    async def partitions_for(self, topic: str) -> set[int]:
        broker = await _reach()
        return set(range(len(broker.logs[topic])))

    def create_batch(self) -> Batch:
        return Batch(self._most)

    async def send_batch(self, batch: Batch, topic: str, *, partition: int) -> asyncio.Future[Any]:
        """A future that is done when the broker has the batch; or fails, and it may have it."""
        broker = _broker()
        done = asyncio.get_running_loop().create_future()
        place = TopicPartition(topic, partition)

        def fails() -> None:
            if not done.done():
                done.set_exception(KafkaTimeoutError("no acknowledgement"))

        def arrives() -> None:
            if broker.is_down:
                broker.later(1.0, fails)
                return
            written = SimpleNamespace(offset=broker.end(place))
            broker.append(place, batch.records)
            if broker.happens(broker.luck.lose_acknowledgement):
                broker.count("acknowledgement lost")
                broker.later(2.0, fails)
            else:
                broker.later(broker.delay(), lambda: done.done() or done.set_result(written))

        if broker.happens(broker.luck.lose_request):
            broker.count("request lost")
            broker.later(2.0, fails)
        else:
            broker.later(broker.delay(), arrives)
        return done


@dataclass
class _Reading:
    """What a consumer reads now."""

    generation: int = -1
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    is_valid: bool = False


class Consumer:
    """Stands where AIOKafkaConsumer stands: a member of a group, with a heart that beats beside it."""

    _numbers = 0

    def __init__(
        self,
        *,
        group_id: str,
        group_instance_id: str | None,
        session_timeout_ms: int,
        heartbeat_interval_ms: int,
        **settings: Any,
    ) -> None:
        self._broker = _broker()
        self._group = group_id
        Consumer._numbers += 1
        self._id = group_instance_id or f"{group_id}-{LANE.get()}-{Consumer._numbers}"
        self._beat_seconds = heartbeat_interval_ms / 1000
        self._reading = _Reading()
        self._topics: list[str] = []
        self._listener: Any = None
        self._heart: asyncio.Task[None] | None = None

    def subscribe(self, topics: list[str], *, listener: Any) -> None:
        self._topics, self._listener = topics, listener

    async def start(self) -> None:
        await _reach()
        await self._join()
        self._heart = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        if self._heart is not None:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
            self._broker.leave(self._group, self._id)

    async def getmany(
        self, *, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Record]]:
        """Some of what lies before this member; nothing after the time that is given."""
        until = asyncio.get_running_loop().time() + timeout_ms / 1000
        await asyncio.sleep(self._broker.delay())
        while True:
            if self._heart is not None and self._heart.done():
                self._heart.result()
            found = self._take(max_records)
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            await self._broker.something(left)

    def _take(self, most: int) -> dict[TopicPartition, list[Record]]:
        found: dict[TopicPartition, list[Record]] = {}
        if not self._reading.is_valid or self._broker.is_down:
            return found
        for place in sorted(self._reading.positions):
            at = self._reading.positions[place]
            if at > self._broker.end(place):
                self._broker.count("offset out of range")
                at = self._reading.positions[place] = 0
            if self._broker.happens(self._broker.luck.deliver_again) and at:
                self._broker.count("delivered again")
                at -= 1
            # As much as a fetch brings: not always all.
            records = self._broker.read(place, at, min(most, 1 + int(self._broker.delay() * 5000)))
            if records:
                self._reading.positions[place] = records[-1].offset + 1
                found[place] = records
        return found

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        await asyncio.sleep(self._broker.delay())
        if any(place not in self._reading.positions for place in offsets):
            raise IllegalStateError("not assigned")
        taken = self._broker.commit(self._group, self._id, self._reading.generation, offsets)
        if not taken:
            raise CommitFailedError("the group has a new generation")

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self._reading.positions)

    def highwater(self, place: TopicPartition) -> int:
        return self._broker.end(place)

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place not in self._reading.positions:
            raise IllegalStateError(f"{place} is not assigned")
        self._reading.positions[place] = offset

    async def _join(self) -> None:
        generation, places = await self._broker.join(self._group, self._id, self._topics)
        committed = self._broker.groups[self._group].committed
        self._reading = _Reading(generation, {one: committed.get(one, 0) for one in places})
        await self._listener.on_partitions_assigned(places)
        self._reading.is_valid = True

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._beat_seconds)
            said = self._broker.heartbeat(self._group, self._id, self._reading.generation)
            if said == "ok":
                continue
            self._reading.is_valid = False
            await self._listener.on_partitions_revoked(self.assignment())
            await self._join()


@dataclass(frozen=True)
class _Answer:
    topic_errors: list[tuple[str, int, str | None]]


class Admin:
    """Stands where AIOKafkaAdminClient stands."""

    def __init__(self, **settings: Any) -> None:
        pass

    async def start(self) -> None:
        await _reach()

    async def list_topics(self) -> list[str]:
        return list((await _reach()).logs)

    async def create_topics(self, wanted: Collection[Any]) -> _Answer:
        broker = await _reach()
        exists = TopicAlreadyExistsError.errno
        return _Answer(
            [
                (one.name, 0 if broker.make_topic(one.name, one.num_partitions) else exists, None)
                for one in wanted
            ]
        )

    async def describe_cluster(self) -> dict[str, Any]:
        await _reach()
        return {"brokers": [{"node_id": 0}]}

    async def close(self) -> None:
        """There is nothing to close."""
