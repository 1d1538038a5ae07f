"""The outbox says, the feed tells: each bank its own, in one dense order."""

from uuid import UUID

import asyncpg
import pytest

from shared.messaging import outbox
from shared.messaging.feed import read_feed
from shared.messaging.local import LocalTransport
from shared.messaging.runtime import messaging
from shared.observability.tracing import tracing
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, NOW, Counted, until

A = UUID(int=1)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def said(speaking: Database, *events: Counted) -> None:
    async with speaking.begin(EVERYWHERE) as conn:
        await outbox.append(conn, events, now=NOW)


async def publish_all(speaking: Database) -> None:
    """To nobody: what counts here is the feed."""

    async def empty() -> bool:
        async with speaking.begin(EVERYWHERE) as conn:
            return not await conn.fetchval("select exists (select from outbox)")

    async with messaging(
        speaking, LocalTransport(()), service="speaker", routes={}, now=lambda: NOW, pace=BRISK
    ):
        await until(empty, what="an empty outbox")


def of(bank: str, number: int) -> Counted:
    return Counted(loan_id=A, number=number, bank_code=bank)


@pytest.fixture
async def fed(speaking: Database) -> Database:
    await said(speaking, of("ICBC-TJ", 1), of("ABC-HN", 2), of("", 3), of("ICBC-TJ", 4))
    await publish_all(speaking)
    return speaking


async def positions(database: Database, eyes: str, **narrowed) -> list[int]:
    async with database.begin(eyes) as conn:
        return [e.position for e in await read_feed(conn, limit=100, **{"after": 0, **narrowed})]


async def test_a_bank_sees_its_own_events_only(fed: Database):
    assert await positions(fed, "ICBC-TJ") == [1, 4]
    assert await positions(fed, "ABC-HN") == [2]
    assert await positions(fed, EVERYWHERE) == [1, 2, 3, 4]


async def test_who_has_not_said_whose_eyes_it_has_sees_nothing(fed: Database):
    assert await positions(fed, "") == []
    stranger = await asyncpg.connect(fed.url)
    assert await read_feed(stranger, after=0, limit=100) == []
    await stranger.close()


async def test_a_bank_reads_neither_the_outbox_nor_adds_to_the_feed(speaking: Database):
    async with speaking.begin("ICBC-TJ") as conn:
        await outbox.append(conn, [of("ICBC-TJ", 1)], now=NOW)
        assert await conn.fetchval("select count(*) from outbox") == 0
    async with speaking.begin(EVERYWHERE) as conn:
        assert await conn.fetchval("select count(*) from outbox") == 1


async def test_reading_goes_on_after_a_position_and_staff_may_narrow_it(fed: Database):
    assert await positions(fed, EVERYWHERE, after=2) == [3, 4]
    assert await positions(fed, EVERYWHERE, institution="ICBC-TJ") == [1, 4]


async def test_positions_go_on_where_they_were(fed: Database):
    await said(fed, of("ICBC-TJ", 5), of("ICBC-TJ", 6))
    await publish_all(fed)

    assert await positions(fed, EVERYWHERE) == [1, 2, 3, 4, 5, 6]


async def test_the_feed_has_what_was_said_byte_for_byte(speaking: Database):
    with tracing(TRACE):
        await said(speaking, of("ICBC-TJ", 1))
    await publish_all(speaking)

    async with speaking.begin("ICBC-TJ") as conn:
        (event,) = await read_feed(conn, after=0, limit=10)

    assert Counted.model_validate_json(event.body) == of("ICBC-TJ", 1)
    assert (event.type, event.source, event.time) == ("sample.counted.v1", "/zhidai/samples", NOW)
    assert (event.key, event.subject, event.institution) == (str(A), str(A), "ICBC-TJ")
    assert event.traceparent[:36] == TRACE[:36]


async def test_every_column_that_becomes_a_header_is_never_null(speaking: Database):
    """Debezium's outbox router would send a header without a value, which some readers refuse."""
    async with speaking.begin(EVERYWHERE) as conn:
        nullable = await conn.fetch(
            "select column_name from information_schema.columns"
            " where table_name = 'outbox' and is_nullable = 'YES'"
        )
        await outbox.append(conn, [of("", 1)], now=NOW)
        row = await conn.fetchrow("select * from outbox")

    assert nullable == []
    assert row["ce_specversion"] == "1.0"
    assert row["content_type"] == "application/json"
    assert (row["aggregatetype"], row["aggregateid"]) == ("samples", str(A))


async def test_a_body_no_broker_would_take_is_refused_where_it_is_said(speaking: Database):
    huge = of("x" * 1_000_000, 1)

    with pytest.raises(ValueError, match="bytes"):
        await said(speaking, huge)


async def test_many_events_keep_the_order_in_which_they_were_handed_in(speaking: Database):
    await said(speaking, *(of("", number) for number in range(3000)))

    async with speaking.begin(EVERYWHERE) as conn:
        rows = await conn.fetch("select payload from outbox order by id")
    numbers = [Counted.model_validate_json(row["payload"]).number for row in rows]
    assert numbers == list(range(3000))
