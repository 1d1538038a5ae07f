"""The consumer, beside a bare loop over the same messages with the same SQL.

    python -m benchmarks.consume [--messages 30000] [--pairs 5] [--json]

The limit fetches, parses, writes inbox and state in one transaction and commits offsets; it
knows no contracts, no parking, no waves of one key, no faults. Two rows stand beside it: held against a
COPY of the rows that are inserted, a thousand a transaction, with no broker and nothing to read; and, with
one message in a thousand that breaks its contract and is parked, against itself without any.
"""

import asyncio
import time
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer
from uuid6 import uuid7

from benchmarks.messages import NOW, Parts, Ratio, Reported, pairs, parts, ratio, run
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Consumer, Work
from shared.messaging.inbox import Received
from shared.messaging.kafka import KafkaTransport
from shared.messaging.wire import Arrived
from shared.postgres.database import EVERYWHERE

BATCH = 1000
POISON_EVERY = 1000

_POSITIONS = """
create table if not exists positions (
    loan_id uuid primary key,
    number integer not null,
    bank_code text not null,
    month text not null,
    balance text not null
)
"""

_INBOX = """
insert into inbox (event_id) select unnest($1::uuid[]) on conflict do nothing returning event_id
"""

_RECORD = """
insert into positions (loan_id, number, bank_code, month, balance)
select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[])
on conflict (loan_id) do update
set number = excluded.number, month = excluded.month, balance = excluded.balance
"""


async def measure(messages: int, times: int) -> list[Ratio]:
    """The consumer over Kafka against a bare getmany loop, against COPY, and against itself."""
    async with parts() as given:
        await given.owner.execute(_POSITIONS)
        kafka = KafkaTransport(given.servers, client="bench", batch=BATCH)
        clean, poisoned = _envelopes(messages, Reported), _envelopes(messages, Poisoned)
        await kafka.publish(Reported.topic, clean)
        await kafka.publish(Poisoned.topic, list(_with_poison(poisoned)))

        def ours() -> Awaitable[float]:
            return _ours(given, kafka, messages, Reported)

        bare = await pairs(ours, lambda: _bare(given, messages), times=times)
        copied = await pairs(ours, lambda: _copied(given, clean), times=times)
        with_poison = await pairs(
            lambda: _ours(given, kafka, messages, Poisoned), ours, times=times
        )
        await kafka.close()
    loop = "getmany loop: orjson, the same SQL, one transaction and one commit of offsets a batch"
    return [
        ratio("consume", limit=loop, goal=0.7, messages=messages, seconds=bare),
        ratio("consume", limit="COPY of the rows", goal=0.5, messages=messages, seconds=copied),
        ratio("consume with 0.1 % poison", limit="the same with none", goal=0.8,
              messages=messages, seconds=with_poison),
    ]  # fmt: skip


class Poisoned(Reported):
    """The same on a topic of its own, of which some are broken."""

    topic: ClassVar[str] = "poisoned"
    type: ClassVar[str] = "poisoned.reported.v1"


def _with_poison(envelopes: Sequence[Envelope]) -> Iterator[Envelope]:
    """One of every thousand breaks its contract, and nothing comes behind it."""
    for number, envelope in enumerate(envelopes):
        broken = number % POISON_EVERY == POISON_EVERY // 2
        yield replace(envelope, body=b'{"loan_id": 1}') if broken else envelope


def _envelopes(messages: int, kind: type[Reported]) -> list[Envelope]:
    """A month of positions: each loan once."""
    events = [kind(loan_id=uuid4(), number=number) for number in range(messages)]
    return [
        Envelope(
            id=uuid7(),
            type=event.type,
            source=f"/zhidai/{event.topic}",
            time=NOW,
            subject=event.subject,
            key=event.key,
            institution=event.institution,
            body=event.model_dump_json().encode(),
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        for event in events
    ]


async def _forget(given: Parts) -> None:
    await given.owner.execute(
        "truncate inbox, positions, parked, heard_epochs, heard_counts, heard_offsets"
    )


async def record(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The handler."""
    events: list[Reported] = [one.event for one in received]
    await conn.execute(
        _RECORD,
        [event.loan_id for event in events],
        [event.number for event in events],
        [event.bank_code for event in events],
        [event.month for event in events],
        [event.balance for event in events],
    )


class Counted:
    """The consumer, stopped after so many messages."""

    def __init__(self, inner: Consumer, messages: int, stop: asyncio.Event) -> None:
        self._inner = inner
        self._left = messages
        self._stop = stop
        self.start = 0.0

    def understand(self, topic: str, batch: Sequence[Arrived]) -> Sequence[Work]:
        self.start = self.start or time.perf_counter()
        return self._inner.understand(topic, batch)

    async def deal_with(
        self, topic: str, work: Sequence[Work], batch: Sequence[Arrived], offsets: Mapping[int, int]
    ) -> None:
        await self._inner.deal_with(topic, work, batch, offsets)
        self._left -= len(work)
        if self._left <= 0:
            self._stop.set()

    async def offsets(self, topics: Collection[str]) -> Mapping[tuple[str, int], int]:
        return await self._inner.offsets(topics)

    async def gaps(self) -> Collection[tuple[str, int]]:
        return await self._inner.gaps()


async def _ours(given: Parts, kafka: KafkaTransport, messages: int, kind: type[Reported]) -> float:
    """Seconds from the first batch to the last offset."""
    await _forget(given)
    consumer = Consumer(given.database, {kind: record}, service="bench", now=lambda: NOW)
    stop = asyncio.Event()
    counted = Counted(consumer, messages, stop)
    await kafka.listen(f"ours-{uuid4()}", [kind.topic], counted, stop)
    start = counted.start
    seconds = time.perf_counter() - start
    applied, parked = await given.owner.fetchrow(
        "select (select count(*) from positions), (select count(*) from parked)"
    )
    assert (applied + parked, parked > 0) == (messages, kind is Poisoned)
    return seconds


async def _copied(given: Parts, envelopes: Sequence[Envelope]) -> float:
    """Seconds for the same rows by COPY, ready-made."""
    await _forget(given)
    events = [Reported.model_validate_json(one.body) for one in envelopes]
    rows = [
        ((one.id,), (event.loan_id, event.number, event.bank_code, event.month, event.balance))
        for one, event in zip(envelopes, events, strict=True)
    ]
    start = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        ids, positions = zip(*rows[first : first + BATCH], strict=True)
        async with given.database.begin(EVERYWHERE) as conn:
            await conn.copy_records_to_table("inbox", records=ids, columns=["event_id"])
            await conn.copy_records_to_table("positions", records=positions)
    return time.perf_counter() - start


async def _bare(given: Parts, messages: int) -> float:
    """The same with nothing around it."""
    await _forget(given)
    consumer = AIOKafkaConsumer(
        "bench",
        bootstrap_servers=given.servers,
        group_id=f"bare-{uuid4()}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4_000_000,
    )
    await consumer.start()
    done, start = 0, 0.0
    while done < messages:
        fetched = await consumer.getmany(timeout_ms=250, max_records=BATCH)
        if not fetched:
            continue
        start = start or time.perf_counter()
        records = [record for each in fetched.values() for record in each]
        ids = [UUID(dict(record.headers)["ce_id"].decode()) for record in records]
        events = [orjson.loads(record.value) for record in records]
        async with given.database.begin(EVERYWHERE) as conn:
            await conn.fetch(_INBOX, ids)
            await conn.execute(
                _RECORD,
                [UUID(event["loan_id"]) for event in events],
                [event["number"] for event in events],
                [event["bank_code"] for event in events],
                [event["month"] for event in events],
                [event["balance"] for event in events],
            )
        await consumer.commit({place: each[-1].offset + 1 for place, each in fetched.items()})
        done += len(records)
    await consumer.stop()
    return time.perf_counter() - start


if __name__ == "__main__":
    run(measure, __doc__ or "")
