"""The relay from outbox to Kafka, beside a bare producer that sends the same messages.

    python -m benchmarks.relay [--messages 30000] [--pairs 5] [--json]

The limit only sends; the relay also reads the outbox, deletes from it and writes the feed.
"""

import asyncio
import time
from collections.abc import Sequence
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from benchmarks.messages import NOW, Parts, Ratio, Reported, pairs, parts, ratio, run
from shared.contracts.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.kafka import KafkaTransport
from shared.messaging.local import LocalTransport
from shared.messaging.port import Transport
from shared.messaging.relay import Relay
from shared.messaging.wire import headers_of
from shared.postgres.database import EVERYWHERE


async def measure(messages: int, times: int) -> list[Ratio]:
    """The relay over Kafka against a bare producer, and over `local` for comparison."""
    async with parts() as given:
        kafka = KafkaTransport(given.servers, client="bench")
        events = [Reported(loan_id=uuid4(), number=number) for number in range(messages)]
        producer = AIOKafkaProducer(
            bootstrap_servers=given.servers,
            enable_idempotence=True,
            acks="all",
            max_batch_size=1_000_000,
        )
        await producer.start()
        envelopes = await _envelopes(given, kafka, events)

        seconds = await pairs(
            lambda: _relay(given, kafka, events), lambda: _bare(producer, envelopes), times=times
        )
        alone = LocalTransport(())
        local = await pairs(
            lambda: _relay(given, alone, events), lambda: _bare(producer, envelopes), times=times
        )
        await producer.stop()
        await kafka.close()
    bare = "aiokafka send() of the same messages, acks=all, idempotent"
    return [
        ratio("relay to Kafka", limit=bare, goal=0.9, messages=messages, seconds=seconds),
        ratio("relay, local, no listener", limit=bare, goal=0.9, messages=messages, seconds=local),
    ]


async def _relay(given: Parts, transport: Transport, events: Sequence[Reported]) -> float:
    """Seconds from the start of a relay until a full outbox is empty and in the feed."""
    await given.owner.execute("truncate outbox, event_feed")
    for start in range(0, len(events), 1000):
        async with given.database.begin(EVERYWHERE) as conn:
            await outbox.append(conn, events[start : start + 1000], now=NOW)
    await given.owner.execute("vacuum analyze outbox")
    relay = Relay(given.database, transport, service="bench")
    start_at = time.perf_counter()
    running = asyncio.create_task(relay.run())
    while await given.owner.fetchval("select exists (select from outbox)"):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - start_at
    relay.stop()
    await running
    return seconds


async def _bare(producer: AIOKafkaProducer, envelopes: Sequence[Envelope]) -> float:
    """Seconds for sending the same messages with nothing around it."""
    start = time.perf_counter()
    sent = [
        await producer.send("bench", value=one.body, key=one.key.encode(), headers=headers_of(one))
        for one in envelopes
    ]
    await asyncio.gather(*sent)
    return time.perf_counter() - start


async def _envelopes(
    given: Parts, kafka: KafkaTransport, events: Sequence[Reported]
) -> list[Envelope]:
    """The messages as the relay sends them. Makes the topic by the way."""
    taken: list[Envelope] = []

    class Tap(LocalTransport):
        async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
            taken.extend(batch)

    await _relay(given, Tap(()), events)
    await kafka.publish("bench", taken[:1])
    return taken


if __name__ == "__main__":
    run(measure, __doc__ or "")
