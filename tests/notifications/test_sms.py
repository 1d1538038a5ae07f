"""SMS, against a double that speaks the gateway's format: its signature, its numbers, its no."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from services.notifications.senders.sms import LONGEST_VARIABLE, signature
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import listening, until
from tests.notifications.samples import one


@dataclass
class Gateway:
    """Takes what is signed with its secret."""

    taken: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    url: str = ""
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"].decode()
        asked = {name: value[0] for name, value in parse_qs(body).items()}
        self.asked += 1
        status, answer = self._judge(asked)
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def _judge(self, asked: dict[str, str]) -> tuple[int, dict[str, str]]:
        signed = asked.pop("Signature")
        if signed != signature(asked, "secret"):
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature"}
        if asked["PhoneNumbers"] == "13900000000":
            return 200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "非法手机号"}
        if asked["PhoneNumbers"] == "13700000000":
            return 200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发天级流控"}
        self.taken.append(asked)
        return 200, {"Code": "OK", "Message": "OK", "BizId": "9006", "RequestId": "D9CB"}


def settings(gateway, secret="secret"):
    return {
        "sms_gateway": gateway.url,
        "sms_access_key": "LTAI-key",
        "sms_access_secret": secret,
        "sms_signature": "知贷",
        "sms_template": "SMS_1",
    }


async def test_a_number_is_sent_the_title_and_a_200_that_is_not_ok_is_a_failure(notifying):
    async with listening(Gateway()) as gateway, notifying(**settings(gateway)) as notifier:
        async with notifier.operator() as person:
            for number in ("13800138000", "13900000000", "13700000000"):
                body = {"channel": "sms", "address": number}
                answer = await person.post("/subscriptions", json=body)
                assert answer.status_code == 201, answer.text
            bad = await person.post("/subscriptions", json={"channel": "sms", "address": "12345"})
            await notifier.hears(one("claim.paid.v1"))

            async def settled():
                asked = {"event_type": "claim.paid.v1"}  # its owner is told of the refusal, too
                (message,) = (await person.get("/messages", params=asked)).json()["items"]
                states = sorted(d["state"] for d in message["deliveries"])
                errors = [d["last_error"] for d in message["deliveries"] if d["last_error"]]
                return (
                    errors
                    if states == ["delivered", "failed", "pending"] and len(errors) == 2
                    else None
                )

            errors = await until(settled)
    assert bad.json()["errors"][0]["code"] == "not-a-mobile-number"
    (taken,) = gateway.taken
    assert taken["SignName"] == "知贷" and taken["PhoneNumbers"] == "13800138000"
    title = json.loads(taken["TemplateParam"])["title"]
    assert title.startswith("补偿款已支付") and len(title) <= LONGEST_VARIABLE
    assert sorted(error.split(":")[0] for error in errors) == [
        "isv.BUSINESS_LIMIT_CONTROL",
        "isv.MOBILE_NUMBER_ILLEGAL",
    ]
    # Held back for its hour: the gateway was asked once for each number.
    assert gateway.asked == 3


async def test_a_storm_is_one_text_that_names_what_is_urgent(notifying):
    async with listening(Gateway()) as gateway, notifying(**settings(gateway)) as notifier:
        async with notifier.operator() as person, notifier.database.begin(EVERYWHERE) as conn:
            await person.post("/subscriptions", json={"channel": "sms", "address": "13800138000"})
            await conn.execute("update receivers set not_before = now() + interval '1 hour'")
        await notifier.hears(*(one("claim.paid.v1") for _ in range(12)), one("right.endangered.v1"))
        async with notifier.database.begin(EVERYWHERE) as conn:
            await conn.execute("update receivers set not_before = null")
        await notifier.delivery("delivered")
        async with notifier.operator() as person:
            rows = (await person.get("/deliveries", params={"state": "delivered"})).json()["items"]
    (taken,) = gateway.taken
    title = json.loads(taken["TemplateParam"])["title"]
    assert title.startswith("13 条通知，紧急：") and len(title) <= LONGEST_VARIABLE
    assert len(rows) == 13


async def test_a_wrong_secret_is_told_and_where_no_gateway_is_set_up_nobody_subscribes(notifying):
    async with listening(Gateway()) as gateway, notifying(**settings(gateway, "wrong")) as notifier:
        async with notifier.operator() as person:
            await person.post("/subscriptions", json={"channel": "sms", "address": "13800138000"})
            await notifier.hears(one("claim.paid.v1"))
            message = await notifier.delivery("pending")

            async def told():
                message = (await person.get("/messages")).json()["items"][0]
                return message["deliveries"][0]["last_error"]

            assert (await until(told)).startswith("SignatureDoesNotMatch")
    assert message["deliveries"][0]["channel"] == "sms" and gateway.taken == []


async def test_sms_is_off_until_a_gateway_is_set_up(notifier):
    async with notifier.operator() as person:
        answer = await person.post(
            "/subscriptions", json={"channel": "sms", "address": "13800138000"}
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "sms-is-off")


def test_the_signature_is_the_one_of_the_providers_own_example():
    # Aliyun's documentation of the RPC signature (DescribeRegions), of which the secret is "testsecret".
    asked = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }
    # The example is a GET; what differs is the first word of what is signed.
    assert signature(asked, "testsecret", method="GET") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
