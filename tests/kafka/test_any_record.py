"""Whatever a record holds and however it is packed, the listener goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from confluent_kafka import Producer

from shared.contracts.envelope import Envelope
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

LOAN = uuid4()


class Unreadable(str):
    """A header's name that some producer has not written in UTF-8."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def said(topic: str, number: int) -> Envelope:
    return envelope(on_topic(Counted, topic)(loan_id=LOAN, number=number))


async def produce(servers: str, topic: str, event: Envelope) -> None:
    """As a program does that compresses nothing, and names a header as it likes."""
    async with AIOKafkaProducer(bootstrap_servers=servers) as producer:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(
            2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0,
            batch_size=10_000,
        )  # fmt: skip
        headers = [*headers_of(event), (Unreadable("name"), b"value")]
        batch.append(timestamp=None, key=event.key.encode(), value=event.body, headers=headers)
        batch.close()
        await (await producer.send_batch(batch, topic, partition=0))


def compressed(servers: str, topic: str, event: Envelope, codec: str) -> None:
    producer = Producer({"bootstrap.servers": servers, "compression.type": codec})
    # What is too short to gain is sent as it is: so it is long, by spaces, which JSON allows.
    body = event.body + b" " * 5000
    producer.produce(topic, body, event.key, partition=0, headers=headers_of(event))
    assert producer.flush(30) == 0


async def test_every_way_of_packing_a_record_is_read_and_any_name_of_a_header(
    kafka_servers: str, database: Callable[[], Awaitable[Database]]
):
    topic = f"packed-{uuid4().hex[:12]}"
    listener = Listener(await database())
    transport = KafkaTransport(kafka_servers, client="listener", partitions=1, batch=20)
    await transport.make([topic])
    async with messaging(
        listener.database, transport, service=f"listener-{topic}", now=lambda: NOW,
        routes=listener.routes(topic), pace=BRISK, patience=QUICK,
    ):  # fmt: skip
        codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
        for number, codec in enumerate(codecs):
            await asyncio.to_thread(compressed, kafka_servers, topic, said(topic, number), codec)
        await produce(kafka_servers, topic, said(topic, 5))
        await asyncio.to_thread(compressed, kafka_servers, topic, said(topic, 6), "none")

        async def all_of_them() -> bool:
            return await listener.effects() == {str(LOAN): [*range(7)]}

        await until(all_of_them, what="seven numbers", seconds=60)
    assert transport.trouble == ""
    assert await listener.parked() == []


async def test_a_listener_that_joins_again_and_again_says_so_until_it_hears(
    kafka_servers: str, database: Callable[[], Awaitable[Database]], monkeypatch: pytest.MonkeyPatch
):
    topic = f"trouble-{uuid4().hex[:12]}"
    listener = Listener(await database())
    transport = KafkaTransport(kafka_servers, client="listener", partitions=1, batch=20)
    await transport.make([topic])
    fetch = KafkaTransport._fetch

    async def gives_up(*asked: object) -> object:
        raise ValueError("a record that nobody can read")

    monkeypatch.setattr(KafkaTransport, "_fetch", gives_up)
    async with messaging(
        listener.database, transport, service=f"listener-{topic}", now=lambda: NOW,
        routes=listener.routes(topic), pace=BRISK, patience=QUICK,
    ):  # fmt: skip

        async def tells() -> bool:
            return transport.trouble.startswith("joins its group again (2): ValueError")

        await until(tells, what="word of the trouble", seconds=60)
        monkeypatch.setattr(KafkaTransport, "_fetch", fetch)

        async def hears() -> bool:
            return transport.trouble == ""

        await until(hears, what="a listener that hears", seconds=60)
