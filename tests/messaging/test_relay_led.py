"""Who leads the relay, and for how long events have waited, can be asked of any process; and a relay that
only numbers publishes nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from prometheus_client import REGISTRY

from shared.contracts.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.local import LocalTransport
from shared.messaging.relay import Relay
from shared.messaging.relay_lock import RelayDoes, led
from shared.messaging.told import epochs
from shared.postgres.database import EVERYWHERE, Database
from tests.messaging.samples import BRISK, NOW, Counted, until


class Recording(LocalTransport):
    """Keeps the numbers that were published."""

    def __init__(self) -> None:
        super().__init__(())
        self.published: list[int] = []

    async def publish(self, topic: str, batch: Sequence[Envelope]) -> None:
        self.published += [one.sequence for one in batch]


@asynccontextmanager
async def relaying(
    speaking: Database, transport: Recording, does: RelayDoes, *, service: str = "speaker"
) -> AsyncIterator[None]:
    relay = Relay(speaking, transport, service=service, does=does, pace=BRISK)
    task = asyncio.create_task(relay.run())
    yield
    relay.stop()
    await task


async def says(speaking: Database, *numbers: int) -> None:
    async with speaking.begin(EVERYWHERE) as conn:
        events = [Counted(loan_id=UUID(int=1), number=number) for number in numbers]
        await outbox.append(conn, events, now=NOW)


async def waiting(speaking: Database) -> int:
    async with speaking.looking(EVERYWHERE) as conn:
        return int(await conn.fetchval("select count(*) from outbox"))


async def is_led(speaking: Database) -> bool:
    async with speaking.looking(EVERYWHERE) as conn:
        return (await led(conn)).led


async def test_a_relay_that_only_numbers_fills_the_feed_and_publishes_nothing_until_it_may_again(
    speaking: Database,
):
    transport = Recording()

    async def all_gone() -> bool:
        return await waiting(speaking) == 0

    await says(speaking, 1, 2)
    async with relaying(speaking, transport, "numbers"):
        await until(all_gone, what="an empty outbox")
    assert transport.published == []
    await says(speaking, 3)
    async with relaying(speaking, transport, "publishes"):
        await until(all_gone, what="an empty outbox")

    assert transport.published == [3]
    async with speaking.looking(EVERYWHERE) as conn:
        fed = await conn.fetch("select position, epoch, specversion from event_feed order by 1")
        name = (await epochs(conn))[-1].name
    assert [tuple(row) for row in fed] == [(number, name, "1.0") for number in (1, 2, 3)]


async def test_where_nobody_leads_every_process_tells_how_long_events_have_waited(
    speaking: Database,
):
    transport = Recording()
    await says(speaking, 1)

    def depth() -> float | None:
        return REGISTRY.get_sample_value("zhidai_outbox_depth", {"service": "resting"})

    async def told() -> bool:
        return depth() == 1.0

    async with relaying(speaking, transport, "rests", service="resting"):
        await until(told, what="the outbox's depth, from one that does not lead")
        assert not await is_led(speaking)
        async with speaking.looking(EVERYWHERE) as conn:
            assert (await led(conn)).waits_seconds > 0
    assert transport.published == [] and await waiting(speaking) == 1

    async with relaying(speaking, transport, "publishes"):

        async def leads() -> bool:
            return await is_led(speaking)

        await until(leads, what="a relay")
        assert await is_led(speaking)
