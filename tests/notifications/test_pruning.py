"""What is old is thrown away, what still waits to be sent never is, and nothing else is touched."""

from datetime import UTC, datetime, timedelta

from uuid6 import uuid7

from services.notifications.delivery.pruning import prune
from services.notifications.tables.old import first_id_of
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import Receiver, listening, until
from tests.notifications.samples import one


async def _counts(notifier):
    async with notifier.database.begin(EVERYWHERE) as conn:
        return {
            table: await conn.fetchval(f"select count(*) from {table}")
            for table in ("messages", "deliveries", "attempts", "read_marks")
        }


async def test_attempts_go_first_then_whole_messages_but_never_what_waits(notifying, receiver):
    silent = Receiver(answers=[(500, {}, b"no")] * 50)
    async with notifying(retry_waits_seconds=(3600,)) as notifier, listening(silent):
        endpoint = await notifier.endpoint(receiver.url)
        await notifier.hears(*[one("claim.paid.v1") for _ in range(7)])
        await receiver.has(7)
        waits = await notifier.endpoint(silent.url)
        await notifier.hears(one("claim.approved.v1"))
        await silent.has(1)
        # The endpoint that answers has eight, the one that does not has one that waits.
        await receiver.has(8)
        delivered = {"receiver_id": endpoint["id"]}
        await notifier.delivery("delivered", event_type="claim.approved.v1", **delivered)
        # One that goes: the message that waits at the other endpoint keeps its mark.
        message = await notifier.delivery("delivered", event_type="claim.paid.v1", **delivered)
        async with notifier.operator() as person:
            await person.post(f"/inbox/{message['id']}/read")
        settings = notifier.service.context.settings
        now = datetime.now(UTC)

        async def at(days):
            await prune(notifier.database, settings, lambda: now + timedelta(days=days), at_once=3)
            return await _counts(notifier)

        before = {"messages": 16, "deliveries": 9, "attempts": 9, "read_marks": 1}

        async def all_written() -> bool:
            return await _counts(notifier) == before

        # An attempt is written after the receiver has it, and the last deliveries with it.
        await until(all_written)
        assert await at(settings.attempts_kept_days - 1) == before

        after = await at(settings.attempts_kept_days + 1)
        assert after == {**before, "attempts": 1}

        left = await at(settings.messages_kept_days + 1)
        assert left == {"messages": 1, "deliveries": 2, "attempts": 1, "read_marks": 0}
        still = await notifier.delivery("pending", receiver_id=waits["id"])
        assert still["event_type"] == "claim.approved.v1"


def test_the_first_id_of_a_moment_is_below_every_id_made_then_and_above_all_before():
    """By the moment that an id itself bears: ids go on where the clock is set back."""
    made = uuid7()
    moment = datetime.fromtimestamp((made.int >> 80) / 1000, UTC)
    assert first_id_of(moment).int <= made.int
    assert made.int < first_id_of(moment + timedelta(milliseconds=1)).int
