"""What others see of us on Kafka, and what we make of what others put there."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from cloudevents.core.bindings import kafka as binding
from confluent_kafka import Producer

from shared.messaging.kafka import KafkaTransport
from shared.messaging.runtime import messaging
from shared.messaging.wire import headers_of
from shared.postgres.database import Database
from tests.messaging.samples import (
    BRISK,
    NOW,
    QUICK,
    Counted,
    Listener,
    envelope,
    on_topic,
    until,
)

A, B = UUID(int=1), UUID(int=2)

NewDatabase = Callable[[], Awaitable[Database]]


@pytest.fixture(params=["kafka", "mock"])
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Where the broker is, and a topic of this test's own."""
    servers, topic = request.getfixturevalue(f"{request.param}_servers"), f"w-{uuid4().hex[:12]}"
    if request.param == "mock":
        Producer({"bootstrap.servers": servers}).list_topics(topic, timeout=30)
    return servers, topic


@pytest.mark.program(
    "CloudEvents SDK (Python)", package="cloudevents", does="reads our events from Apache Kafka"
)
async def test_the_cloudevents_sdk_reads_our_messages_from_the_broker(place):
    servers, topic = place
    sent = envelope(Counted(loan_id=A, number=1, bank_code="ICBC-TJ"))
    transport = KafkaTransport(servers, client="speaker")
    await transport.publish(topic, [sent])
    await transport.close()

    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest", group_id=None
    )
    await consumer.start()
    record = await asyncio.wait_for(consumer.getone(), 60)
    await consumer.stop()

    event = binding.from_binary_event(
        binding.KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
    )
    assert record.key == str(A).encode()
    assert record.value == sent.body
    assert (event.get_id(), event.get_type()) == (str(sent.id), "sample.counted.v1")
    assert event.get_extension("traceparent") == sent.traceparent
    assert all(value for _, value in record.headers)


async def test_garbage_on_the_topic_is_parked_under_its_key_and_the_rest_flows(
    place, database: NewDatabase
):
    servers, topic = place
    listener = Listener(await database())
    good = {loan: envelope(on_topic(Counted, topic)(loan_id=loan, number=1)) for loan in (A, B)}
    transport = KafkaTransport(servers, client="listener")
    await transport.publish(topic, [])
    producer = AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    for key, value, headers in [
        (str(A).encode(), b"\x00\xff", []),
        (None, b"no key", [("ce_specversion", b"1.0")]),
        (str(A).encode(), good[A].body, headers_of(good[A])),
        (b"\xff\x00", None, []),
        (str(B).encode(), b"{", headers_of(envelope(Counted(loan_id=B, number=0)))[:3]),
    ]:
        await producer.send_and_wait(topic, value=value, key=key, headers=headers)
    free = envelope(on_topic(Counted, topic)(loan_id=UUID(int=3), number=1))
    await producer.send_and_wait(
        topic, value=free.body, key=free.key.encode(), headers=headers_of(free)
    )
    await producer.stop()

    async def five_are_parked() -> bool:
        return len(await listener.parked()) >= 5

    async with messaging(
        listener.database,
        transport,
        service=f"listener-{topic}",
        routes=listener.routes(topic),
        now=lambda: NOW,
        pace=BRISK,
        patience=QUICK,
    ):
        await until(five_are_parked, what="five parked")
        await until(lambda: heard(listener), what="the good one")
    await transport.close()

    assert sorted(reason for reason, _ in await listener.parked()) == ["behind", *["failed"] * 4]
    assert await listener.effects() == {free.key: [1]}


async def heard(listener: Listener) -> bool:
    return bool(await listener.effects())
