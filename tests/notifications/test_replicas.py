"""Two replicas of a service over one database: whoever is asked, the answer is one service's."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.notifications.main import SERVICE
from shared.context import run_due
from shared.messaging.local import LocalTransport
from shared.postgres.database import EVERYWHERE
from shared.service import build
from tests.notifications.conftest import Notifier, until
from tests.notifications.samples import enveloped, one
from tests.notifications.test_inbox import next_item, opened, served, streaming
from tests.services import RunningService

CLOCK = "/sandbox/clock"
MARCH = datetime.fromisoformat("2031-03-31T09:00:00+08:00")


class Replica(Notifier):
    """A second process of a running service, but for the process."""

    def __init__(self, service: RunningService, bus: LocalTransport) -> None:
        super().__init__(service)
        self.bus = bus


@pytest.fixture
async def other(notifier: Notifier, issuer) -> AsyncIterator[Replica]:
    async with another(notifier, issuer) as replica:
        yield replica


@asynccontextmanager
async def another(notifier: Notifier, issuer) -> AsyncIterator[Replica]:
    bus = LocalTransport([SERVICE.name])
    app = build(SERVICE, notifier.service.context.settings, transport=bus)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bus.close)
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield Replica(RunningService(app, issuer, stack), bus)


async def moved(notifier: Notifier, to: datetime = MARCH):
    async with notifier.bureau("admin") as admin:
        return await admin.put(CLOCK, json={"now": to.isoformat()})


async def test_a_clock_that_one_replica_moves_is_moved_for_requests_jobs_and_events_of_another(
    notifier, other
):
    context = other.service.context
    seen = []

    async def due(running):
        seen.append(running.clock.now())

    # Three times: now and then a replica looks by itself, too.
    for minutes in (0, 5, 10):
        to = MARCH + timedelta(minutes=minutes)
        await moved(notifier, to)
        async with other.bureau("admin") as admin:
            read = datetime.fromisoformat((await admin.get(CLOCK)).json()["now"])
        assert to <= read < to + timedelta(minutes=1)

    await moved(notifier, MARCH + timedelta(days=1))
    await run_due([due], context)
    assert seen[0] >= MARCH + timedelta(days=1)

    await moved(notifier, MARCH + timedelta(days=2))
    event = enveloped(one("application.submitted.v1"))
    await until(other.bus.reachable)
    await other.bus.publish("applications", [event])
    async with other.database.begin(EVERYWHERE) as conn:
        told_at = await conn.fetchval("select min(created_at) from messages")
    assert told_at >= MARCH + timedelta(days=2)


async def test_a_move_whose_answer_was_lost_may_be_asked_of_another_replica(notifier, other):
    first = await moved(notifier)
    again = await moved(other)
    earlier = await moved(other, MARCH - timedelta(seconds=1))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["now"] >= first.json()["now"]
    assert (earlier.status_code, earlier.json()["code"]) == (409, "clock-only-forward")


async def test_a_stream_of_one_replica_hears_what_another_has_written(notifier, other):
    async with served(other) as (url, _), streaming(other, url) as lines:
        await opened(lines)
        await notifier.hears(one("claim.refused.v1"))

        _, item = await next_item(lines)
        assert item["event_type"] == "claim.refused.v1"


async def test_a_request_is_done_once_whichever_replica_is_asked_again(notifier, other):
    body = {"url": "http://127.0.0.1:9/hooks"}
    key = {"Idempotency-Key": str(uuid4())}
    answers = []
    for replica in (notifier, other):
        async with replica.operator() as clerk:
            answers.append(await clerk.post("/endpoints", json=body, headers=key))
    assert answers[0].json()["id"] == answers[1].json()["id"], answers
    async with other.operator() as clerk:
        assert len((await clerk.get("/endpoints")).json()["items"]) == 1
