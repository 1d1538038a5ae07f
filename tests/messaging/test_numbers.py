"""Every event has a number before it is published, and who listens knows which have not come."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID, uuid4

import pytest

from shared.contracts.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.event_ids import because_of
from shared.messaging.heard import Heard, how_far
from shared.messaging.kafka import KafkaTransport
from shared.messaging.local import LocalTransport
from shared.messaging.reconciling import hear_again
from shared.messaging.runtime import messaging
from shared.messaging.told import ask_again, epochs, know_itself, mark_restored
from shared.messaging.wire import headers_of, read
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import (
    BRISK,
    NOW,
    QUICK,
    Counted,
    Listener,
    Unheard,
    envelope,
    on_topic,
    until,
)

A, B = UUID(int=1), UUID(int=2)
OLDER_MOVE = """
with published as (delete from outbox returning *)
insert into event_feed (position, event_id, topic, key, type, body, source, occurred_at, subject,
                        traceparent, institution)
select (select coalesce(max(position), 0) from event_feed) + row_number() over (order by id),
       event_id, aggregatetype, aggregateid, type, payload, ce_source, ce_time, ce_subject,
       traceparent, institution
from published
"""
"""How a relay moved events before they had numbers."""
OLD, NEW = f"0-{A.hex}", f"6-{B.hex}"


class Recording(LocalTransport):
    """Keeps what was published; fails after the first batch, as if nobody had acknowledged it."""

    def __init__(self) -> None:
        super().__init__(())
        self.batches: list[list[tuple[int, UUID]]] = []

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        self.batches.append([(one.sequence, one.id) for one in batch])
        if len(self.batches) == 1:
            raise ConnectionResetError("before the acknowledgement")


async def say(speaker: Database, *numbers: int, topic: str = "samples") -> None:
    async with speaker.begin(EVERYWHERE) as conn:
        event = on_topic(Counted, topic)
        events = [event(loan_id=A, number=number) for number in numbers]
        await outbox.append(conn, events, now=NOW)


async def left(speaker: Database) -> int:
    async with speaker.begin(EVERYWHERE) as conn:
        return int(await conn.fetchval("select count(*) from outbox"))


async def test_what_is_published_again_after_a_crash_has_the_numbers_it_had(speaking: Database):
    transport = Recording()
    async with speaking.begin(EVERYWHERE) as late:
        await outbox.append(late, [Counted(loan_id=B, number=0)], now=NOW)
        # It has the lower id in the outbox and commits after the other was published.
        await say(speaking, 1, 2)

        async def tried() -> bool:
            return len(transport.batches) >= 2

        async with messaging(
            speaking, transport, service="speaker", routes={}, now=lambda: NOW, pace=BRISK
        ):
            await until(tried, what="the batch once more")
    async with messaging(
        speaking, transport, service="speaker", routes={}, now=lambda: NOW, pace=BRISK
    ):

        async def all_gone() -> bool:
            return await left(speaking) == 0

        await until(all_gone, what="an empty outbox")

    first, again, last = transport.batches
    assert first == again
    assert [number for number, _ in first] == [1, 2] and [number for number, _ in last] == [3]
    async with speaking.begin(EVERYWHERE) as conn:
        feed = await conn.fetch("select position, event_id from event_feed order by position")
        assert (await epochs(conn))[-1].last == 3
        assert await conn.fetchval("select count(*) from told_batches") == 0
    assert [tuple(row) for row in feed] == [*first, *last]


async def test_numbers_go_on_after_what_a_version_without_them_has_moved_meanwhile(
    speaking: Database,
):
    async def told() -> list[int]:
        async with messaging(
            speaking, LocalTransport(()), service="speaker", routes={}, now=lambda: NOW, pace=BRISK
        ):

            async def all_gone() -> bool:
                return await left(speaking) == 0

            await until(all_gone, what="an empty outbox")
        async with speaking.begin(EVERYWHERE) as conn:
            rows = await conn.fetch("select position from event_feed order by position")
            assert await conn.fetchval("select count(*) from told_batches") == 0
        return [row[0] for row in rows]

    await say(speaking, 1, 2)
    before = await told()
    await say(speaking, 3)
    async with speaking.begin(EVERYWHERE) as conn:
        # A batch was numbered; then the older relay led, and moved it as it always has.
        await conn.execute("insert into told_batches select 2, array_agg(id) from outbox")
        await conn.execute(OLDER_MOVE)
    await say(speaking, 4)

    assert (before, await told()) == ([1, 2], [1, 2, 3, 4])


async def notes(listener: Listener, epoch: str, *numbers: int) -> Heard:
    batch = [numbered(Unheard(loan_id=A), number, epoch) for number in numbers]
    await listener.consumer().note("samples", batch, {0: max(numbers)})
    async with listener.database.begin(EVERYWHERE) as conn:
        (found,) = await how_far(conn)
    return found


def numbered(event: Counted | Unheard, number: int, epoch: str) -> Envelope:
    """As it arrives over the wire with its number."""
    plain = envelope(event)
    told = Envelope(
        **{
            name: getattr(plain, name)
            for name in Envelope.__slots__
            if name not in ("sequence", "epoch")
        },
        sequence=number,
        epoch=epoch,
    )
    arrived = read(
        place="samples/0/0", key=told.key.encode(), headers=headers_of(told), body=told.body
    )
    assert isinstance(arrived, Envelope) and arrived == told
    return arrived


async def test_numbers_that_have_not_come_are_missing_until_they_come(listener: Listener):
    heard = await notes(listener, OLD, 2, 1, 6, 5)
    assert (heard.until, heard.missing, heard.missing_until, heard.highest) == (2, 2, 4, 6)
    assert heard.waits_since is not None and not heard.is_gap, "another partition may bring them"
    async with listener.database.begin(EVERYWHERE) as conn:
        await conn.execute("update heard_epochs set waits_since = now() - interval '31 seconds'")
        assert (await how_far(conn))[0].is_gap

    heard = await notes(listener, OLD, 4, 9)
    assert (heard.until, heard.missing, heard.missing_until) == (2, 3, 8)
    heard = await notes(listener, OLD, 3, 7, 8, 4)
    assert (heard.until, heard.missing, heard.waits_since, heard.gone_back) == (9, 0, None, 0)
    async with listener.database.begin(EVERYWHERE) as conn:
        assert await conn.fetchval("select next from heard_offsets") == 8


async def test_a_batch_is_noted_in_its_own_transaction_and_behind_it_where_a_part_of_it_is_parked(
    listener: Listener,
):
    consumer = listener.consumer()

    async def dealt_with(*numbers: int) -> tuple[int, bool]:
        """The offset to read next, and whether it was written with the last effect."""
        events = [Counted(loan_id=UUID(int=number), number=number) for number in numbers]
        batch = [numbered(event, event.number, OLD) for event in events]
        work = consumer.understand("samples", batch)
        await consumer.deal_with("samples", work, batch, {0: max(numbers) + 1})
        async with listener.database.begin(EVERYWHERE) as conn:
            row = await conn.fetchrow(
                "select next, xmin = (select xmin from effects order by id desc limit 1)"
                " from heard_offsets"
            )
        return tuple(row)

    assert await dealt_with(1, 2, 3) == (4, True)
    listener.fails_on.add((str(UUID(int=5)), 5))
    assert await dealt_with(4, 5, 6) == (7, False)

    assert len(await listener.parked()) == 1 and len(await listener.effects()) == 5
    async with listener.database.begin(EVERYWHERE) as conn:
        (heard,) = await how_far(conn)
    assert (heard.until, heard.missing) == (6, 0)


async def test_a_producer_that_has_gone_back_is_recognised_by_its_epoch(listener: Listener):
    await notes(listener, OLD, *range(1, 11))

    heard = await notes(listener, NEW, 7)
    assert (heard.epoch, heard.until, heard.missing, heard.gone_back) == (NEW, 7, 0, 4)


async def test_a_listener_that_misses_the_end_of_an_epoch_misses_it_in_the_next(listener: Listener):
    await notes(listener, OLD, 1, 2, 4)

    heard = await notes(listener, NEW, 7)
    assert (heard.until, heard.missing, heard.gone_back) == (2, 3, 0)
    # The old numbers come after all, from a topic that is read again.
    heard = await notes(listener, OLD, 3, 5, 6)
    assert (heard.epoch, heard.until, heard.missing) == (NEW, 7, 0)


async def test_headers_that_are_no_numbers_of_ours_are_passed_over():
    plain = headers_of(envelope(Counted(loan_id=A, number=1)))
    for sequence, epoch in ((b"x", b"0-" + A.hex.encode()), (b"7", b"9-" + A.hex.encode()),
                            (b"7", b"\xff"), (b"7", b"-1-0"), (b"9" * 30, b"0-" + A.hex.encode())):  # fmt: skip
        headers = [*plain, ("ce_sequence", sequence), ("ce_epoch", epoch)]
        arrived = read(place="samples/0/0", key=b"k", headers=headers, body=b"{}")
        assert (arrived.sequence, arrived.epoch) == (0, "")


async def test_a_database_that_is_a_copy_begins_an_epoch_and_numbers_anew_what_was_on_its_way(
    speaking: Database,
):
    async with speaking.begin(EVERYWHERE) as conn:
        first = await know_itself(conn, now=NOW)
        assert await know_itself(conn, now=NOW) == first
        await conn.execute("update told_epochs set last = 12")
        await conn.execute("insert into told_batches values (10, '{1,2}')")
        # As it comes out of a dump in another place.
        await conn.execute("update told_epochs set place = 'elsewhere/1'")
        second = await know_itself(conn, now=NOW)
        await mark_restored(conn, lost_at=NOW)
        third = await know_itself(conn, now=NOW)

    assert (second.began_after, second.last, third.began_after) == (10, 10, 10)
    assert len({first.id, second.id, third.id}) == 3 and third.began_at == NOW


async def test_what_a_listener_has_not_heard_is_handed_to_it_out_of_the_feed(
    speaking: Database, listener: Listener
):
    await say(speaking, 1, 2)
    # What concerns nobody here has a number, too, and is not missing afterwards.
    async with speaking.begin(EVERYWHERE) as conn:
        await outbox.append(conn, [Unheard(loan_id=A)], now=NOW)
    await say(speaking, 3)
    nobody = LocalTransport(())
    common = {"now": lambda: NOW, "pace": BRISK, "patience": QUICK}

    async def all_gone() -> bool:
        return await left(speaking) == 0

    async with messaging(speaking, nobody, service="speaker", routes={}, **common):
        await until(all_gone, what="an empty outbox")

    async def again() -> int:
        async with speaking.looking(EVERYWHERE) as producer:
            return await hear_again(
                producer, listener.database, listener.routes(),
                service="listener", topic="samples", now=lambda: NOW,
            )  # fmt: skip

    assert (await again(), await again()) == (3, 0)
    assert await listener.effects() == {str(A): [1, 2, 3]}
    async with listener.database.begin(EVERYWHERE) as conn:
        assert [(one.until, one.missing) for one in await how_far(conn)] == [(4, 0)]


async def test_the_feed_is_published_again_on_demand_and_known_events_are_passed_over(
    speaking: Database, listener: Listener
):
    await say(speaking, 1, 2, 3)
    common = {"now": lambda: NOW, "pace": BRISK, "patience": QUICK}

    async def all_gone() -> bool:
        return await left(speaking) == 0

    async with messaging(speaking, LocalTransport(()), service="speaker", routes={}, **common):
        await until(all_gone, what="an empty outbox")
    async with speaking.begin(EVERYWHERE) as conn:
        assert await ask_again(conn, first=1, until=None, by="chen") == 3
        assert await ask_again(conn, first=2, until=9, by="chen") == 2
        with pytest.raises(ValueError, match="ends at 3"):
            await ask_again(conn, first=4, until=None, by="chen")

    async def done() -> bool:
        async with speaking.begin(EVERYWHERE) as conn:
            return not await conn.fetchval("select count(*) from told_again")

    transport = LocalTransport({"listener"})
    async with (
        messaging(speaking, transport, service="speaker", routes={}, **common),
        messaging(
            listener.database, transport, service="listener", routes=listener.routes(), **common
        ),
    ):
        await until(done, what="published again")
    assert await listener.effects() == {str(A): [1, 2, 3]}


async def test_a_listener_that_was_restored_reads_again_whatever_its_group_has_committed(
    database: Callable[[], Awaitable[Database]], kafka_servers: str
):
    topic = f"samples-{uuid4().hex[:12]}"
    speaker, listener = await database(), Listener(await database())
    speaking = KafkaTransport(kafka_servers, client="speaker", partitions=3)
    hearing = KafkaTransport(kafka_servers, client="listener", partitions=3)
    common = {"now": lambda: NOW, "pace": BRISK, "patience": QUICK}

    async def hears(*numbers: int) -> None:
        async def so() -> bool:
            return await listener.effects() == {str(A): [*numbers]}

        async with messaging(
            listener.database, hearing, service=f"listener-{topic}", routes=listener.routes(topic),
            **common,
        ):  # fmt: skip
            # A group that lost a member is given to the next one after its session has ended.
            await until(so, what=f"{numbers}", seconds=150)

    async with messaging(speaker, speaking, service="speaker", routes={}, **common):
        await say(speaker, 1, 2, topic=topic)
        await hears(1, 2)
        # An older copy of its database: from before it had heard anything.
        async with listener.database.begin(EVERYWHERE) as conn:
            for table in ("effects", "inbox", "heard_epochs", "heard_offsets", "heard_counts"):
                await conn.execute(f"delete from {table}")
        await say(speaker, 3, topic=topic)
        await hears(1, 2, 3)
    async with listener.database.begin(EVERYWHERE) as conn:
        assert [(one.until, one.missing) for one in await how_far(conn)] == [(3, 0)]
    await speaking.close()
    await hearing.close()


async def test_what_follows_from_an_event_has_the_same_id_however_often_it_is_said(
    speaking: Database,
):
    async def said() -> list[UUID]:
        async with speaking.begin(EVERYWHERE) as conn:
            with because_of({str(A): UUID(int=77)}):
                for number in (1, 2):
                    await outbox.append(conn, [Counted(loan_id=A, number=number)], now=NOW)
            rows = await conn.fetch("delete from outbox returning event_id, id")
        return [row["event_id"] for row in sorted(rows, key=lambda row: row["id"])]

    first, again = await said(), await said()
    assert first == again and len(set(first)) == 2
    assert {one.version for one in first} == {8}
    with because_of({str(A): UUID(int=77), str(B): UUID(int=78)}):
        assert outbox.new_id(Counted(loan_id=UUID(int=9), number=1)).version == 7
