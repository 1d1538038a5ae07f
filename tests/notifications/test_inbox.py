"""The inbox: who reads what, what of it is read, and the stream that misses nothing."""

import asyncio
import json
import socket
from contextlib import ExitStack, asynccontextmanager

import httpx
import uvicorn

from services.notifications.api.inbox import MOST_STREAMS
from services.notifications.delivery.inbox_stream import new_messages_of
from services.notifications.domain.notices import NOTICES
from shared.said_numbers import month_said
from tests.notifications.conftest import Notifier, until
from tests.notifications.samples import BANK, OTHER_BANK, events, one


async def items_of(person, **filters):
    answer = await person.get("/inbox", params={"limit": 200, **filters})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_bank_reads_of_its_own_cases_only(notifier):
    await notifier.hears(one("application.returned.v1"))
    await notifier.hears(one("application.rejected.v1", OTHER_BANK))

    async with notifier.operator() as ours, notifier.operator(OTHER_BANK) as theirs:
        assert [i["event_type"] for i in await items_of(ours)] == ["application.returned.v1"]
        assert [i["event_type"] for i in await items_of(theirs)] == ["application.rejected.v1"]


async def test_the_bureaus_people_hear_what_their_roles_do_something_with(notifier):
    await notifier.hears(*events())

    for role in ("reviewer", "finance_checker", "auditor"):
        async with notifier.bureau(role) as person:
            heard = {i["event_type"] for i in await items_of(person)}
        # What a reviewer has heard by another event is told in `test_told_once.py`.
        told = {name for name, notice in NOTICES.items() if role in notice.roles}
        assert heard == told - {"warning.raised.v1"}


async def test_a_message_says_what_is_to_be_done_in_both_languages(notifier):
    event = one("application.returned.v1")
    await notifier.hears(event)

    async with notifier.operator() as person:
        (item,) = await items_of(person)

    assert item["title"] == {
        "zh": "DL-2026-000123 退回补正",
        "en": "DL-2026-000123 returned for correction",
    }
    assert "1. 评估报告已过期\n2. 缺少质押合同\n" in item["text"]["zh"]
    assert item["url"] == f"https://console.example.cn/zhidai{item['link']}"
    assert str(event.loan_id) in item["link"]


async def test_a_notice_calls_a_pool_and_a_bank_by_their_names_once_they_have_been_told(notifier):
    unnamed, warned = one("settlement.confirmed.v1"), one("bank.warned.v1")
    opened, agreed = one("pool.opened.v1"), one("agreement.in_force.v1")
    await notifier.hears(unnamed)
    await notifier.hears(opened, agreed)
    await notifier.hears(one("settlement.matched.v1"), warned)

    async with notifier.bureau("finance_checker", "pool_manager") as person:
        titles = [item["title"]["zh"] for item in await items_of(person)]
    assert f"{opened.pool_code} {month_said(unnamed.month, 'zh')}结算待签批" in titles, (
        "nobody has named it yet"
    )
    assert f"东丽区资金池 {month_said(unnamed.month, 'zh')}结算已核对" in titles
    assert "银行 中国工商银行天津分行 不良预警" in titles


async def test_an_event_that_comes_twice_is_one_message_and_one_webhook(notifier, receiver):
    await notifier.endpoint(receiver.url)
    envelopes = await notifier.hears(one("claim.approved.v1"))

    await notifier.hears_again(envelopes)
    async with notifier.database.begin("*") as conn:
        await conn.execute("delete from inbox")
    await notifier.hears_again(envelopes)
    async with notifier.database.begin("*") as conn:
        assert await conn.fetchval("select count(*) from parked") == 0
    await notifier.hears(one("claim.paid.v1"))

    await receiver.has(2)
    async with notifier.operator() as person, notifier.bureau("finance_maker") as finance:
        assert [i["event_type"] for i in await items_of(person)] == [
            "claim.paid.v1",
            "claim.approved.v1",
        ]
        assert [i["event_type"] for i in await items_of(finance)] == ["claim.approved.v1"]
    assert [json.loads(got.body)["type"] for got in receiver.got] == [
        "claim.approved.v1",
        "claim.paid.v1",
    ]


async def test_a_stopped_pool_is_told_to_every_bank_that_works_with_it(notifier):
    await notifier.hears(one("application.submitted.v1", BANK))
    await notifier.hears(one("application.submitted.v1", OTHER_BANK, pool="youxian"))

    await notifier.hears(one("pool.stopped.v1"))

    async with notifier.operator() as ours, notifier.operator(OTHER_BANK) as theirs:
        (told, _) = await items_of(ours)
        assert told["event_type"] == "pool.stopped.v1"
        assert "1,234,567.89" not in json.dumps(told)
        assert len(await items_of(theirs)) == 1


async def test_a_settlement_tells_each_bank_its_own_line(notifier):
    await notifier.hears(one("settlement.posted.v1"))

    async with notifier.operator() as ours, notifier.operator("CMB-TJ") as theirs:
        (our_item,) = await items_of(ours)
        (their_item,) = await items_of(theirs)
    async with notifier.bureau("auditor") as auditor:
        (whole,) = await items_of(auditor)

    assert "ICBC-TJ：应收资金池 123,456.00 元" in our_item["text"]["zh"]
    assert "CMB-TJ" not in our_item["text"]["zh"]
    assert "CMB-TJ: To pay to the pool, CNY 99.00" in their_item["text"]["en"]
    assert whole["text"]["zh"].count("\n") == 3
    # The pool reads the same two lines from its own side.
    assert "ICBC-TJ：应付该方 123,456.00 元" in whole["text"]["zh"]
    assert "CMB-TJ: To collect from the party, CNY 99.00" in whole["text"]["en"]


async def test_read_marks_are_a_persons_own(notifier):
    await notifier.hears(one("application.returned.v1"), one("application.accepted.v1"))
    await notifier.hears(one("claim.paid.v1"))

    async with notifier.operator(subject="a") as ann, notifier.operator(subject="b") as bob:
        newest, *_, oldest = await items_of(ann)
        left = (await ann.post(f"/inbox/{newest['id']}/read")).json()

        assert left == {"unread": 2}
        assert newest["id"] not in {i["id"] for i in await items_of(ann, unread=True)}
        assert [i["read"] for i in await items_of(ann)] == [True, False, False]
        assert (await bob.get("/inbox/unread")).json() == {"unread": 3}

        up_to = await bob.post("/inbox/read", json={"position": oldest["position"]})
        assert up_to.json() == {"unread": 2}
        everything = await bob.post("/inbox/read", json={"position": 2**53 - 1})
        assert everything.json() == {"unread": 0}

        await notifier.hears(one("claim.refused.v1"))
        assert (await bob.get("/inbox/unread")).json() == {"unread": 1}


async def test_nobody_marks_another_institutions_message(notifier):
    await notifier.hears(one("application.returned.v1"))
    async with notifier.operator() as person:
        (item,) = await items_of(person)

    async with notifier.operator(OTHER_BANK) as other, notifier.bureau("reviewer") as bureau:
        for person in (other, bureau):
            answer = await person.post(f"/inbox/{item['id']}/read")
            assert answer.status_code == 404


async def test_pages_follow_each_other_without_a_gap(notifier):
    for _ in range(5):
        await notifier.hears(one("claim.paid.v1"))

    seen, cursor = [], None
    async with notifier.operator() as person:
        while True:
            page = (
                await person.get(
                    "/inbox", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
                )
            ).json()
            seen += [item["position"] for item in page["items"]]
            assert page["unread"] == 5
            cursor = page["next_cursor"]
            if cursor is None:
                break

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


@asynccontextmanager
async def served(notifier: Notifier):
    """The service over real HTTP, because a stream has to stream."""
    server = uvicorn.Server(
        uvicorn.Config(
            notifier.service.app, log_config=None, lifespan="off", timeout_graceful_shutdown=5
        )
    )
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        task = asyncio.create_task(server.serve(sockets=[sock]))

        async def started():
            return server.started

        await until(started)
        try:
            yield f"http://127.0.0.1:{port}/api/v1", server
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def streaming(notifier: Notifier, url: str, *, bank: str = BANK, last: str = ""):
    """The lines of a bank's stream."""
    token = notifier.service.token("op", "bank_operator", institution=bank)
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last} if last else {})
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{url}/inbox/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield answer.aiter_lines()


async def next_item(lines):
    """The next event: its id and its data."""
    event_id = ""
    async with asyncio.timeout(60):
        async for line in lines:
            if line.startswith("id:"):
                event_id = line[3:].strip()
            if line.startswith("data:"):
                return event_id, json.loads(line[5:])
    return None


async def opened(lines):
    """Wait until the stream stands."""
    async for line in lines:
        if "open" in line:
            return


async def test_the_stream_gives_what_is_new_to_those_it_concerns(notifier):
    await notifier.hears(one("application.submitted.v1"))
    async with served(notifier) as (url, _), streaming(notifier, url) as lines:
        await opened(lines)

        await notifier.hears(one("claim.paid.v1", OTHER_BANK))
        await notifier.hears(one("claim.refused.v1"))

        event_id, item = await next_item(lines)
        assert item["event_type"] == "claim.refused.v1"
        assert event_id == str(item["position"])


async def test_a_stream_that_broke_off_goes_on_where_it_was(notifier):
    async with served(notifier) as (url, _):
        async with streaming(notifier, url) as lines:
            await opened(lines)
            await notifier.hears(one("application.submitted.v1"))
            last, _ = await next_item(lines)

        await notifier.hears(one("application.returned.v1"))
        await notifier.hears(*[one("claim.paid.v1") for _ in range(150)])

        async with streaming(notifier, url, last=last) as lines:
            types = [(await next_item(lines))[1]["event_type"] for _ in range(151)]
            await notifier.hears(one("claim.refused.v1"))
            types.append((await next_item(lines))[1]["event_type"])
        assert types == [
            "application.returned.v1",
            *["claim.paid.v1"] * 150,
            "claim.refused.v1",
        ]


async def test_a_quiet_stream_has_a_heartbeat(notifying):
    async with (
        notifying(heartbeat_seconds=0.05) as notifier,
        served(notifier) as (url, _),
        streaming(notifier, url) as lines,
    ):
        async for line in lines:
            if line.startswith(": ping"):
                return
    raise AssertionError("no heartbeat came")


async def test_a_stream_ends_when_its_time_is_up_so_that_a_new_token_is_asked_for(notifying):
    async with (
        notifying(stream_seconds=0.3) as notifier,
        served(notifier) as (url, _),
        streaming(notifier, url) as lines,
    ):
        async with asyncio.timeout(20):
            assert [line async for line in lines if line.startswith("data:")] == []


async def test_an_open_stream_ends_as_a_whole_answer_when_the_service_stops(notifier):
    async with served(notifier) as (url, _), streaming(notifier, url) as lines:
        await opened(lines)

        notifier.service.context.stopping.set()

        async with asyncio.timeout(20):
            assert [line async for line in lines if line.startswith("data:")] == []


async def test_an_open_stream_ends_as_a_whole_answer_when_the_server_is_told_to_stop(notifier):
    async with served(notifier) as (url, server), streaming(notifier, url) as lines:
        await opened(lines)

        # What uvicorn does on SIGTERM.
        server.should_exit = True

        async with asyncio.timeout(20):
            assert [line async for line in lines if line.startswith("data:")] == []


async def test_a_last_event_id_we_never_gave_is_refused(notifier):
    async with notifier.operator() as person:
        for wrong in ("abc", "-1", "1" * 20, "١"):
            answer = await person.get("/inbox/stream", headers={"Last-Event-ID": wrong.encode()})
            assert (answer.status_code, answer.json()["code"]) == (400, "last-event-id-invalid")


async def test_a_person_has_so_many_streams_open_and_no_more(notifier):
    waiting = new_messages_of(notifier.database)
    with ExitStack() as stack:
        for _ in range(MOST_STREAMS):
            stack.enter_context(waiting.listening(f"{BANK} op@{BANK}"))
        async with notifier.operator() as person, notifier.operator(subject="other") as other:
            refused = await person.get("/inbox/stream")
            notifier.service.context.stopping.set()
            let_in = await other.get("/inbox/stream")

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
    assert refused.headers["retry-after"] == "30"
    assert let_in.status_code == 200
    assert waiting.streams_of(f"{BANK} op@{BANK}") == 0
