"""A worker that dies with something in hand: it is sent again, under the same id."""

import asyncio
from datetime import UTC, datetime, timedelta

from services.notifications.delivery import worker as workers
from services.notifications.delivery.background import worker_of
from services.notifications.domain.receivers import WEBHOOK
from services.notifications.settings import NotificationsSettings
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import Receiver, listening, until
from tests.notifications.samples import one

A_LONG_TIME = 3600


def worker(notifier, **changes):
    """Another worker of webhooks, as a second process would have one."""
    settings = notifier.service.context.settings.model_copy(update=changes)
    return worker_of(WEBHOOK, notifier.database, settings, grace_seconds=5)


async def one_due(notifier, receiver):
    """A delivery that is due, while the service's own worker sleeps: the endpoint is paused."""
    endpoint = await notifier.endpoint(receiver.url)
    async with notifier.operator() as person:
        await person.patch(
            f"/endpoints/{endpoint['id']}", json={"state": "paused"}, headers={"If-Match": "*"}
        )
    await notifier.hears(one("claim.paid.v1"))
    return endpoint


async def wake_up(conn):
    await conn.execute("update receivers set state = 'active'")


async def test_a_crash_between_sending_and_writing_down_sends_the_same_id_again(
    notifying, receiver
):
    async with notifying(lease_seconds=A_LONG_TIME) as notifier:
        endpoint = await one_due(notifier, receiver)
        dying = worker(notifier, lease_seconds=0.5)
        now = datetime.now(UTC)
        async with notifier.database.begin(EVERYWHERE) as conn:
            await wake_up(conn)
            (delivery,) = await dying.claim(conn, now=now)
        result = await dying.send(delivery, now=now)
        await dying.close()
        assert result.status == 204
        # It dies here. Nobody has written down that it was sent; the lease runs out.

        message = await notifier.delivery("delivered")

        assert [got.headers["webhook-id"] for got in receiver.got] == [message["webhook_id"]] * 2
        assert len(receiver.verified(endpoint["secret"])) == 2
        async with notifier.operator() as person:
            log = (await person.get(f"/messages/{message['id']}/attempts")).json()["items"]
        # The lost attempt is a gap in the numbers.
        assert [attempt["number"] for attempt in log] == [2]


async def test_while_a_lease_runs_nobody_else_sends(notifying, receiver):
    async with notifying(lease_seconds=A_LONG_TIME) as notifier:
        await one_due(notifier, receiver)
        holder, other = worker(notifier), worker(notifier)
        now = datetime.now(UTC)
        async with notifier.database.begin(EVERYWHERE) as conn:
            await wake_up(conn)
            held = await holder.claim(conn, now=now)
        async with notifier.database.begin(EVERYWHERE) as conn:
            left = await other.claim(conn, now=now)

        assert (len(held), len(left)) == (1, 0)


async def test_what_takes_longer_than_its_lease_is_held_on_to_and_sent_once(notifying):
    receiver = Receiver(hangs=True)
    async with listening(receiver), notifying(lease_seconds=0.3) as notifier:
        stopping = asyncio.Event()
        other = asyncio.create_task(worker(notifier).run(stopping))
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)

        async def ends():
            async with notifier.database.looking(EVERYWHERE) as conn:
                return await conn.fetchval("select next_attempt_at from deliveries")

        first = await ends()

        async def has_gone_on():
            return await ends() - first > timedelta(seconds=1)

        await until(has_gone_on)
        receiver.let_go.set()

        message = await notifier.delivery("delivered")
        stopping.set()
        await other
        assert message["deliveries"][0]["attempts"] == len(receiver.got) == 1


async def test_whose_clock_is_ahead_takes_nothing_out_of_anothers_hands(
    notifying, receiver, monkeypatch
):
    async with notifying(lease_seconds=A_LONG_TIME) as notifier:
        await one_due(notifier, receiver)
        holder, other = worker(notifier), worker(notifier)
        async with notifier.database.begin(EVERYWHERE) as conn:
            await wake_up(conn)
            held = await holder.claim(conn, now=datetime.now(UTC))

        class Ahead(datetime):
            @classmethod
            def now(cls, tz=None):
                return super().now(tz) + timedelta(days=1)

        monkeypatch.setattr(workers, "datetime", Ahead)
        took = await other._turn(claim=True)

        assert (len(held), took) == (1, False)


def test_what_a_dead_process_had_in_hand_is_taken_over_within_ten_seconds():
    usual = NotificationsSettings.model_fields
    assert usual["lease_seconds"].default + usual["poll_seconds"].default <= 10


async def test_two_workers_at_once_send_everything_and_nothing_twice(notifier, receiver):
    await notifier.endpoint(receiver.url)
    stopping = asyncio.Event()
    second = asyncio.create_task(worker(notifier).run(stopping))

    await notifier.hears(*[one("claim.paid.v1") for _ in range(200)])

    await receiver.has(200)
    stopping.set()
    await second
    ids = [got.headers["webhook-id"] for got in receiver.got]
    assert len(ids) == len(set(ids)) == 200


async def test_a_stop_finishes_what_is_in_hand_and_writes_it_down(notifying):
    receiver = Receiver(hangs=True)
    async with listening(receiver), notifying() as notifier:
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)

        notifier.service.context.stopping.set()
        await asyncio.sleep(0.05)
        receiver.let_go.set()

        await notifier.delivery("delivered")


async def test_a_database_that_goes_away_for_a_moment_costs_no_outcome(notifying, postgres_url):
    receiver = Receiver(hangs=True)
    async with notifying() as notifier, listening(receiver):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)

        async def cut():
            async with notifier.database.connection() as conn:
                name = await conn.fetchval("select current_database()")
            import asyncpg

            server = await asyncpg.connect(postgres_url)
            await server.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name
            )
            await server.close()

        await cut()
        receiver.let_go.set()

        async def delivered():
            try:
                return await notifier.delivery("delivered")
            except AssertionError:
                return None  # The API itself may meet a connection that was cut.

        await until(delivered)
        assert len(receiver.got) == 1


async def test_a_secret_that_cannot_be_opened_stops_its_own_endpoint_only(notifier, receiver):
    broken = await notifier.endpoint(receiver.url + "/broken")
    async with notifier.database.begin(EVERYWHERE) as conn:
        await conn.execute("update endpoint_secrets set encrypted = 'nonsense'")
    good = await notifier.endpoint(receiver.url)

    await notifier.hears(one("claim.paid.v1"))

    await notifier.delivery("delivered", receiver_id=good["id"])
    failed = await notifier.delivery("failed", receiver_id=broken["id"])
    errors = {one["last_error"] for one in failed["deliveries"] if one["state"] == "failed"}
    assert errors == {"the signing secret cannot be opened; rotate it"}
    assert len(receiver.got) == 1


async def test_what_cannot_even_be_put_together_is_given_up_and_seen(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    async with notifier.operator() as person:
        await person.patch(
            f"/endpoints/{endpoint['id']}", json={"state": "paused"}, headers={"If-Match": "*"}
        )
    await notifier.hears(one("claim.paid.v1"))
    async with notifier.database.begin(EVERYWHERE) as conn:
        # A row that only a mistake of ours could have written: no text that could be signed.
        await conn.execute(r"update messages set payload = '\xff'")
        await wake_up(conn)

    message = await notifier.delivery("failed")

    assert message["deliveries"][0]["attempts"] == 4
    assert message["deliveries"][0]["last_error"] == "it could not be sent: UnicodeDecodeError"
    assert receiver.got == []
