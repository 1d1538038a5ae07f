"""What every transport must keep: the same tests against each of them.

`local` hands batches over in the process, `kafka` is the most real Kafka there is, `mock` is
librdkafka's mock cluster.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest
from confluent_kafka import Producer

from shared.contracts.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.counts import heard_of, told_by_month
from shared.messaging.feed import read_feed
from shared.messaging.kafka import KafkaTransport
from shared.messaging.local import LocalTransport
from shared.messaging.port import Transport
from shared.messaging.relay import Relay
from shared.messaging.replay import replay
from shared.messaging.runtime import messaging
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import (
    BRISK,
    NOW,
    QUICK,
    Counted,
    Listener,
    Noted,
    on_topic,
    until,
)

A, B, C = (UUID(int=n) for n in (1, 2, 3))

NewDatabase = Callable[[], Awaitable[Database]]


@dataclass
class Talk:
    """A service that says, a service that listens, and what carries between them."""

    topic: str
    speaker: Database
    listener: Listener
    transport: Transport
    ear: Transport

    async def say(self, *said: tuple[UUID, int]) -> None:
        """In one transaction."""
        async with self.speaker.begin(EVERYWHERE) as conn:
            await outbox.append(conn, self.events(*said), now=NOW)

    def events(self, *said: tuple[UUID, int]) -> list[Counted]:
        event = on_topic(Counted, self.topic)
        return [event(loan_id=loan, number=number) for loan, number in said]

    @asynccontextmanager
    async def relaying(self, transport: Transport | None = None) -> AsyncIterator[Relay]:
        async with messaging(
            self.speaker,
            transport or self.transport,
            service="speaker",
            routes={},
            now=lambda: NOW,
            pace=BRISK,
        ) as running:
            yield running.relay

    @asynccontextmanager
    async def listening(self, *, grace_seconds: float = 10.0) -> AsyncIterator[None]:
        async with messaging(
            self.listener.database,
            self.ear,
            service=f"listener-{self.topic}",
            routes=self.listener.routes(self.topic),
            now=lambda: NOW,
            patience=QUICK,
            pace=BRISK,
            grace_seconds=grace_seconds,
        ):
            yield

    async def hears(self, expected: dict[UUID, list[int]]) -> None:
        """Wait until exactly this has been written down, and nothing is left to send."""

        async def all_heard() -> bool:
            heard = await self.listener.effects()
            return sum(map(len, heard.values())) >= sum(map(len, expected.values()))

        await until(all_heard, what=f"{expected}")
        assert await self.listener.effects() == {str(k): v for k, v in expected.items()}

    async def has_parked(self, count: int) -> None:
        async def all_parked() -> bool:
            return len(await self.listener.parked()) >= count

        await until(all_parked, what=f"{count} parked")
        assert len(await self.listener.parked()) == count

    async def left_in_outbox(self) -> int:
        async with self.speaker.begin(EVERYWHERE) as conn:
            return await conn.fetchval("select count(*) from outbox")

    async def feed(self) -> list[tuple[int, str]]:
        async with self.speaker.begin(EVERYWHERE) as conn:
            return [(e.position, e.key) for e in await read_feed(conn, after=0, limit=10_000)]


@pytest.fixture(params=["local", "kafka", "mock"])
async def talk(request: pytest.FixtureRequest, database: NewDatabase) -> AsyncIterator[Talk]:
    """A topic of its own on each of the transports."""
    topic = f"samples-{uuid4().hex[:12]}"
    if request.param == "local":
        speaking = hearing = LocalTransport({f"listener-{topic}"})
    else:
        servers = request.getfixturevalue(f"{request.param}_servers")
        if request.param == "mock":
            # It has no controller to ask; it makes a topic when somebody looks for it.
            Producer({"bootstrap.servers": servers}).list_topics(topic, timeout=30)
        speaking = KafkaTransport(servers, client="speaker", partitions=3)
        hearing = KafkaTransport(servers, client="listener", partitions=3)
    yield Talk(topic, await database(), Listener(await database()), speaking, hearing)
    await speaking.close()
    await hearing.close()


async def test_what_is_said_is_heard_once_and_in_the_order_of_its_key(talk: Talk):
    async with talk.relaying(), talk.listening():
        await talk.say((A, 1), (B, 1), (A, 2))
        await talk.say((B, 2), (C, 1), (A, 3))

        await talk.hears({A: [1, 2, 3], B: [1, 2], C: [1]})

    assert await talk.listener.parked() == []


async def test_what_was_told_and_what_has_arrived_are_counted_alike(talk: Talk):
    async with talk.relaying(), talk.listening():
        await talk.say(*((loan, number) for number in range(40) for loan in (A, B, C)))
        await talk.hears({loan: [*range(40)] for loan in (A, B, C)})

        async with talk.speaker.begin(EVERYWHERE) as conn:
            told = await told_by_month(conn)
        async with talk.listener.database.begin(EVERYWHERE) as conn:
            heard = await heard_of(conn, talk.topic, "2026-03")

    assert {type_: count for (_, type_), count in told.items()} == {Counted.type: 120}
    assert heard == {Counted.type: 120}


async def test_what_was_said_while_nobody_relayed_or_listened_is_heard_later(talk: Talk):
    await talk.say(*((A, n) for n in range(120)))

    async with talk.relaying():
        await asyncio.sleep(0.05)
        await talk.say(*((B, n) for n in range(120)))
        async with talk.listening():
            await talk.hears({A: [*range(120)], B: [*range(120)]})


async def test_what_is_rolled_back_was_never_said(talk: Talk):
    async with talk.relaying(), talk.listening():
        with pytest.raises(RuntimeError):
            async with talk.speaker.begin(EVERYWHERE) as conn:
                await outbox.append(conn, talk.events((A, 1)), now=NOW)
                raise RuntimeError
        await talk.say((A, 2))

        await talk.hears({A: [2]})


async def test_a_transaction_that_commits_late_is_not_skipped(talk: Talk):
    async with talk.relaying(), talk.listening():
        async with talk.speaker.begin(EVERYWHERE) as conn:
            await outbox.append(conn, talk.events((A, 1)), now=NOW)
            for number in range(20):
                await talk.say((B, number))
            await talk.hears({B: [*range(20)]})

        await talk.hears({B: [*range(20)], A: [1]})

    assert [position for position, _ in await talk.feed()] == list(range(1, 22))


async def test_many_writers_at_once_keep_the_order_of_every_key(talk: Talk, postgres_url: str):
    random = Random(7)
    loans = [uuid4() for _ in range(4)]
    said: dict[UUID, list[int]] = {loan: [] for loan in loans}

    async def writer() -> None:
        for _ in range(15):
            chosen = sorted(random.sample(range(4), 2))
            async with talk.speaker.begin(EVERYWHERE) as conn:
                for place in chosen:
                    await conn.execute("select pg_advisory_xact_lock($1)", place)
                new = [(loans[place], len(said[loans[place]])) for place in chosen]
                for loan, number in new:
                    said[loan].append(number)
                await outbox.append(conn, talk.events(*new), now=NOW)
                await asyncio.sleep(random.random() * 0.02)

    async with talk.relaying(), talk.listening():
        await asyncio.gather(*(writer() for _ in range(4)))
        await talk.hears(said)

    assert await talk.listener.parked() == []
    assert await talk.left_in_outbox() == 0
    assert [position for position, _ in await talk.feed()] == list(range(1, 121))


class DiesAfterPublishing:
    """A transport that cuts the relay's connection once the batch is out, and before it is moved.

    What a crash at that line leaves behind: published, and still in the outbox.
    """

    def __init__(self, inner: Transport, speaker: Database, times: int) -> None:
        self._inner = inner
        self._speaker = speaker
        self.left = times
        self.make = inner.make
        self.emptied = inner.emptied

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        await self._inner.publish(topic, batch)
        if self.left:
            self.left -= 1
            await cut_relay(self._speaker)

    listen = close = None  # type: ignore[assignment]


async def cut_relay(speaker: Database) -> None:
    """End the connection that holds the relay's lock, as the role itself may."""
    async with speaker.begin(EVERYWHERE) as conn:
        await conn.execute(
            """
            select pg_terminate_backend(a.pid, 5000)
            from pg_stat_activity a join pg_locks l using (pid)
            where a.datname = current_database() and l.locktype = 'advisory' and l.granted
              and a.application_name = 'speaker-relay'
            """
        )


async def test_a_crash_between_publishing_and_deleting_repeats_and_loses_nothing(talk: Talk):
    dying = DiesAfterPublishing(talk.transport, talk.speaker, times=3)
    async with talk.listening(), talk.relaying(dying):
        await talk.say(*((A, n) for n in range(70)), *((B, n) for n in range(70)))

        await talk.hears({A: [*range(70)], B: [*range(70)]})

        async def moved() -> bool:
            return await talk.left_in_outbox() == 0

        await until(moved, what="an empty outbox")

    assert dying.left == 0
    assert await talk.listener.parked() == []
    assert [position for position, _ in await talk.feed()] == list(range(1, 141))


async def test_of_two_relays_one_is_active_and_the_other_takes_over(talk: Talk):
    async with talk.listening(), talk.relaying() as one, talk.relaying() as two:

        async def elected() -> bool:
            return one.active or two.active

        await until(elected, what="an active relay")
        await talk.say(*((A, n) for n in range(10)))
        await talk.hears({A: [*range(10)]})
        assert one.active != two.active

        first = one if one.active else two
        first.stop()
        await talk.say(*((A, n) for n in range(10, 20)))

        await talk.hears({A: [*range(20)]})
        assert (two if first is one else one).active


async def test_a_poison_event_is_parked_with_those_behind_it_and_other_keys_flow_on(talk: Talk):
    talk.listener.fails_on = {(str(A), 2)}
    async with talk.relaying(), talk.listening():
        await talk.say((A, 1), (A, 2), (B, 1), (A, 3), (B, 2))
        await talk.say((B, 3), (A, 4))

        await talk.hears({A: [1], B: [1, 2, 3]})
        await talk.has_parked(3)

    assert [reason for reason, _ in await talk.listener.parked()] == ["failed", "behind", "behind"]


async def test_after_the_fix_a_replay_applies_the_parked_ones_in_order_and_the_key_flows_again(
    talk: Talk,
):
    talk.listener.fails_on = {(str(A), 1)}
    async with talk.relaying(), talk.listening():
        await talk.say((A, 1), (A, 2), (A, 3))
        await talk.has_parked(3)
        talk.listener.fails_on = set()

        done = await replay(
            talk.listener.database,
            talk.listener.routes(talk.topic),
            by="operator",
            now=lambda: NOW,
        )

        assert (done.applied, done.stuck) == (3, ())
        await talk.say((A, 4))
        await talk.hears({A: [1, 2, 3, 4]})
    assert await talk.listener.parked() == []


async def test_broken_bytes_are_parked_and_other_keys_flow_on(talk: Talk):
    async with talk.relaying(), talk.listening():
        async with talk.speaker.begin(EVERYWHERE) as conn:
            await outbox.append(conn, talk.events((A, 1), (B, 1)), now=NOW)
            await conn.execute(
                "update outbox set payload = $1 where aggregateid = $2", b"\xff\x00{", str(A)
            )
        await talk.say((A, 2), (B, 2))

        await talk.hears({B: [1, 2]})
        await talk.has_parked(2)


async def test_a_passing_fault_parks_nothing(talk: Talk):
    async def cut(conn: asyncpg.Connection) -> None:
        if len(cuts) < 8:
            cuts.append(1)
            raise asyncpg.SerializationError("could not serialize access")

    cuts: list[int] = []
    talk.listener.before = cut
    async with talk.relaying(), talk.listening():
        await talk.say((A, 1), (A, 2))

        await talk.hears({A: [1, 2]})
    assert await talk.listener.parked() == []


async def test_a_listener_that_went_away_hears_what_it_missed(talk: Talk):
    async with talk.relaying():
        async with talk.listening():
            await talk.say((A, 1))
            await talk.hears({A: [1]})
        await talk.say((A, 2), (A, 3))

        async with talk.listening():
            await talk.hears({A: [1, 2, 3]})


async def test_a_listener_that_dies_in_the_middle_of_a_batch_hears_it_again(talk: Talk):
    async def dies(_: asyncpg.Connection) -> None:
        in_hand.set()
        await asyncio.sleep(3600)

    in_hand = asyncio.Event()
    talk.listener.before = dies
    async with talk.relaying():
        async with talk.listening(grace_seconds=0.01):
            await talk.say((A, 1), (A, 2), (B, 1))
            await in_hand.wait()
        assert await talk.listener.effects() == {}
        talk.listener.before = None

        async with talk.listening():
            await talk.hears({A: [1, 2], B: [1]})


async def test_types_of_one_key_keep_their_order(talk: Talk):
    counted, noted = on_topic(Counted, talk.topic), on_topic(Noted, talk.topic)
    async with talk.relaying(), talk.listening():
        async with talk.speaker.begin(EVERYWHERE) as conn:
            events = [
                (counted if number % 3 else noted)(loan_id=loan, number=number)
                for number in range(30)
                for loan in (A, B)
            ]
            await outbox.append(conn, events, now=NOW)

        await talk.hears({A: [*range(30)], B: [*range(30)]})
