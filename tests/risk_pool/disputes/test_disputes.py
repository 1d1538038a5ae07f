"""A party disputes a line of its posted statement: the amount waits apart, two persons decide."""

import asyncio

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.main import watch_what_is_owed
from tests.cash import confirmed, released
from tests.papers import document, shown
from tests.risk_pool.cash.test_open_items import AT, ITEM, items
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.disputes.driver import disputes_of


async def statement(pool, month="2026-03", person=None):
    at = f"/pools/dongli/settlements/{month}/statements/ICBC"
    answer = await (person or pool.auditor).get(f"{at}.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def net_of(pool, month):
    await pool.hears(pool.position("other-ICBC-0", month, "10000000.00"))
    settled = await pool.settles(month)
    (icbc,) = [one for one in settled["statements"] if one["party_code"] == "ICBC"]
    return icbc["net"], icbc["earlier"]


async def receipt(pool, amount, **more):
    body = {"kind": "receipt", "amount": amount, "value_date": str(pool.today()), "item": ITEM}
    return await confirmed(pool.maker, AT, body | more)


async def test_what_is_disputed_waits_apart_and_the_posted_month_stays_as_it_is(running):
    async with disputes_of(running) as pool:
        before, balances = await statement(pool), await pool.balances()

        filed = await pool.disputes(papers=[document("evidence")])

        assert (filed["number"], filed["state"]) == ("DL-Y-2026-0001", "filed")
        assert (filed["difference"], filed["disputed_line"]["zh"]) == ("40.00", "追偿款返还")
        assert filed["disputed_line"]["debit_zh"] == "应收 ICBC"
        assert (filed["until"], filed["papers"]) == ("2026-04-17", [shown("ICBC", "evidence")])
        item = await pool.item()
        assert (item["amount"], item["due"], item["disputed"]) == ("400.00", "360.00", "40.00")
        assert item["open"] == "400.00"
        assert (await statement(pool), await pool.balances()) == (before, balances)
        (told,) = await pool.said("dispute.filed.v1")
        assert (told["bank_code"], told["difference"], told["item"]) == ("ICBC", "40.00", ITEM)


async def test_the_lines_of_a_statement_add_up_to_its_net_and_say_which_can_be_disputed(running):
    async with disputes_of(running, "ICBC", "CCB") as pool:
        at = "/pools/dongli/settlements/2026-03/statements/ICBC/disputes"
        asked = (await pool.bank("ICBC").get(at)).json()

        assert [one["stated"] for one in asked["lines"]] == [asked["net"]] == ["-400.00"]
        assert (asked["until"], asked["is_open"]) == ("2026-04-17", True)
        assert asked["lines"][0]["is_disputable"] is True
        await pool.disputes()
        (line,) = (await pool.auditor.get(at)).json()["lines"]
        assert (line["is_disputable"], line["dispute"]["state"]) == (False, "filed")
        assert code_of(await pool.bank("CCB").get(at)) == (404, "not-found")


async def test_cash_takes_no_more_than_the_undisputed_rest(running):
    async with disputes_of(running) as pool:
        waiting = (await receipt(pool, "400.00", bank_reference="JS-1")).json()
        await pool.disputes()

        # What was entered before is not released beyond it either.
        late = await pool.checker.post(f"/cash-entries/{waiting['id']}/release", json={})
        assert code_of(late) == (409, "item-disputed")
        await pool.checker.post(f"/cash-entries/{waiting['id']}/refuse", json={"reason": "有争议"})
        above = await receipt(pool, "360.01")
        assert code_of(above) == (409, "item-disputed")
        assert (above.json()["open"], above.json()["disputed"]) == ("400.00", "40.00")
        await released(pool.maker, pool.checker, "dongli", "receipt", "360.00", "2026-04-02",
                       item=ITEM)  # fmt: skip

        item = await pool.item()
        assert (item["settled"], item["due"], item["disputed"]) == ("360.00", "0.00", "40.00")


async def test_only_what_is_due_is_told_as_overdue(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()
        await pool.it_is("2026-04-20")
        await watch_what_is_owed(pool.service.context)

        (told,) = await pool.said("receivable.overdue.v1")
        assert (told["open"], told["due_on"], told["days_overdue"]) == ("360.00", "2026-04-17", 3)
        item = await pool.item()
        assert (item["overdue"], item["is_overdue"]) == ("360.00", True)

        # All of it in dispute: nothing is overdue; what is not upheld has a day of its own.
        await released(pool.maker, pool.checker, "dongli", "receipt", "360.00", "2026-04-20",
                       item=ITEM)  # fmt: skip
        assert (await pool.item())["is_overdue"] is False
        decided = await pool.decides_dispute(filed, "reject")
        assert (decided["due_again"], decided["due_again_on"]) == ("40.00", "2026-05-07")
        assert (await pool.item())["is_overdue"] is False
        await watch_what_is_owed(pool.service.context)
        assert len(await pool.said("receivable.overdue.v1")) == 1
        await pool.it_is("2026-05-08")
        assert (await pool.item())["overdue"] == "40.00"
        for _ in range(2):
            await watch_what_is_owed(pool.service.context)
        _, again = await pool.said("receivable.overdue.v1")
        assert (again["open"], again["due_on"], again["days_overdue"]) == ("40.00", "2026-05-07", 1)


async def test_what_is_upheld_is_booked_in_the_open_month_and_comes_off_the_item(running):
    async with disputes_of(running) as pool:
        before = await statement(pool)
        filed = await pool.disputes()
        proposed = await pool.proposes(filed, "uphold_in_part", amount="30.00")

        trial = proposed["trial"]
        assert [(one["debit"], one["credit"], one["amount"]) for one in trial["entries"]] == [
            ("recoveries", "receivable:ICBC", "30.00")
        ]
        assert trial["before"] == {
            "amount": "400.00", "taken_off": "0.00", "settled": "0.00", "disputed": "40.00",
            "due": "360.00",
        }  # fmt: skip
        assert trial["after"] == trial["before"] | {
            "taken_off": "30.00", "disputed": "0.00", "due": "370.00",
        }  # fmt: skip
        answer = await pool.checker.post(
            f"/disputes/{filed['id']}/decide", json={"trial": trial["id"], "opinion": "同意"}
        )

        decided = answer.json()
        assert (decided["state"], decided["upheld"], decided["booked_on"]) == (
            "decided", "30.00", "2026-04-02",
        )  # fmt: skip
        item = await pool.item()
        assert (item["taken_off"], item["due"], item["open"]) == ("30.00", "370.00", "370.00")
        assert item["due_again"] == [{"amount": "10.00", "due_on": "2026-04-17"}]
        held = await pool.balances()
        assert (held["receivable:ICBC"], held["recoveries"]) == ("370.00", "370.00")
        (told,) = await pool.said("dispute.decided.v1")
        assert (told["upheld"], told["due_again"], told["booked_on"]) == (
            "30.00", "10.00", "2026-04-02",
        )  # fmt: skip
        assert await statement(pool) == before
        # April asks for nothing new, shows what March still leaves, and the line in words.
        await pool.it_is("2026-05-06")
        assert await net_of(pool, "2026-04") == ("0.00", "-370.00")
        (shown,) = [one for one in await pool.lines("2026-04") if one["kind"] == "dispute-upheld"]
        assert (shown["zh"], shown["credit_zh"]) == ("争议成立更正", "应收 ICBC")
        assert shown["reference"].startswith("dispute:DL-Y-2026-0001:recovery:DL-R-2026-0001")


async def test_what_was_paid_already_comes_back_with_the_next_statement(running):
    async with disputes_of(running) as pool:
        await released(pool.maker, pool.checker, "dongli", "receipt", "390.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        filed = await pool.disputes()
        item = await pool.item()
        assert (item["due"], item["disputed"], item["settled"]) == ("0.00", "10.00", "390.00")

        decided = await pool.decides_dispute(filed, "uphold")

        effect = decided["effect"]
        assert (effect["taken_off"], effect["new"]) == ("10.00", "30.00")
        assert [(one["step"], one["credit"], one["amount"]) for one in effect["entries"]] == [
            ("taken-off", "receivable:ICBC", "10.00"), ("new", "payable:ICBC", "30.00"),
        ]  # fmt: skip
        assert ITEM not in [one["reference"] for one in await items(pool)]
        assert (await pool.balances())["payable:ICBC"] == "360030.00"
        await pool.it_is("2026-05-06")
        assert await net_of(pool, "2026-04") == ("30.00", "0.00")
        april = [one for one in await items(pool) if "2026-04" in one["reference"]]
        assert [(one["direction"], one["due"]) for one in april] == [("payable", "30.00")]


async def test_of_a_payable_month_a_payment_takes_what_is_not_disputed(running):
    async with disputes_of(running) as pool:
        # March is paid, the claim clawed back in April: the pool gives the 400.00 back.
        await released(pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02",
                       item=ITEM)  # fmt: skip
        proposed = await pool.maker.post(
            f"/claims/{pool.claim['id']}/adjustments",
            json={"kind": "claw_back", "reason": "用途不符", "evidence": "审计 4"},
        )
        trial = (await pool.checker.get(f"/adjustments/{proposed.json()['id']}")).json()["trial"]
        await pool.checker.post(
            f"/adjustments/{proposed.json()['id']}/decide",
            json={"trial": trial["id"], "opinion": "同意"},
        )
        await pool.it_is("2026-05-06")
        assert await net_of(pool, "2026-04") == ("400.00", "0.00")
        april = "/pools/dongli/settlements/2026-04/statements/ICBC"
        line = await pool.line("reversal-of-recovery-booked", "2026-04")

        filed = await pool.disputes(at=april, line=line, right="390.00")

        reference = "settlement:dongli:2026-04:ICBC"
        item = await pool.item(reference)
        assert (item["direction"], item["due"], item["disputed"]) == (
            "payable", "390.00", "10.00",
        )  # fmt: skip
        body = {"kind": "payment", "amount": "400.00", "value_date": "2026-05-06",
                "item": reference}  # fmt: skip
        assert code_of(await confirmed(pool.maker, AT, body)) == (409, "item-disputed")
        decided = await pool.decides_dispute(filed, "uphold")
        assert [(one["debit"], one["credit"]) for one in decided["effect"]["entries"]] == [
            ("payable:ICBC", "recoveries")
        ]
        item = await pool.item(reference)
        assert (item["due"], item["taken_off"], item["due_again"]) == ("390.00", "10.00", [])


async def test_what_is_withdrawn_is_due_by_the_day_that_it_had_and_may_be_filed_anew(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()

        taken_back = await pool.bank("ICBC").post(
            f"/disputes/{filed['id']}/withdraw", json={"reason": "核对无误"}
        )

        assert taken_back.json()["state"] == "withdrawn"
        item = await pool.item()
        assert (item["due"], item["disputed"], item["due_again"]) == ("400.00", "0.00", [])
        assert len(await pool.said("dispute.withdrawn.v1")) == 1
        assert (await pool.disputes())["number"] == "DL-Y-2026-0002"


async def test_every_wrong_field_is_named_at_once(running):
    async with disputes_of(running) as pool:
        march = await pool.line()
        approved = await pool.line("claim-approved")
        for said, wrong in (
            ({"right": "400.00"}, {"right": "no-difference"}),
            ({"right": "400.01"}, {"right": "above-line"}),
            ({"line": 999_999}, {"line": "not-on-the-statement"}),
            # Of the pool's own share the claim's decision is appealed.
            ({"line": approved}, {"line": "line-not-disputable"}),
            ({"by": pool.maker, "line": 999_999},
             {"line": "not-on-the-statement", "letter": "missing"}),
        ):  # fmt: skip
            answer = await pool.tries_dispute(**({"line": march} | said))
            assert code_of(answer) == (422, "invalid-request")
            found = {one["pointer"].lstrip("/#"): one["code"] for one in answer.json()["errors"]}
            assert found == wrong, said


async def test_a_line_is_disputed_once_within_the_window_by_its_own_party(running):
    async with disputes_of(running, "ICBC", "CCB") as pool:
        line = await pool.line()
        other = await pool.tries_dispute(by=pool.bank("CCB"), line=line)
        assert code_of(other) == (404, "not-found")
        at = "/pools/dongli/settlements/2026-03/statements/CCB"
        foreign = await pool.tries_dispute(by=pool.bank("CCB"), at=at, line=line)
        assert foreign.json()["errors"][0]["code"] == "not-on-the-statement"
        whole = "/pools/dongli/settlements/2026-03/statements/dongli"
        assert code_of(await pool.tries_dispute(by=pool.maker, at=whole, letter="函")) == (
            404,
            "not-found",
        )
        await pool.it_is("2026-04-17")

        answers = await asyncio.gather(*(pool.tries_dispute(line=line) for _ in range(2)))

        assert sorted(one.status_code for one in answers) == [201, 409]
        assert "line-disputed-already" in {one.json().get("code") for one in answers}
        filed = next(one.json() for one in answers if one.status_code == 201)
        await pool.decides_dispute(filed, "reject")
        again = await pool.tries_dispute(line=line)
        assert code_of(again) == (409, "line-disputed-already")


async def test_after_ten_working_days_a_line_is_disputed_no_more(running):
    async with disputes_of(running) as pool:
        await pool.it_is("2026-04-18")

        late = await pool.tries_dispute()

        assert code_of(late) == (409, "dispute-window-over")
        assert late.json()["until"] == "2026-04-17"


async def test_a_month_that_is_not_posted_is_previewed_anew_and_not_disputed(running):
    async with disputes_of(running) as pool:
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.it_is("2026-05-06")
        await pool.settles("2026-04", "preview")

        at = "/pools/dongli/settlements/2026-04/statements/ICBC"
        assert code_of(await pool.tries_dispute(at=at, line=1)) == (409, "month-not-posted")
        nowhere = "/pools/dongli/settlements/2026-09/statements/ICBC"
        assert code_of(await pool.tries_dispute(at=nowhere, line=1)) == (404, "not-found")


async def test_what_an_adjustment_has_booked_back_is_not_taken_off_twice(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()
        proposed = await pool.proposes(filed, "uphold")
        adjustment = await pool.maker.post(
            f"/claims/{pool.claim['id']}/adjustments",
            json={"kind": "claw_back", "reason": "用途不符", "evidence": "审计 4"},
        )
        at = f"/adjustments/{adjustment.json()['id']}"
        trial = (await pool.checker.get(at)).json()["trial"]
        done = await pool.checker.post(
            f"{at}/decide", json={"trial": trial["id"], "opinion": "同意"}
        )
        assert done.status_code == 200, done.text

        late = await pool.checker.post(
            f"/disputes/{filed['id']}/decide",
            json={"trial": proposed["trial"]["id"], "opinion": "同意"},
        )

        assert code_of(late) == (409, "line-adjusted")
        assert late.json()["number"] == "DL-T-2026-0001"
        await pool.checker.post(f"/disputes/{filed['id']}/send_back", json={"reason": "已更正"})
        again = await pool.maker.post(
            f"/disputes/{filed['id']}/propose", json={"verdict": "uphold", "reason": "属实"}
        )
        assert code_of(again) == (409, "line-adjusted")
        assert (await pool.decides_dispute(filed, "reject"))["upheld"] == "0.00"


async def test_a_claw_back_after_an_upheld_dispute_gives_back_what_the_dispute_left(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()
        await pool.decides_dispute(filed, "uphold")
        adjustment = await pool.maker.post(
            f"/claims/{pool.claim['id']}/adjustments",
            json={"kind": "claw_back", "reason": "用途不符", "evidence": "审计 4"},
        )
        at = f"/adjustments/{adjustment.json()['id']}"
        trial = (await pool.checker.get(at)).json()["trial"]
        done = await pool.checker.post(
            f"{at}/decide", json={"trial": trial["id"], "opinion": "同意"}
        )

        assert done.status_code == 200, done.text
        held = await pool.balances()
        # 360.00 are owed for March, 400.00 come back and 40.00 of them not.
        assert (held["receivable:ICBC"], held["payable:ICBC"]) == ("400.00", "400.00")
        assert "recoveries" not in held and "claims" not in held
        await pool.it_is("2026-05-06")
        assert await net_of(pool, "2026-04") == ("360.00", "-360.00")


async def test_a_decision_on_figures_that_have_moved_is_refused_with_both(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()
        proposed = await pool.proposes(filed, "uphold")
        await released(pool.maker, pool.checker, "dongli", "receipt", "360.00", "2026-04-02",
                       item=ITEM)  # fmt: skip

        late = await pool.checker.post(
            f"/disputes/{filed['id']}/decide",
            json={"trial": proposed["trial"]["id"], "opinion": "同意"},
        )

        assert code_of(late) == (409, "trial-moved")
        assert late.json()["seen"]["before"]["settled"] == "0.00"
        assert late.json()["now"]["before"]["settled"] == "360.00"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"verdict": "uphold_in_part"}, "not-a-part"),
        ({"verdict": "uphold_in_part", "amount": "40.00"}, "not-a-part"),
        ({"verdict": "uphold", "amount": "1.00"}, "not-of-this-kind"),
        ({"verdict": "reject", "amount": "1.00"}, "not-of-this-kind"),
    ],
)
async def test_a_proposal_says_what_it_means(running, said, code):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()

        answer = await pool.maker.post(
            f"/disputes/{filed['id']}/propose", json={"reason": "查证", **said}
        )

        assert answer.json()["errors"][0]["code"] == code


async def test_finance_files_by_letter_and_a_bank_sees_its_own_disputes_alone(running):
    async with disputes_of(running, "ICBC", "CCB") as pool:
        filed = await pool.disputes(by=pool.maker, letter="工银津函〔2026〕17 号")
        proposed = await pool.proposes(filed, "uphold")

        assert (proposed["letter"], proposed["filed_by_bank"]) == ("工银津函〔2026〕17 号", False)
        own = await pool.dispute(filed, by=pool.bank("ICBC"))
        assert (own["trial"], own["uphold"], own["proposal_reason"]) == (None, None, None)
        assert [move["action"] for move in own["history"]] == ["file"]
        ccb = pool.bank("CCB")
        assert code_of(await ccb.get(f"/disputes/{filed['id']}")) == (404, "not-found")
        listed = (await ccb.get("/pools/dongli/disputes")).json()["items"]
        assert listed == []
        async with pool.service.context.database.begin("CCB") as conn:
            assert await conn.fetchval("select count(*) from disputes") == 0
        found = await pool.auditor.get("/pools/dongli/disputes", params={"month": "2026-03"})
        assert [one["number"] for one in found.json()["items"]] == ["DL-Y-2026-0001"]
        assert (await pool.service.anonymous().get("/pools/dongli/disputes")).status_code == 401


async def test_the_transfer_of_a_decision_is_explained_and_the_audit_finds_nothing(running):
    async with disputes_of(running) as pool:
        filed = await pool.disputes()
        await pool.decides_dispute(filed, "uphold")
        (booked,) = [
            one
            for one in (await pool.auditor.get("/pools/dongli/transfers")).json()["items"]
            if one["kind"] == "dispute-upheld"
        ]

        told = (await pool.auditor.get(f"/explanations/transfer/dongli/{booked['seq']}")).json()

        text = str(told)
        assert "争议金额 = 对账单金额 − 主张金额" in text and "40.00" in text
        assert "DL-Y-2026-0001" in text and "评估费已在前案扣除" in text
        own = await pool.bank("ICBC").get(f"/explanations/transfer/dongli/{booked['seq']}")
        assert own.status_code == 200
        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, "dongli")
        assert report is not None and report.passed, report
