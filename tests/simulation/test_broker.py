"""The simulated broker does what a real one does, as far as our transport asks: one script against both."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import IllegalStateError

from tests.simulation.broker import Broker
from tests.simulation.clients import CLUSTER, Admin, Consumer, Producer
from tests.simulation.loop import SimulatedLoop, Trace

HEADERS = [("ce_id", b"1"), ("ce_type", b"x")]


class Heard(ConsumerRebalanceListener):
    """What a member is told of its partitions."""

    def __init__(self) -> None:
        self.assigned: list[set[int]] = []
        self.revoked: list[set[int]] = []

    async def on_partitions_revoked(self, revoked: Any) -> None:
        self.revoked.append({place.partition for place in revoked})

    async def on_partitions_assigned(self, assigned: Any) -> None:
        self.assigned.append({place.partition for place in assigned})


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await found():  # noqa: ASYNC110 — two clients must go on meanwhile
            await asyncio.sleep(0.05)


async def took(consumer: Any, count: int) -> list[Any]:
    """So many records, by partition and offset."""
    records: list[Any] = []

    async def enough() -> bool:
        fetched = await consumer.getmany(timeout_ms=100, max_records=100)
        records.extend(record for some in fetched.values() for record in some)
        return len(records) >= count

    await until(enough)
    return sorted(
        (one.partition, one.offset, one.key, one.value, tuple(one.headers)) for one in records
    )


async def script(parts: Mapping[str, Any], server: str) -> list[Any]:
    """Everything that `shared/messaging/kafka.py` does with a broker, and what came of it."""
    seen: list[Any] = []
    topic, group = f"t-{uuid4().hex}", f"g-{uuid4().hex}"

    admin = parts["admin"](bootstrap_servers=server, client_id="contract")
    await admin.start()
    wanted = [NewTopic(topic, 2, -1, replica_assignments={})]
    for _ in range(2):
        seen.append([code for _, code, *_ in (await admin.create_topics(wanted)).topic_errors])
    seen.append(topic in await admin.list_topics())
    seen.append(len((await admin.describe_cluster())["brokers"]))
    await admin.close()

    producer = parts["producer"](
        bootstrap_servers=server, client_id="contract", enable_idempotence=True, acks="all",
        max_batch_size=300, request_timeout_ms=5000,
    )  # fmt: skip
    await producer.start()
    seen.append(await producer.partitions_for(topic))
    for partition, values in ((0, (b"a", b"b", b"c")), (1, (b"d",))):
        batch = producer.create_batch()
        for value in values:
            batch.append(timestamp=None, key=b"k", value=value, headers=HEADERS)
        seen.append(
            batch.append(timestamp=None, key=b"k", value=b"x" * 400, headers=HEADERS) is None
        )
        batch.close()
        await (await producer.send_batch(batch, topic, partition=partition))
    await producer.stop()

    def member(heard: Heard) -> Any:
        consumer = parts["consumer"](
            bootstrap_servers=server, client_id="contract", group_id=group, group_instance_id=None,
            enable_auto_commit=False, auto_offset_reset="earliest", session_timeout_ms=6000,
            heartbeat_interval_ms=200, max_partition_fetch_bytes=1_000_000,
            metadata_max_age_ms=10_000,
        )  # fmt: skip
        consumer.subscribe([topic], listener=heard)
        return consumer

    first, second = Heard(), Heard()
    one = member(first)
    await one.start()
    seen.append(await took(one, 4))
    seen.append([first.assigned[-1], {place.partition for place in one.assignment()}])
    seen.append(one.highwater(TopicPartition(topic, 0)))
    one.seek(TopicPartition(topic, 0), 1)
    seen.append(await took(one, 2))
    one.seek(TopicPartition(topic, 0), 99)  # Nothing is there: from the earliest.
    seen.append(await took(one, 3))
    with suppress(IllegalStateError):
        await one.commit({TopicPartition(topic, 7): 1})
        seen.append("committed what is not assigned")
    await one.commit({TopicPartition(topic, 0): 2, TopicPartition(topic, 1): 1})

    two = member(second)
    starting = asyncio.ensure_future(two.start())

    async def shared() -> bool:
        await one.getmany(timeout_ms=50, max_records=1)
        return starting.done() and len(one.assignment()) == len(two.assignment()) == 1

    await until(shared)
    seen.append(first.revoked[-1])
    seen.append(first.assigned[-1] | second.assigned[-1])
    await two.stop()

    async def alone() -> bool:
        await one.getmany(timeout_ms=50, max_records=1)
        return len(one.assignment()) == 2

    await until(alone)
    await one.stop()
    # Whoever comes later begins where the group has committed.
    three = member(Heard())
    await three.start()
    seen.append(await took(three, 1))
    await three.stop()
    return seen


def simulated() -> list[Any]:
    """The script against the simulated broker, on simulated time."""
    loop = SimulatedLoop(random.Random(1), Trace(), socket_folder=None, begins=1.0)
    before, CLUSTER.broker = CLUSTER.broker, Broker(random.Random(1))
    try:
        parts = {"admin": Admin, "producer": Producer, "consumer": Consumer}
        return loop.run_until_complete(script(parts, ""))
    finally:
        CLUSTER.broker = before
        loop.bury()
        loop.lines.close()


async def test_the_simulated_broker_answers_as_a_real_one_does(kafka_servers):
    parts = {
        "admin": AIOKafkaAdminClient, "producer": AIOKafkaProducer, "consumer": AIOKafkaConsumer,
    }  # fmt: skip
    real = await script(parts, kafka_servers)
    # A loop runs already in this thread.
    assert await asyncio.to_thread(simulated) == real
    records = next(one for one in real if isinstance(one, list) and len(one) == 4)
    assert [one[3] for one in records] == [b"a", b"b", b"c", b"d"]
