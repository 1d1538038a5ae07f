"""Webhooks over real HTTP: signed, retried, given up, sent again; nobody waits for a slow one."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from services.notifications.domain.notices import NOTICES
from shared.contracts.redaction import fields_for_banks
from tests.notifications.conftest import Receiver, listening, until
from tests.notifications.samples import BANK, OTHER_BANK, events, one

FOR_BANKS = {name for name in NOTICES if fields_for_banks(name)}


async def test_a_webhook_is_what_the_library_verifies(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)

    (envelope,) = await notifier.hears(one("application.returned.v1"))

    (got,) = await receiver.has(1)
    (told,) = receiver.verified(endpoint["secret"])
    assert told["type"] == "application.returned.v1"
    assert told["event_id"] == str(envelope.id)
    assert [reason["code"] for reason in told["data"]["reasons"]] == [
        "valuation-too-old",
        "document-missing",
    ]
    message = await notifier.delivery("delivered")
    assert got.headers["webhook-id"] == message["webhook_id"]


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(notifier):
    receiver = Receiver(answers=[(500, {}, b"out of order"), (503, {}, b"")])
    async with listening(receiver):
        endpoint = await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("delivered")

        assert len(receiver.got) == 3
        assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
        assert len(receiver.verified(endpoint["secret"])) == 3
        async with notifier.operator() as person:
            log = (await person.get(f"/messages/{message['id']}/attempts")).json()["items"]
        assert [(one["number"], one["status"], one["answer"]) for one in reversed(log)] == [
            (1, 500, "out of order"),
            (2, 503, ""),
            (3, 204, ""),
        ]


async def test_after_the_last_attempt_it_is_given_up_and_everybody_can_see_it(notifier):
    receiver = Receiver(answers=[(500, {}, b"no")] * 4)
    async with listening(receiver):
        endpoint = await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")

        (delivery,) = message["deliveries"]
        assert delivery["attempts"] == 4
        assert delivery["last_error"] == "HTTP 500"
        async with notifier.operator() as person:
            shown = (await person.get(f"/endpoints/{endpoint['id']}")).json()

            async def said():
                feed = (await person.get("/events")).json()["items"]
                return [e for e in feed if e["type"] == "notification.failed.v1"]

            (event,) = await until(said)
        assert shown["failing_since"] is not None
        assert event["data"]["attempts"] == 4
        assert event["data"]["message_id"] == message["id"]


async def test_people_are_told_once_that_their_endpoint_does_not_work(notifying):
    receiver = Receiver(answers=[(500, {}, b"no")] * 12)
    async with notifying(webhook_at_once=1) as notifier, listening(receiver):
        await notifier.endpoint(receiver.url)
        await notifier.hears(*[one("claim.paid.v1") for _ in range(3)])

        async def told():
            async with notifier.operator() as person:
                wanted = {"event_type": "webhook.failing.v1"}
                items = (await person.get("/inbox", params=wanted)).json()["items"]
                failed = (await person.get("/messages", params={"state": "failed"})).json()
            return items if len(failed["items"]) == 3 else None

        (item,) = await until(told)
        assert receiver.url in item["text"]["zh"]
        assert "HTTP 500" in item["text"]["en"]
        # Nothing was sent about it to the endpoint that fails.
        assert len(receiver.got) == 12
        assert {json.loads(got.body)["type"] for got in receiver.got} == {"claim.paid.v1"}
        async with notifier.operator(OTHER_BANK) as other:
            assert (await other.get("/inbox")).json()["items"] == []


async def test_what_was_given_up_is_sent_again_when_asked(notifier):
    receiver = Receiver(answers=[(500, {}, b"no")] * 4)
    async with listening(receiver):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        message = await notifier.delivery("failed")

        async with notifier.operator() as person:
            answer = await person.post(f"/messages/{message['id']}/resend", json={})

        assert answer.status_code == 202
        await notifier.delivery("delivered")
        assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
        assert len(receiver.got) == 5


async def test_what_is_on_its_way_is_not_sent_again(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    await notifier.hears(one("claim.paid.v1"))
    message = await notifier.delivery("delivered")

    async with notifier.operator() as person:
        refused = await person.post(f"/messages/{message['id']}/resend", json={})
        again = await person.post(
            f"/messages/{message['id']}/resend", json={"endpoint_id": endpoint["id"]}
        )

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-resend")
    assert again.status_code == 202
    await receiver.has(2)


async def test_an_endpoint_that_answers_410_is_called_no_more(notifier):
    receiver = Receiver(answers=[(410, {}, b"")])
    async with listening(receiver):
        endpoint = await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await notifier.delivery("failed")

        await notifier.hears(one("claim.paid.v1"))

        async with notifier.operator() as person:
            shown = (await person.get(f"/endpoints/{endpoint['id']}")).json()
            query = {"event_type": "claim.paid.v1"}
            messages = (await person.get("/messages", params=query)).json()["items"]
            inbox = (await person.get("/inbox")).json()["items"]
        assert (shown["state"], shown["state_reason"]) == ("disabled", "gone")
        assert [len(message["deliveries"]) for message in messages] == [0, 1]
        assert "回调地址已停用" in {item["title"]["zh"] for item in inbox}
        assert len(receiver.got) == 1


async def test_a_hanging_endpoint_delays_nobody_else(notifying, receiver):
    hanging = [Receiver(hangs=True) for _ in range(3)]
    async with (
        notifying(webhook_room=4, webhook_suspect_room=1, webhook_at_once=2) as notifier,
        listening(hanging[0]),
        listening(hanging[1]),
        listening(hanging[2]),
    ):
        for one_hanging in hanging:
            await notifier.endpoint(one_hanging.url, bank=OTHER_BANK)
        await notifier.endpoint(receiver.url)

        await notifier.hears(*[one("claim.paid.v1", OTHER_BANK) for _ in range(5)])
        for one_hanging in hanging:
            await one_hanging.has(1)
        await notifier.hears(*[one("claim.paid.v1") for _ in range(20)])

        # Each of the hanging ones still has its first attempt in hand when all of ours are there.
        assert len(await receiver.has(20)) == 20
        assert [len(one_hanging.got) for one_hanging in hanging] == [1, 1, 1]


async def test_a_time_out_is_logged_and_tried_again(notifying):
    receiver = Receiver(hangs=True)
    async with notifying(webhook_timeout_seconds=0.1) as notifier, listening(receiver):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")

        assert message["deliveries"][0]["last_error"] == "no answer within 0.1 s"
        assert len(receiver.got) == 4


async def test_a_slowly_dripping_answer_does_not_hold_an_attempt_for_ever(notifying):
    class Dripping(Receiver):
        async def __call__(self, scope, receive, send):
            self.got.append(None)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while not self.let_go.is_set():
                await send({"type": "http.response.body", "body": b".", "more_body": True})
                await asyncio.sleep(0.02)

    async with notifying(webhook_timeout_seconds=0.2) as notifier, listening(Dripping()) as slow:
        await notifier.endpoint(slow.url)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")

        assert message["deliveries"][0]["attempts"] == 4


async def test_retry_after_is_honoured(notifier):
    receiver = Receiver(answers=[(429, {"retry-after": "3600"}, b"")])
    async with listening(receiver):
        await notifier.endpoint(receiver.url)
        await notifier.hears(one("claim.paid.v1"))

        async def tried():
            message = await notifier.delivery("pending")
            return message["deliveries"][0] if message["deliveries"][0]["last_error"] else None

        delivery = await until(tried)

        due = datetime.fromisoformat(delivery["next_attempt_at"])
        assert due > datetime.now(UTC) + timedelta(minutes=55)


async def test_a_redirect_is_not_followed(notifier, receiver):
    redirecting = Receiver(answers=[(307, {"location": receiver.url}, b"")] * 4)
    async with listening(redirecting):
        await notifier.endpoint(redirecting.url)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")

        assert message["deliveries"][0]["last_error"] == "HTTP 307"
        assert receiver.got == []


async def test_while_a_secret_is_changed_either_verifies_and_then_only_the_new_one(
    notifier, receiver
):
    endpoint = await notifier.endpoint(receiver.url)
    (old,) = endpoint["secrets"]
    async with notifier.operator() as person:
        rotated = (await person.post(f"/endpoints/{endpoint['id']}/secrets")).json()
        third = await person.post(f"/endpoints/{endpoint['id']}/secrets")
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)

        both = [receiver.verified(endpoint["secret"]), receiver.verified(rotated["secret"])]
        retired = await person.delete(f"/endpoints/{endpoint['id']}/secrets/{old['id']}")
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(2)
        last = await person.delete(
            f"/endpoints/{endpoint['id']}/secrets/{rotated['secrets'][0]['id']}"
        )

    assert both[0] == both[1]
    assert (third.status_code, third.json()["code"]) == (409, "rotation-in-progress")
    assert retired.status_code == 204
    assert (last.status_code, last.json()["code"]) == (409, "last-secret")
    receiver.got = receiver.got[1:]
    assert len(receiver.verified(rotated["secret"])) == 1
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 1


async def test_an_endpoint_gets_only_the_types_it_asked_for(notifier, receiver):
    await notifier.endpoint(receiver.url, event_types=["loan.repaid.v1", "claim.paid.v1"])

    await notifier.hears(*events())

    await receiver.has(2)
    await notifier.delivery("delivered")
    types = {json.loads(got.body)["type"] for got in receiver.got}
    assert types == {"loan.repaid.v1", "claim.paid.v1"}


async def test_without_a_choice_it_gets_everything_its_bank_hears_of(notifier, receiver):
    await notifier.endpoint(receiver.url)

    await notifier.hears(*events())

    got = await receiver.has(len(FOR_BANKS))
    assert {json.loads(one.body)["type"] for one in got} == FOR_BANKS


async def test_a_paused_endpoint_gets_later_what_was_due_meanwhile(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    async with notifier.operator() as person:
        paused = await person.patch(
            f"/endpoints/{endpoint['id']}", json={"state": "paused"}, headers={"If-Match": '"1"'}
        )
        await notifier.hears(one("claim.paid.v1"))
        await notifier.delivery("pending")
        assert receiver.got == []

        await person.patch(
            f"/endpoints/{endpoint['id']}",
            json={"state": "active"},
            headers={"If-Match": paused.headers["etag"]},
        )

    await receiver.has(1)


async def test_a_deleted_endpoint_is_called_no_more_and_its_log_stays(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    await notifier.hears(one("claim.paid.v1"))
    await notifier.delivery("delivered")

    async with notifier.operator() as person:
        gone = await person.delete(f"/endpoints/{endpoint['id']}", headers={"If-Match": '"1"'})
        await notifier.hears(one("claim.paid.v1"))
        messages = (await person.get("/messages")).json()["items"]
        shown = await person.get(f"/endpoints/{endpoint['id']}")

    assert gone.status_code == 204
    assert shown.status_code == 404
    assert [len(message["deliveries"]) for message in messages] == [0, 1]


async def test_a_test_webhook_reaches_the_receiver_and_not_the_inbox(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)

    async with notifier.operator() as person:
        answer = await person.post(f"/endpoints/{endpoint['id']}/test")
        await receiver.has(1)
        inbox = (await person.get("/inbox")).json()

    assert answer.status_code == 202
    (told,) = receiver.verified(endpoint["secret"])
    assert told["type"] == "webhook.test.v1"
    assert receiver.got[0].headers["webhook-id"] == answer.json()["webhook_id"]
    assert inbox["items"] == []


async def test_the_bureaus_own_endpoint_is_told_everything(notifier, receiver):
    async with notifier.bureau("admin") as admin:
        answer = await admin.post("/endpoints", json={"url": receiver.url})

    await notifier.hears(one("coverage.declined.v1"))

    await receiver.has(1)
    (told,) = receiver.verified(answer.json()["secret"])
    assert told["data"]["limits"][0]["used"] == "198765432.10"


async def test_the_same_bytes_are_signed_and_sent(notifier, receiver):
    await notifier.endpoint(receiver.url)

    await notifier.hears(one("application.submitted.v1"))

    (got,) = await receiver.has(1)
    message = await notifier.delivery("delivered")
    async with notifier.operator() as person:
        shown = (await person.get(f"/messages/{message['id']}")).json()
    assert json.loads(got.body) == shown["payload"]
    assert "天津海芯科技有限公司".encode() in got.body
    assert got.headers["content-type"] == "application/json"
    assert BANK.encode() in got.body
