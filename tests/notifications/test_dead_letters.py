"""What was given up is worked off: listed, filtered, sent again many at a time; retried before its time."""

from datetime import UTC, datetime, timedelta

from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import Receiver, listening, until
from tests.notifications.samples import OTHER_BANK, one


async def listed(person, **asked):
    answer = await person.get("/deliveries", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_dead_letters_are_listed_and_many_sent_again_by_their_own_keepers_alone(notifying):
    broken = Receiver(answers=[(503, {}, b"no")] * 3)
    async with (
        notifying(retry_waits_seconds=(0.01,), webhook_at_once=1) as notifier,
        listening(broken),
        listening(Receiver()) as works,
        notifier.operator() as person,
        notifier.operator(OTHER_BANK) as other,
    ):
        endpoint = await notifier.endpoint(broken.url, event_types=["claim.paid.v1"])
        await notifier.endpoint(works.url)
        await notifier.hears(one("claim.paid.v1"), one("loan.repaid.v1"))

        async def given_up():
            return await listed(person, state="failed")

        (failed,) = await until(given_up)
        assert (failed["event_type"], failed["last_error"]) == ("claim.paid.v1", "HTTP 503")
        assert (failed["channel"], failed["address"]) == ("webhook", broken.url)
        assert len(await listed(person, event_type="claim.paid.v1", channel="webhook")) == 2
        assert len(await listed(person, receiver_id=endpoint["id"])) == 1
        assert await listed(other) == [] and await listed(person, channel="email") == []

        arrived = (await listed(person, state="delivered"))[0]
        both = {"deliveries": [failed["id"], arrived["id"]]}
        assert (await other.post("/deliveries/send-now", json=both)).json() == {"deliveries": 0}
        assert (await person.post("/deliveries/send-now", json=both)).json() == {"deliveries": 2}
        # It fails once more, and then takes it: the same message under the same id.
        got = await broken.has(4)
        await works.has(3)
        wrong = await person.post("/deliveries/send-now", json={"deliveries": []})
    assert len({one.headers["webhook-id"] for one in got}) == 1
    assert wrong.status_code == 422


async def test_what_waits_is_tried_now_and_what_is_in_hand_is_left_alone(notifying):
    receiver = Receiver(answers=[(503, {}, b"no")])
    async with (
        notifying(retry_waits_seconds=(86_400,)) as notifier,
        listening(receiver),
        notifier.operator() as person,
    ):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        async def waits():
            return [one for one in await listed(person, state="pending") if one["last_error"]]

        (waiting,) = await until(waits)
        receiver.hangs = True
        now = {"deliveries": [waiting["id"]]}
        assert (await person.post("/deliveries/send-now", json=now)).json() == {"deliveries": 1}
        await receiver.has(2)
        assert (await person.post("/deliveries/send-now", json=now)).json() == {"deliveries": 0}
        receiver.let_go.set()
        await notifier.delivery("delivered")
    assert len(receiver.got) == 2


async def test_a_failure_that_lasts_is_told_before_anything_is_given_up(notifying):
    receiver = Receiver(answers=[(500, {}, b"no")] * 3)
    async with (
        notifying(retry_waits_seconds=(86_400,)) as notifier,
        listening(receiver),
        notifier.operator() as person,
    ):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)

        async def told():
            items = (await person.get("/inbox")).json()["items"]
            return [one for one in items if one["event_type"] == "webhook.failing.v1"]

        async def noted():
            async with notifier.database.begin(EVERYWHERE) as conn:
                return (
                    await conn.execute(
                        "update receivers set failing_since = $1 where failing_since is not null",
                        datetime.now(UTC) - timedelta(hours=2),
                    )
                    == "UPDATE 1"
                )

        await until(noted)
        assert await told() == []
        await notifier.hears(one("claim.paid.v1"))
        await until(told)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(3)
        assert len(await told()) == 1
        assert await listed(person, state="failed") == []
