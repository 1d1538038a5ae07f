"""A topic that somebody deletes while services work: the feed is the record, the broker's log is not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from confluent_kafka.admin import AdminClient

from shared.messaging import heard, kafka_places
from shared.postgres.database import EVERYWHERE, Database
from tests.depth import WHOLE
from tests.kafka.test_faults import flow_on


async def deleted(servers: str, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": servers})
    await asyncio.to_thread(admin.delete_topics([topic])[topic].result, 30)


async def test_a_listener_that_went_on_in_the_middle_reads_again_where_something_is_missing(
    kafka_servers: str,
    database: Callable[[], Awaitable[Database]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(heard, "GAP_SECONDS", 0.5)
    monkeypatch.setattr(kafka_places, "LOOK_FOR_GAPS_SECONDS", 0.1)
    flow = await flow_on(kafka_servers, database)
    async with flow.relaying():
        await flow.speak(2)
        async with flow.listening():
            await flow.everything_is_heard_once_and_in_order()
        await flow.speak(2)
        await flow.all_is_published()
        # As where the topic was made anew: what is to be read lies before the place that is remembered.
        async with flow.listener.database.begin(EVERYWHERE) as conn:
            await conn.execute("update heard_offsets set next = next + 3")

        async with flow.listening():
            await flow.everything_is_heard_once()


@pytest.mark.skipif(not WHOLE, reason="half a minute of waiting; `make proof`")
async def test_a_topic_that_is_deleted_is_made_again_and_holds_what_it_held(
    kafka_servers: str, database: Callable[[], Awaitable[Database]]
):
    flow = await flow_on(kafka_servers, database)
    async with flow.relaying():
        # Nobody hears this before it is gone.
        await flow.speak(5)
        await flow.all_is_published()
        await deleted(kafka_servers, flow.topic)
        await flow.speak(5)

        async with flow.listening():
            await flow.everything_is_heard_once_and_in_order()
            await deleted(kafka_servers, flow.topic)
            await flow.speak(5)

            # Who listens meanwhile goes on in the middle, and turns back where something is missing.
            await flow.everything_is_heard_once()
