"""Group robots, against doubles that check signatures and sizes and say no with a 200."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notifications.domain.retries import AttemptResult, Verdict, what_next
from services.notifications.domain.robots import PROVIDERS, RobotKind
from services.notifications.senders.robot_formats import Letter, cut, judged, request_of
from services.notifications.tables import receivers
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import Receiver, listening, until
from tests.notifications.doubles import PATHS, SECRET, Providers
from tests.notifications.samples import BANK, OTHER_BANK, one

KINDS = [kind.value for kind in RobotKind]


def body_of(providers, kind, **more):
    secret = {} if kind == "wecom" else {"secret": SECRET}
    return {"kind": kind, "url": providers.at(kind), "roles": ["bank_operator"], **secret, **more}


async def set_up(person, providers, kind, **more):
    answer = await person.post("/robots", json=body_of(providers, kind, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def state_of(person, robot, wanted):
    async def there():
        shown = (await person.get(f"/robots/{robot['id']}")).json()
        return shown if wanted(shown) else None

    return await until(there)


async def test_each_providers_group_reads_what_its_role_is_told_and_nobody_elses(notifier):
    async with listening(Providers()) as providers, notifier.operator() as person:
        robots = {kind: await set_up(person, providers, kind) for kind in KINDS}
        checkers = await set_up(person, providers, "dingtalk", roles=["bank_checker"])
        await person.patch(
            f"/robots/{checkers['id']}", json={"state": "paused"}, headers={"If-Match": "*"}
        )

        # For no inbox, of another bank, and what they are told.
        await notifier.hears(one("loan.disbursed.v1"))
        await notifier.hears(one("claim.paid.v1", OTHER_BANK))
        await notifier.hears(one("claim.paid.v1"))

        async def all_said():
            return len(providers.said) == len(KINDS)

        await until(all_said)
        for kind in KINDS:
            (text,) = providers.texts(kind)
            assert text.startswith("补偿款已支付：DL-C-2026-0001"), kind
            assert "https://console.example.cn/zhidai/claims/" in text, kind
        shown = (await person.get("/robots")).json()["items"]
        async with notifier.operator(OTHER_BANK) as other:
            assert (await other.get("/robots")).json()["items"] == []
            assert (await other.get(f"/robots/{robots['wecom']['id']}")).status_code == 404
            foreign = await other.delete(
                f"/robots/{robots['wecom']['id']}", headers={"If-Match": "*"}
            )
            assert foreign.status_code == 404
        async with notifier.database.looking(EVERYWHERE) as conn:
            kept = str(await conn.fetch("select * from robots"))
    # The URL is a key to the group: it is neither shown nor stored in the clear.
    key = PATHS["dingtalk"][-12:]
    assert key not in str(shown) and key not in kept and SECRET not in str(shown) + kept
    assert {one["signed"] for one in shown if one["kind"] == "wecom"} == {False}


async def test_a_200_with_an_error_in_it_is_a_failure_and_a_robot_that_is_gone_is_disabled(
    notifier,
):
    async with listening(Providers()) as providers, notifier.operator() as person:
        wrong = await set_up(person, providers, "feishu", secret="another secret".replace(" ", "-"))
        gone = body_of(providers, "wecom")
        gone["url"] = gone["url"].replace("693a91f6", "00000000")
        robot = (await person.post("/robots", json=gone)).json()

        await person.post(f"/robots/{wrong['id']}/test")
        await person.post(f"/robots/{robot['id']}/test")

        failing = await state_of(person, wrong, lambda shown: shown["last_error"])
        disabled = await state_of(person, robot, lambda shown: shown["state"] == "disabled")

        async def told():
            items = (await person.get("/inbox")).json()["items"]
            return [i for i in items if i["title"]["en"] == "Group robot disabled"]

        (notice,) = await until(told)
    assert "19021" in failing["last_error"] and "93000" in disabled["last_error"]
    assert disabled["state_reason"] == "gone"
    assert disabled["address"] in notice["text"]["zh"]
    assert providers.said == []


async def test_who_sent_too_much_is_left_in_peace_and_every_robot_is_told_at_its_pace(notifier):
    too_fast = {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
    async with listening(Providers({"dingtalk": [too_fast]})) as providers:
        async with notifier.operator() as person:
            robot = await set_up(person, providers, "dingtalk")
            await person.post(f"/robots/{robot['id']}/test")
            await state_of(person, robot, lambda shown: "130101" in shown["last_error"])
    mine, now = UUID(robot["id"]), datetime.now(UTC)
    async with notifier.database.begin(EVERYWHERE) as conn:
        held = await conn.fetchval("select not_before from receivers where id = $1", mine)
        pace = PROVIDERS[RobotKind.DINGTALK].pace
        assert timedelta(minutes=9) < held - now < timedelta(minutes=11)
        taken = [
            await receivers.take_turn(conn, [mine], now=at, until=at + pace)
            for at in (now, held, held + pace / 2, held + pace)
        ]
    assert taken == [set(), {mine}, set(), {mine}]
    assert all(60 / provider.pace.total_seconds() < 100 for provider in PROVIDERS.values())


async def test_no_group_reads_what_is_for_a_person_by_name(notifying):
    async with notifying() as notifier, listening(Providers()) as providers:
        async with notifier.bureau("admin") as admin:
            await set_up(admin, providers, "wecom", roles=["reviewer", "approver"])
        by_name = one("application.assigned.v1").model_copy(update={"assigned_to": "admin"})
        await notifier.hears(by_name)
        await notifier.hears(one("application.accepted.v1"))

        async def said():
            return providers.texts("wecom")

        (text,) = await until(said)
    assert "待审查" in text


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"url": "https://oapi.dingtalk.com/robot/send"}, "/url", "not-a-robot"),
        ({"url": "https://10.0.0.1/robot/send?access_token=12345678"}, "/url", "endpoint-url-refused"),
        ({"secret": None}, "/secret", "secret-missing"),
        ({"kind": "wecom", "url": "https://qyapi.weixin.qq.com" + PATHS["wecom"]}, "/secret", "secret-unused"),
        ({"roles": ["reviewer"]}, "/roles", "role-of-others"),
        ({"roles": []}, "/roles", None),
    ],
)  # fmt: skip
async def test_what_is_no_robot_of_the_institution_is_refused_at_its_field(
    notifier, change, pointer, code
):
    body = {
        "kind": "dingtalk",
        "url": "https://oapi.dingtalk.com" + PATHS["dingtalk"],
        "secret": SECRET,
        "roles": ["bank_operator"],
        **change,
    }
    async with notifier.operator() as person:
        answer = await person.post("/robots", json=body)

    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"].endswith(pointer)
    assert code in (None, error["code"])


async def test_a_robot_is_not_redirected_and_reaches_no_address_of_ours(notifier):
    elsewhere = Receiver(answers=[(307, {"location": "http://127.0.0.1:9/x"}, b"")])
    async with listening(elsewhere), notifier.operator() as person:
        url = elsewhere.url.removesuffix("/hooks") + PATHS["wecom"]
        away = (await person.post("/robots", json={"kind": "wecom", "url": url, "roles": ["bank_operator"]})).json()  # fmt: skip
        inside = (await person.post("/robots", json={"kind": "wecom", "url": "https://localtest.invalid" + PATHS["wecom"], "roles": ["bank_operator"]})).json()  # fmt: skip
        for robot in (away, inside):
            await person.post(f"/robots/{robot['id']}/test")
        redirected = await state_of(person, away, lambda shown: shown["last_error"])
        unknown = await state_of(person, inside, lambda shown: shown["last_error"])
    assert redirected["last_error"] == "HTTP 307"
    assert "ConnectError" in unknown["last_error"]


def test_a_text_is_cut_between_characters_and_never_loses_its_link():
    letter = Letter(title="标题", text="很长" * 5000, url="https://c.example.cn/x", language="zh")
    at = datetime(2026, 3, 31, tzinfo=UTC)

    for kind in RobotKind:
        _, body = request_of(kind, letter, url="https://h/p?k=1", secret=SECRET, now=at)
        assert "https://c.example.cn/x" in body.decode()
        assert len(body) <= 20 * 1024
    assert len(letter.plain(2048).encode()) <= 2048
    assert cut("很长", 5) == "…"


def test_an_answer_that_is_not_the_providers_is_no_delivery():
    for text in ("", "<html>", "[]", '{"ok": true}', '{"errcode": "0"}'):
        result = judged(RobotKind.WECOM, AttemptResult(status=200, excerpt=text))
        then = what_next(result, tries=1, now=datetime.now(UTC), chance=0)
        assert then.verdict is Verdict.RETRY, text
    assert BANK


async def test_a_storm_is_told_to_a_group_in_one_message_and_each_delivery_is_recorded(notifier):
    async with listening(Providers()) as providers, notifier.operator() as person:
        robot = await set_up(person, providers, "wecom")
        place = f"/robots/{robot['id']}"
        await person.patch(place, json={"state": "paused"}, headers={"If-Match": "*"})
        await notifier.hears(*(one("claim.paid.v1") for _ in range(24)), one("right.endangered.v1"))
        await person.patch(place, json={"state": "active"}, headers={"If-Match": "*"})

        async def all_told():
            rows = (await person.get("/deliveries", params={"state": "delivered"})).json()["items"]
            return rows if len(rows) == 25 else None

        rows = await until(all_told)
        (text,) = providers.texts("wecom")
        lines = text.splitlines()
        assert lines[0].startswith("25 条通知，紧急：") and "补偿款已支付" not in lines[1]
        assert lines[11] == "另有 15 条，请打开系统查看。"
        assert text.endswith("https://console.example.cn/zhidai/inbox")
        assert {row["attempts"] for row in rows} == {1}
        log = (await person.get(f"/messages/{rows[0]['message_id']}/attempts")).json()["items"]
        assert [one["status"] for one in log] == [200]
