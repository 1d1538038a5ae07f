"""A bank's own topic holds what its feed says, in the feed's order, and nothing else; a kill loses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from shared.contracts.envelope import Envelope, Event
from shared.contracts.redaction import shown_to_bank
from shared.contracts.registry import EVENTS
from shared.messaging import outbox
from shared.messaging.bank_topics import PARTITIONS, BankTopics, topic_of
from shared.messaging.feed import read_feed
from shared.messaging.kafka import KafkaTransport
from shared.messaging.local import LocalTransport
from shared.messaging.relay import Relay
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.transient import Backoff
from tests.messaging.samples import BRISK, NOW, until

EXAMPLES = Path("shared/contracts/examples")
AT_ONCE = Backoff(first_seconds=0.01, most_seconds=0.02)


def every_event_of(bank: str) -> list[Event]:
    """One of each type that names a bank, as if it named this one."""
    found = []
    for place in sorted(EXAMPLES.glob("*.json")):
        event = EVENTS[place.stem].model_validate(json.loads(place.read_text())[0])
        if hasattr(event, "bank_code"):
            found.append(event.model_copy(update={"bank_code": bank}))
    return found


async def fed(speaking: Database, banks: Sequence[str]) -> None:
    """Every event of every bank, in turn, in the service's feed."""
    async with speaking.begin(EVERYWHERE) as conn:
        for events in zip(*map(every_event_of, banks), strict=True):
            await outbox.append(conn, events, now=NOW)
    relay = Relay(speaking, LocalTransport(()), service="speaker", does="numbers", pace=BRISK)
    task = asyncio.create_task(relay.run())

    async def all_gone() -> bool:
        async with speaking.looking(EVERYWHERE) as conn:
            return not await conn.fetchval("select count(*) from outbox")

    await until(all_gone, what="an empty outbox")
    relay.stop()
    await task


async def feed_of(speaking: Database, bank: str) -> list[dict[str, Any]]:
    """What the bank's feed tells, in its order."""
    async with speaking.looking(bank) as conn:
        events = await read_feed(conn, after=0, limit=10_000)
    shown = [(event, shown_to_bank(bank, event.type, event.body)) for event in events]
    return [
        {"id": str(event.id), "type": event.type, "source": event.source, "data": data}
        for event, data in shown
        if data
    ]


async def on_the_topic(servers: str, bank: str) -> list[dict[str, Any]]:
    """What stands on the bank's topic, in its order, each event where it came first."""
    consumer = AIOKafkaConsumer(
        topic_of(bank), bootstrap_servers=servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        assert len(ends) == PARTITIONS
        records: list[Any] = []
        while len(records) < sum(ends.values()):
            for some in (await consumer.getmany(timeout_ms=500)).values():
                records += some
    finally:
        await consumer.stop()
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        said = {name: value.decode() for name, value in record.headers}
        assert said["ce_institution"] == bank and "ce_sequence" not in said
        assert record.key.decode() == said["ce_subject"]
        found.setdefault(
            said["ce_id"],
            {
                "id": said["ce_id"], "type": said["ce_type"], "source": said["ce_source"],
                "data": json.loads(record.value),
            },
        )  # fmt: skip
    return list(found.values())


class Killed(KafkaTransport):
    """Dies before the broker has anything, and then behind its acknowledgement, before anybody has written
    that down."""

    deaths = 0

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        self.deaths += 1
        if self.deaths == 1:
            raise ConnectionResetError("killed before")
        await super().publish(topic, batch)
        if self.deaths == 2:
            raise ConnectionResetError("killed behind")


@asynccontextmanager
async def filling(
    speaking: Database, servers: str, banks: Sequence[str], kind: type[KafkaTransport]
) -> AsyncIterator[None]:
    transport = kind(servers, client="for-banks", partitions=PARTITIONS)
    stopping = asyncio.Event()
    topics = BankTopics(
        speaking, transport, service="speaker", banks=banks, look_seconds=0.05, fault=AT_ONCE
    )
    task = asyncio.create_task(topics.run(stopping))
    yield
    stopping.set()
    await task
    await transport.close()


async def reached(speaking: Database, bank: str) -> bool:
    async with speaking.looking(EVERYWHERE) as conn:
        return bool(
            await conn.fetchval(
                """
                select (select position from bank_topics where institution = $1)
                     = (select max(position) from event_feed where institution = $1)
                """,
                bank,
            )
        )


async def test_a_banks_topic_says_what_its_feed_says_also_when_who_fills_it_is_killed(
    speaking: Database, kafka_servers: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shared.messaging.bank_topics.PAGE", 7)
    one, other, without = (f"B{uuid4().hex[:8]}" for _ in range(3))
    await fed(speaking, [one, other, without])
    own = await feed_of(speaking, one)
    assert len(own) > 20 and {event["id"] for event in own}.isdisjoint(
        event["id"] for event in await feed_of(speaking, other)
    )

    async def all_reached() -> bool:
        return await reached(speaking, one) and await reached(speaking, other)

    async with filling(speaking, kafka_servers, [one, other], Killed):
        await until(all_reached, what="the end of both feeds")

    for bank in (one, other):
        assert await on_the_topic(kafka_servers, bank) == await feed_of(speaking, bank)
    assert not await reached(speaking, without)


class Refusing(KafkaTransport):
    """Takes nothing for one bank, as a broker that was given no right for it."""

    refused = ""

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        if topic == self.refused:
            raise PermissionError(topic)
        await super().publish(topic, batch)


async def test_a_topic_that_takes_nothing_keeps_no_other_bank_waiting(
    speaking: Database, kafka_servers: str
):
    refused, other = (f"B{uuid4().hex[:8]}" for _ in range(2))
    await fed(speaking, [refused, other])

    async def other_reached() -> bool:
        return await reached(speaking, other)

    kind = type("Once", (Refusing,), {"refused": topic_of(refused)})
    async with filling(speaking, kafka_servers, [refused, other], kind):
        await until(other_reached, what="the end of the other's feed")

    assert not await reached(speaking, refused)
    assert await on_the_topic(kafka_servers, other) == await feed_of(speaking, other)
