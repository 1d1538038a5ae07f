"""Disposals of pledged rights: rounds, a sale, recoveries within the proceeds, closed by two."""

from datetime import date
from typing import Any

import pytest

from services.risk_pool.domain.disposal import LIFE_CYCLE
from tests.risk_pool.bad_loans.driver import (
    REPORT,
    ROLES,
    asks,
    is_over,
    pledge,
    pledged,
    reads,
    somebody,
    walks,
)
from tests.risk_pool.bad_loans.test_warnings import README
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending
from tests.risk_pool.claims.test_explain import opened, refused

PATENT = {"kind": "invention", "number": "ZL202110123456.7", "name": "一种合金"}
OPENING = {"rights": [PATENT], "reason": "逾期 121 天"}
BODIES: dict[str, Any] = {
    "appraise": {"value": "1800000.00", "appraiser": "某评估公司", "valued_on": "2026-03-01",
                 "papers": [REPORT]},
    "offer": {"way": "auction", "price": "1500000.00", "venue": "产权交易中心",
              "until": "2026-12-31"},
    "fail_round": {"failed_on": "2026-03-05", "reason": "无人报名"},
    "sell": {"buyer": "某新材料公司", "price": "1500000.00", "sold_on": "2026-03-05",
             "papers": [REPORT]},
    "add_cost": {"reference": "PZ-1", "kind": "auction", "amount": "48637.40",
                 "paid_on": "2026-03-05"},
    "propose_closing": {"reason": "款项已全部到账"},
    "send_back": {"reason": "缺少发票"},
    "close": {"reason": "同意结案"},
    "end": {"reason": "无人受让"},
    "withdraw": {"reason": "企业已还清"},
}  # fmt: skip
RUNS = ("bank_operator", "finance_maker")
ENDED = ("disposal.ended.v1",)
WAYS_TO: dict[str, tuple[str, ...]] = {
    "open": ("appraise",),
    "offered": ("appraise", "offer"),
    "sold": ("appraise", "offer", "sell"),
    "closing": ("appraise", "offer", "sell", "propose_closing"),
    "closed": ("appraise", "offer", "sell", "propose_closing", "close"),
    "no_result": ("end",),
    "withdrawn": ("withdraw",),
}
BY = {"close": "finance_checker", "end": "finance_checker"}


NUMBER = "202110123456.7"


def marks(last: int) -> list[Any]:
    return [pledge(str(one), kind="trademark_right", nice_class=9) for one in range(1, last + 1)]


async def opens(pool: Claims, name: str, *, by: Any = None, **more: Any) -> Any:
    path = f"/coverages/{pool.loans[name]}/disposals"
    return await asks(by or pool.bank("ICBC"), path, OPENING | more, 201)


def right(serial: int) -> dict[str, str]:
    return {"kind": "trademark_right", "number": str(serial), "name": "商标"}


async def stands(pool: Claims, name: str, state: str, right: Any, *, opener: str = "") -> str:
    by = somebody(pool, "bank_operator", opener or "clerk")
    disposal = await opens(pool, name, by=by, rights=[right])
    path = f"/disposals/{disposal['id']}"
    for action in WAYS_TO[state]:
        who = somebody(pool, BY.get(action, "bank_operator"), BY.get(action, "clerk"))
        body = BODIES[action]
        if action == "add_cost":
            body = body | {"reference": right["number"]}
        await asks(who, f"{path}/{action}", body)
    return path


async def test_a_disposal_is_moved_on_by_those_it_names_alone(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        await pledged(pool, "a", *marks(60))
        serial = 0
        for source, action, to, roles, told in (
            ("open", "appraise", "open", RUNS, ()),
            ("open", "offer", "offered", RUNS, ()),
            ("offered", "fail_round", "open", RUNS, ()),
            ("offered", "sell", "sold", RUNS, ("disposal.sold.v1",)),
            ("open", "add_cost", "open", RUNS, ()),
            ("offered", "add_cost", "offered", RUNS, ()),
            ("sold", "add_cost", "sold", RUNS, ()),
            ("sold", "propose_closing", "closing", RUNS, ("disposal.closing-proposed.v1",)),
            ("closing", "send_back", "sold", ("finance_checker",), ()),
            ("closing", "close", "closed", ("finance_checker",), ENDED),
            ("open", "end", "no_result", ("finance_checker", "pool_manager"), ENDED),
            ("open", "withdraw", "withdrawn", RUNS, ENDED),
            ("offered", "withdraw", "withdrawn", RUNS, ENDED),
        ):
            for role in roles:
                serial += 1
                path = await stands(pool, "a", source, right(serial))
                body = BODIES[action]
                if action == "add_cost":
                    body = body | {"reference": f"PZ-{serial}"}
                if action in ("close", "end"):
                    same = pool.service.as_("clerk", role)
                    answer = await same.post(f"{path}/{action}", json=body)
                    assert code_of(answer) == (409, "second-person-required"), action
                await walks(pool, path, action, body, by=role, roles=roles, to=to, told=told)
        for state in LIFE_CYCLE.states:
            serial += 1
            path = await stands(pool, "a", state, right(serial))
            possible = tuple(move.action for move in LIFE_CYCLE.moves if move.source == state)
            await is_over(pool, path, BODIES, but=possible)


async def test_a_banks_clerk_or_finance_opens_one_for_a_loan_that_went_bad_and_no_right_twice(
    running,
):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.covers("good")
        await pool.covers("theirs", bank="CCB")
        path = f"/coverages/{pool.loans['good']}/disposals"
        answer = await pool.bank("ICBC").post(path, json=OPENING)
        assert code_of(answer) == (409, "loan-not-bad")
        await bad_loan(pool)
        await pledged(pool, "a", pledge(NUMBER), *marks(7))
        for role in ROLES:
            if role not in RUNS:
                path = f"/coverages/{pool.loans['a']}/disposals"
                answer = await somebody(pool, role).post(path, json=OPENING)
                assert code_of(answer) == (403, "forbidden"), role
        for role in RUNS:
            made = await opens(
                pool, "a", by=somebody(pool, role), rights=[right(RUNS.index(role) + 1)]
            )
            last = made["history"][-1]
            assert (last["source"], last["target"], last["role"]) == (None, "open", role)
        told = await pool.said("disposal.opened.v1")
        assert [one["rights"] for one in told] == [["1"], ["2"]]
        assert (await opens(pool, "a", rights=[{**PATENT, "name": "别名"}]))["rights"] == [
            PATENT | {"registration_no": f"Y-{NUMBER}", "pledge_ended_on": None, "how_ended": ""}
        ]
        again = {
            "rights": [{**PATENT, "number": "ｚｌ２０２１１０１２３４５６．７"}, right(7), right(7)]
        }
        answer = await pool.bank("ICBC").post(path, json=OPENING | again)
        assert [one["pointer"] for one in answer.json()["errors"]] == [
            "#/rights/0/number", "#/rights/2/number",
        ]  # fmt: skip
        path = f"/coverages/{pool.loans['theirs']}/disposals"
        assert code_of(await pool.bank("ICBC").post(path, json=OPENING)) == (404, "not-found")
        assert (await pool.bank("CCB").get("/disposals")).json()["items"] == []
        answer = await pool.bank("CCB").get(f"/disposals/{made['id']}")
        assert code_of(answer) == (404, "not-found")


async def test_only_a_right_that_its_register_says_is_pledged_is_disposed_of(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        path = f"/coverages/{pool.loans['a']}"
        answer = await pool.bank("ICBC").post(f"{path}/disposals", json=OPENING)
        assert code_of(answer) == (409, "pledges-not-yet-known")
        patent = pledge(NUMBER)
        mark = pledge("7", kind="trademark_right", right_name="津澜")
        gone = {"ended_on": date(2026, 2, 1), "end": "cancelled"}
        over = pledge("8", kind="trademark_right", **gone)
        await pledged(pool, "a", patent, mark, over)

        rights = [PATENT, right(7), right(8), right(9)]
        answer = await pool.bank("ICBC").post(
            f"{path}/disposals", json=OPENING | {"rights": rights}
        )
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
            ("#/rights/2/number", "pledge-ended"), ("#/rights/3/number", "right-not-pledged"),
        ]  # fmt: skip
        made = await opens(pool, "a", rights=[right(7)])
        assert (made["rights"][0]["name"], made["rights"][0]["how_ended"]) == ("津澜", "")
        offered = (await reads(pool, f"{path}/pledges"))["items"]
        assert [
            (one["number"], one["may_be_disposed_of"], one["disposal_number"], one["how_ended"])
            for one in offered
        ] == [(NUMBER, True, None, ""), ("7", False, made["number"], ""),
              ("8", False, None, "cancelled")]  # fmt: skip

        # Its register finds the pledge invalid while the right is on offer.
        await pledged(pool, "a", mark.model_copy(update=gone | {"end": "invalid"}))
        (shown,) = (await reads(pool, f"/disposals/{made['id']}"))["rights"]
        assert (shown["pledge_ended_on"], shown["how_ended"]) == ("2026-02-01", "invalid")
        assert (await pool.bank("ICBC").get(f"{path}/pledges")).status_code == 200
        answer = await pool.bank("CCB").get(f"{path}/pledges")
        assert code_of(answer) == (404, "not-found")


async def test_a_failed_round_is_kept_and_the_next_is_cheaper_and_nobody_buys_below_it(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        await pledged(pool, "a", pledge(NUMBER))
        bank, path = pool.bank("ICBC"), f"/disposals/{(await opens(pool, 'a'))['id']}"
        offer = BODIES["offer"]
        assert code_of(await bank.post(f"{path}/offer", json=offer)) == (409, "appraisal-missing")
        await asks(bank, f"{path}/appraise", BODIES["appraise"])
        await asks(bank, f"{path}/offer", offer)
        await asks(bank, f"{path}/fail_round", BODIES["fail_round"])
        answer = await bank.post(f"{path}/offer", json=offer)
        assert (code_of(answer), answer.json()["errors"][0]["code"]) == (
            (422, "invalid-request"), "price-not-lower",
        )  # fmt: skip
        await asks(bank, f"{path}/offer", offer | {"price": "1200000.00", "way": "listing"})
        for wrong, code in (
            ({"price": "1199999.99"}, "below-the-price"),
            ({"sold_on": "2026-03-04"}, "too-early"),
            ({"sold_on": "2026-03-06"}, "in-the-future"),
        ):
            body = BODIES["sell"] | {"price": "1200000.00"} | wrong
            answer = await bank.post(f"{path}/sell", json=body)
            assert [one["code"] for one in answer.json()["errors"]] == [code]
        sold = await asks(bank, f"{path}/sell", BODIES["sell"] | {"price": "1250000.00"})
        assert [(one["way"], one["price"], one["failed_on"]) for one in sold["rounds"]] == [
            ("auction", "1500000.00", "2026-03-05"), ("listing", "1200000.00", None),
        ]  # fmt: skip
        assert (sold["proceeds"], sold["recovery"]) == ("1250000.00", None)
        # The loan has no approved claim: the proceeds lower its principal and are no recovery.
        closing = await asks(bank, f"{path}/propose_closing", BODIES["propose_closing"])
        assert closing["proposed_by"] == "ICBC-clerk"


async def test_its_money_is_reported_as_recoveries_that_are_never_above_the_proceeds(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        await pledged(pool, "a", pledge(NUMBER))
        claim = await pool.approves("a", "900000.00", overdue_days=95)
        bank, path = pool.bank("ICBC"), f"/disposals/{(await opens(pool, 'a'))['id']}"
        for action in ("appraise", "offer"):
            await asks(bank, f"{path}/{action}", BODIES[action])
        reports, held = f"/claims/{claim['id']}/recoveries", await pool.balances()
        early = {"received_on": "2026-03-05", "route": "auction", "from_pledged_ip": True,
                 "gross": "1.00", "disposal_id": path[-36:]}  # fmt: skip
        assert code_of(await bank.post(reports, json=early)) == (409, "nothing-sold")
        await asks(bank, f"{path}/add_cost", BODIES["add_cost"])
        again = await bank.post(f"{path}/add_cost", json=BODIES["add_cost"])
        assert again.json()["errors"][0]["code"] == "cost-counted-before"
        sold = await asks(bank, f"{path}/sell", BODIES["sell"])
        assert await pool.balances() == held, "the disposal books nothing"
        assert sold["recovery"] == {
            "disposal_id": sold["id"], "received_on": "2026-03-05", "route": "auction",
            "from_pledged_ip": True, "gross": "1500000.00", "costs": "48637.40",
            "cost_items": [BODIES["add_cost"]],
        }  # fmt: skip

        part = sold["recovery"] | {"gross": "1000000.00"}
        first = await asks(bank, reports, part, 201)
        assert (first["disposal_id"], first["costs"]) == (sold["id"], "48637.40")
        shown = await reads(pool, path)
        assert (shown["reported"], shown["left"], shown["recovery"]["gross"]) == (
            "1000000.00", "500000.00", "500000.00",
        )  # fmt: skip
        for part, amount, parts in (
            ("appraisal", "1800000.00", ["1800000.00"]),
            ("price/1", "1500000.00", ["1500000.00"]),
            ("proceeds", "1500000.00", ["1500000.00"]),
            ("costs", "48637.40", ["48637.40"]),
            ("reported", "1000000.00", ["1000000.00"]),
            ("confirmed", "0.00", []),
            ("left", "500000.00", ["1500000.00", "-1000000.00"]),
        ):
            told = await opened(bank, f"disposal/{sold['number']}/{part}")
            got = (told["amount"], [one["amount"] for one in told["parts"]])
            assert got == (amount, parts), part
        assert [one["action_en"] for one in told["people"]][:2] == ["opened", "appraised"]
        await refused(bank, f"disposal/{sold['number']}/price/2")
        await refused(pool.bank("CCB"), f"disposal/{sold['number']}/left")
        assert shown["recovery"]["cost_items"] == [], "what has counted is not counted again"
        more = shown["recovery"] | {"gross": "500000.01"}
        answer = await bank.post(reports, json=more)
        assert (code_of(answer), answer.json()["reported"]) == (
            (409, "disposal-exceeded"), "1000000.00",
        )  # fmt: skip
        wrong = shown["recovery"] | {"from_pledged_ip": False}
        assert code_of(await bank.post(reports, json=wrong)) == (422, "invalid-request")
        nobody = shown["recovery"] | {"disposal_id": claim["id"]}
        assert code_of(await bank.post(reports, json=nobody)) == (422, "invalid-request")
        second = await asks(bank, reports, shown["recovery"], 201)
        done = BODIES["propose_closing"]
        await pool.confirms(first)
        answer = await bank.post(f"{path}/propose_closing", json=done)
        assert (code_of(answer), answer.json()["confirmed"]) == (
            (409, "proceeds-not-recovered"), "1000000.00",
        )  # fmt: skip

        # Sent back, it may be reported anew up to what is left without it.
        await asks(pool.checker, f"/recoveries/{second['id']}/return", {"reason": "流水不符"})
        again = await asks(bank, f"/recoveries/{second['id']}/resubmit", shown["recovery"])
        await pool.confirms(again)
        await asks(bank, f"{path}/propose_closing", done)
        closed = await asks(pool.checker, f"{path}/close", BODIES["close"])
        assert [one["state"] for one in closed["recoveries"]] == ["confirmed", "confirmed"]
        (told,) = await pool.said("disposal.ended.v1")
        assert (told["outcome"], told["proceeds"], told["costs"]) == (
            "closed", "1500000.00", "48637.40",
        )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {"rights": []},
        {"rights": [PATENT | {"kind": "moon"}]},
        {"rights": [PATENT | {"number": "ZL1"}]},
    ],
)
async def test_rights_that_cannot_be_are_refused(running, body):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        await pledged(pool, "a", pledge(NUMBER))
        path = f"/coverages/{pool.loans['a']}/disposals"
        answer = await pool.bank("ICBC").post(path, json=OPENING | body)
        assert code_of(answer) == (422, "invalid-request")


def test_the_manual_draws_a_disposal_as_it_is():
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in README.read_text(encoding="utf-8")
