"""Anybody objects while a notice hangs, two persons decide, and nobody else learns who it was."""

import json
import logging

from services.risk_pool.domain.objection import A_DAY_FROM_ONE_ADDRESS
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.notices.driver import AFTER, LAST, SAYS, noticed

NASTY = '<script>alert(1)</script>\'; drop table objections; --\n=HYPERLINK("http://x")\n{{ 7*7 }}'


async def test_an_upheld_objection_makes_the_step_of_that_claim_unfavourable_and_of_no_other(
    running,
):
    async with noticed(running) as pool:
        one, other = pool.claim
        notice = await pool.publishes(one, other)
        await pool.it_is(LAST)
        upheld = (await pool.objects(notice, place=1)).json()
        turned_down = (await pool.objects(notice, place=2)).json()

        await pool.calendar(AFTER)

        # Nothing ends over an objection that is not decided, whoever asks.
        ends = await pool.moves(notice, "end", "finance_maker")
        assert (code_of(ends), ends.json()["open"]) == ((409, "objections-open"), 2)
        assert code_of(await pool.objects(notice)) == (409, "objection-too-late")
        to_do = (await pool.person("reviewer").get("/to-do")).json()["items"]
        assert {(w["number"], w["due_on"]) for w in to_do if w["case_kind"] == "objection"} == {
            (upheld["receipt"], "2026-03-26"), (turned_down["receipt"], "2026-03-26"),
        }  # fmt: skip
        one_said = await pool.objection(upheld)
        await pool.moves(one_said, "propose", "reviewer", verdict="upheld", answer="属实")
        both = pool.service.as_("p-reviewer", "approver")
        alone = await both.post(f"/objections/{one_said['id']}/decide", json={})
        assert code_of(alone) == (409, "second-person-required")
        back = await pool.moves(one_said, "send_back", "approver", reason="请附核查记录")
        assert (back.json()["state"], back.json()["answer"]) == ("filed", None)
        await pool.decides_objection(upheld, "upheld", "经核查，企业确已停产。")
        await pool.decides_objection(turned_down, "not_upheld")

        # The last decision ends the notice whose days are over.
        steps = [(await pool.claim_now(claim))["steps"][3] for claim in (one, other)]
        assert [step["outcome"] for step in steps] == ["unfavourable", "favourable"]
        assert "异议 2 件，成立 1 件" in steps[0]["opinion"]
        at = f"/public/objections/{upheld['receipt']}/{upheld['secret']}"
        standing = (await pool.outside.get(at)).json()
        assert (standing["verdict"], standing["answer"]) == ("upheld", "经核查，企业确已停产。")
        assert SAYS["name"] not in json.dumps(standing, ensure_ascii=False)
        approved = await pool.claim_now(one)
        assert (approved["state"], approved["next_step"]) == ("reviewed", None)


async def test_who_objected_is_read_by_those_who_work_on_it_and_stands_in_no_event_or_log(
    running, caplog
):
    caplog.set_level(logging.DEBUG)
    async with noticed(running) as pool:
        one, other = pool.claim
        notice = await pool.publishes(one, other)
        secret_name, secret_contact = "王不留行", "wang@example.cn"
        said = {"text": NASTY, "name": secret_name, "contact": secret_contact}
        receipt = (await pool.objects(notice, place=2, **said)).json()

        shown = await pool.objection(receipt)
        assert (shown["text"], shown["name"], shown["contact"]) == (
            NASTY,
            secret_name,
            secret_contact,
        )
        for role in ("finance_maker", "approver", "finance_checker"):
            assert (await pool.objection(receipt, role))["contact"] == secret_contact
        for role in ("auditor", "leader", "pool_manager"):
            seen = await pool.objection(receipt, role)
            assert (seen["name"], seen["contact"], seen["text"]) == (None, None, NASTY)
        assert (await pool.bank("CCB").get("/objections")).status_code == 403
        elsewhere = pool.person("reviewer", pools=("youxian",))
        assert (await elsewhere.get(f"/objections/{shown['id']}")).status_code == 404
        assert (await elsewhere.get(f"/public-notices/{notice['id']}")).status_code == 404
        await pool.decides_objection(receipt, "not_upheld")

        told = await pool.said()
        assert [event["bank_code"] for event in told if event["type"] == "objection.filed.v1"] == [
            "CCB"
        ]
        everything = json.dumps(told, ensure_ascii=False) + caplog.text
        async with pool.service.context.database.begin("*") as conn:
            rows = await conn.fetch("select row_to_json(m) as row from case_moves m")
            waits = await conn.fetch("select row_to_json(w) as row from waits w")
        everything += json.dumps([row["row"] for row in (*rows, *waits)], ensure_ascii=False)
        for word in (secret_name, secret_contact, "HYPERLINK", receipt["secret"]):
            assert word not in everything
        wrong = await pool.outside.get(f"/public/objections/{receipt['receipt']}/{'x' * 24}")
        assert code_of(wrong) == (404, "not-found")


WRONG = (
    ({"text": "短"}, {"#/text"}),
    (
        {"text": "过" * 2001, "name": "x" * 101, "contact": "a\nb"},
        {"#/text", "#/name", "#/contact"},
    ),
    ({"place": 3}, {"#/place"}),
    ({"place": True, "email": "x"}, {"#/place", "#/email"}),
    ({"text": "控制字符\x00须拒绝，十个字以上", "name": "\x1b[31m红"}, {"#/text", "#/name"}),
)


async def test_what_an_outsider_types_is_bounded_and_everything_wrong_is_said_at_once(running):
    async with noticed(running) as pool:
        notice = await pool.publishes(*pool.claim)
        for said, pointers in WRONG:
            answer = await pool.objects(notice, **said)

            assert answer.status_code == 422, answer.text
            assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers
        assert code_of(await pool.objects({"number": "DL-G-2026-9999"})) == (404, "not-found")
        for path in (
            "notices/%00", f"notices/{'x' * 41}", "notices?firm=%00", "notices?pool=%00",
            "notices?cursor=x", "objections/%00/x", "objections/x/%00",
        ):  # fmt: skip
            odd = await pool.outside.get(f"/public/{path}")
            assert odd.status_code in (400, 404, 422), (path, odd.text)


async def test_one_address_files_so_many_a_day_whatever_it_says_of_itself(running):
    async with noticed(running) as pool:
        notice = await pool.publishes(*pool.claim)
        at = f"/public/notices/{notice['number']}/objections"

        async def files(forwarded):
            headers = {"X-Forwarded-For": forwarded} if forwarded else {}
            return (await pool.outside.post(at, json=SAYS, headers=headers)).status_code

        # The console hands on whose request it is; what a visitor wrote in front of that counts for nothing.
        found = [await files(f"10.{n}.0.1, 203.0.113.9") for n in range(A_DAY_FROM_ONE_ADDRESS + 1)]
        assert found == [201] * A_DAY_FROM_ONE_ADDRESS + [429]
        same_network = [await files(f"2001:db8::{n}") for n in range(A_DAY_FROM_ONE_ADDRESS + 1)]
        assert same_network[-1] == 429
        assert await files("203.0.113.10") == 201
        await pool.it_is("2026-03-06")
        assert await files("203.0.113.9") == 201
        async with pool.service.context.database.begin("*") as conn:
            assert await conn.fetchval("select count(*) from objection_counts") == 1
