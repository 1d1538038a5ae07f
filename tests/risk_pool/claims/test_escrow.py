"""A programme with escrow, over HTTP: held, settled at the write-off both ways, to the fen."""

from typing import Any

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from tests.cash import pay_claim, release, reversed_by_two, settle_items
from tests.papers import document
from tests.papers import shown as paper_shown
from tests.risk_pool.claims.driver import Claims, amounts, claims_of
from tests.risk_pool.claims.test_adjustments import (
    LATE,
    current,
    decides,
    gets,
    proposes,
    reversed_by,
)
from tests.risk_pool.claims.test_claims import code_of

SETTLEMENT = {"kind": "escrow_settlement", "reason": "银行已核销", "evidence": "核销批复 2026-9"}
PAPERS = [document("report")]


async def approved(pool: Claims, principal: str = "900000.00", **more: Any) -> Any:
    """A claim of which the pool is to set 80 % aside."""
    await pool.covers("a", mode="escrow", **{"amount": "4900000.00", **more})
    for month in ("2026-01", "2026-02"):
        await pool.goes_bad("a", month, principal, overdue_days=95)
    await pool.it_is("2026-03-05")
    return await pool.approves("a", principal, overdue_days=100)


async def set_aside(pool: Claims, claim: Any) -> Any:
    """The pool's part is moved into escrow, by two persons."""
    return await pay_claim(pool.maker, pool.checker, claim)


async def escrowed(pool: Claims, principal: str = "900000.00", **more: Any) -> Any:
    """A claim whose compensation is held in escrow."""
    return await set_aside(pool, await approved(pool, principal, **more))


async def reports(pool: Claims, claim: Any, *, bank: str = "ICBC", **more: Any) -> Any:
    """The bank reports its write-off; the answer."""
    body = {"written_off_on": "2026-03-05", "reason": "终结执行", "documents": PAPERS} | more
    return await pool.bank(bank).post(f"/claims/{claim['id']}/report_loss", json=body)


async def settled(pool: Claims, claim: Any, **more: Any) -> Any:
    """From the bank's report to the decision of two persons; the adjustment."""
    reported = await reports(pool, claim, **more)
    assert reported.status_code == 200, reported.text
    return await reversed_by(pool, claim, **SETTLEMENT)


async def shown(pool: Claims, claim: Any) -> Any:
    return (await pool.auditor.get(f"/claims/{claim['id']}")).json()


async def passes_the_audit(pool: Claims) -> None:
    async with opened(pool.service.context.database.url) as conn:
        report = await audit_pool(conn, pool.code)
    assert report is not None and len(report.checks) == 10
    assert [check.first for check in report.checks if not check.passed] == []


async def test_what_is_approved_is_earmarked_and_what_is_set_aside_is_held_not_paid(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await approved(pool)
        assert amounts(claim["shares"]) == {"pool": "720000.00", "bank": "180000.00"}
        assert [(one["payee"], one["kind"]) for one in claim["money_path"]] == [
            ("escrow", "escrow")
        ]
        assert (claim["escrow"], claim["held"]) == (True, "0.00")
        money = (await pool.auditor.get(f"/pools/{pool.code}")).json()
        assert (money["earmarked"], money["escrow"]) == ("720000.00", "0.00")
        assert (money["cash"], money["available"]) == ("20000000.00", "19280000.00")
        await passes_the_audit(pool)

        held = await set_aside(pool, claim)

        assert (held["state"], held["held"], held["paid"]) == ("escrowed", "720000.00", "0.00")
        assert (held["escrowed_on"], held["paid_on"]) == ("2026-03-05", None)
        money = (await pool.auditor.get(f"/pools/{pool.code}")).json()
        assert (money["earmarked"], money["escrow"]) == ("0.00", "720000.00")
        assert (money["cash"], money["available"]) == ("19280000.00", "19280000.00")
        assert (money["claims"], money["payable"]) == ("0.00", "0.00")
        listed = (await pool.auditor.get("/pools")).json()["items"]
        assert [one["escrow"] for one in listed] == ["720000.00"]
        (told,) = await pool.said("claim.escrowed.v1")
        assert (told["held"], told["escrowed_on"]) == ("720000.00", "2026-03-05")
        assert await pool.said("claim.paid.v1") == []
        await passes_the_audit(pool)


async def test_what_is_to_be_set_aside_is_moved_by_two_persons_and_owed_to_nobody(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await approved(pool)
        items = (await pool.maker.get(f"/pools/{pool.code}/open-items")).json()["items"]
        assert [(one["direction"], one["party_code"], one["open"]) for one in items] == [
            ("set_aside", "ICBC", "720000.00")
        ]
        wrong = {"kind": "payment", "amount": "720000.00", "value_date": "2026-03-05",
                 "item": items[0]["reference"]}  # fmt: skip
        refused = await pool.maker.post(f"/pools/{pool.code}/cash-entries", json=wrong)
        assert code_of(refused) == (409, "wrong-direction")

        entered = await pool.maker.post(f"/claims/{claim['id']}/enter_payment", json={})

        (payment,) = entered.json()["payments"]
        assert (payment["kind"], entered.json()["state"]) == ("set_aside", "approved")
        assert (await pool.balances())["cash"] == "20000000.00"
        own = pool.service.as_("gao", "finance_maker", "finance_checker")
        refused = await own.post(f"/cash-entries/{payment['id']}/release", json={})
        assert code_of(refused) == (409, "second-person-required")
        await release(pool.checker, payment)
        held = await pool.balances()
        assert (held["cash"], held["escrow:ICBC"]) == ("19280000.00", "720000.00")
        assert (await pool.maker.get(f"/pools/{pool.code}/open-items")).json()["items"] == []


async def test_a_transfer_into_escrow_that_came_back_is_earmarked_and_made_again(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool)
        (payment,) = claim["payments"]

        await reversed_by_two(pool.maker, pool.checker, payment, reason="账号有误，银行退回")

        after = await shown(pool, claim)
        assert (after["state"], after["held"], after["escrowed_on"]) == ("approved", "0.00", None)
        held = await pool.balances()
        assert (held["cash"], held["earmarked:ICBC"]) == ("20000000.00", "720000.00")
        assert "escrow:ICBC" not in held
        await passes_the_audit(pool)
        again = await set_aside(pool, claim)
        assert (again["state"], again["held"]) == ("escrowed", "720000.00")
        done = await reversed_by(pool, claim)
        assert gets(done["effect"]) == {"sh_escrow": "0.00", "ICBC": "0.00"}
        held = await pool.balances()
        assert (held["cash"], current(held, "ICBC")) == ("19280000.00", "-720000.00")
        await passes_the_audit(pool)


async def test_the_worked_example_is_held_settled_and_released_to_the_fen(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool, "4840520.11", ip_share_bp=8_000)
        assert (claim["base"], claim["held"]) == ("3872416.09", "3097932.87")
        back = await pool.recovers(claim, "1250000.00", costs="48637.40", on="2026-03-05")

        # Nothing has been paid to the bank yet: what comes in is its own, and the loss is smaller.
        assert amounts(back["shares"]) == {"bank": "1201362.60"}
        assert "recoveries" not in await pool.balances()
        done = await settled(pool, claim)

        effect = done["effect"]["escrow"]
        assert (effect["base"], effect["recovered"]) == ("3872416.09", "1201362.60")
        assert (effect["net_loss"], effect["net_loss_by_books"]) == ("2671053.49",) * 2
        assert (effect["held"], effect["due"]) == ("3097932.87", "2136842.79")
        assert (effect["paid"], effect["released"]) == ("2136842.79", "961090.08")
        assert (effect["added"], effect["short"]) == ("0.00", "0.00")
        assert gets(done["effect"]) == {"sh_escrow": "-2136842.79", "ICBC": "2136842.79"}
        rules = [one["rule"] for one in done["explanation"]["explanation"]["steps"]]
        assert rules == ["escrow.due", "escrow.true_up", "escrow.shares"]
        after = await shown(pool, claim)
        assert (after["state"], after["base"]) == ("settled", "2671053.49")
        assert amounts(after["shares"]) == {"pool": "2136842.79", "bank": "534210.70"}
        assert (after["paid"], after["held"], after["released"]) == (
            "2136842.79", "0.00", "961090.08",
        )  # fmt: skip
        held = await pool.balances()
        assert held["claims"] == "2136842.79"
        # The bank keeps the escrow account: what is too much it owes, no cash has come in.
        assert (held["cash"], held["receivable:ICBC"]) == ("16902067.13", "961090.08")
        assert "escrow:ICBC" not in held and "earmarked:ICBC" not in held
        (told,) = await pool.said("claim.settled.v1")
        assert (told["net_loss"], told["released"]) == ("2671053.49", "961090.08")
        await passes_the_audit(pool)

        # From now on what comes in is shared out by what each bears.
        last = await pool.recovers(claim, "98765.43", on="2026-03-05")
        assert amounts(last["shares"]) == {"pool": "79012.34", "bank": "19753.09"}
        assert (await pool.balances())["recoveries"] == "79012.34"


async def test_a_larger_net_loss_is_topped_up_and_the_month_pays_it(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool, "1000000.00")
        asked = await reports(pool, claim, net_loss="1100000.00")
        assert asked.status_code == 422
        assert [one["code"] for one in asked.json()["errors"]] == ["net-loss-differs"]

        done = await settled(
            pool, claim, net_loss="1100000.00", difference_reason="诉讼费用未计入基数"
        )

        effect = done["effect"]["escrow"]
        assert (effect["due"], effect["paid"]) == ("880000.00", "880000.00")
        assert (effect["added"], effect["released"]) == ("80000.00", "0.00")
        after = await shown(pool, claim)
        assert amounts(after["shares"]) == {"pool": "880000.00", "bank": "220000.00"}
        assert (after["added"], after["pool_pays"]) == ("80000.00", "880000.00")
        held = await pool.balances()
        assert (held["claims"], held["payable:ICBC"]) == ("880000.00", "80000.00")
        assert held["cash"] == "19200000.00"

        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)
        await settle_items(pool.maker, pool.checker, pool.code, "2026-04-02")
        held = await pool.balances()
        assert (held["cash"], current(held, "ICBC")) == ("19120000.00", "0.00")
        await passes_the_audit(pool)


async def test_the_pool_adds_no_more_than_is_available_and_the_rest_stays_with_the_bank(running):
    async with claims_of(running, code="sh_escrow", paid_in="830000.00") as pool:
        claim = await escrowed(pool, "1000000.00", amount="1000000.00")

        done = await settled(pool, claim, net_loss="1100000.00", difference_reason="费用")

        effect = done["effect"]["escrow"]
        assert (effect["available"], effect["added"], effect["short"]) == (
            "30000.00", "30000.00", "50000.00",
        )  # fmt: skip
        after = await shown(pool, claim)
        assert amounts(after["shares"]) == {"pool": "830000.00", "bank": "270000.00"}
        money = (await pool.auditor.get(f"/pools/{pool.code}")).json()
        assert money["available"] == "0.00"
        # What comes back goes by what was borne, not by the nominal 80:20.
        back = await pool.recovers(claim, "110000.00", on="2026-03-05")
        assert amounts(back["shares"]) == {"pool": "83000.00", "bank": "27000.00"}


async def test_without_a_net_loss_everything_is_released(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool, "1000000.00")
        await pool.recovers(claim, "1000000.00", on="2026-03-05")

        done = await settled(pool, claim)

        effect = done["effect"]["escrow"]
        assert (effect["net_loss"], effect["released"]) == ("0.00", "800000.00")
        after = await shown(pool, claim)
        assert (after["state"], after["paid"]) == ("settled", "0.00")
        assert amounts(after["shares"]) == {"pool": "0.00", "bank": "0.00"}
        held = await pool.balances()
        assert (held["cash"], held["receivable:ICBC"]) == ("19200000.00", "800000.00")
        assert "claims" not in held
        # Nobody has lost anything any more: it is the pledgor's.
        last = await pool.recovers(claim, "1.00", on="2026-03-05")
        assert last["to_pledgor"] == "1.00"


async def test_a_recovery_before_the_settlement_says_that_it_lowers_the_net_loss(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool)
        report = await pool.recovers(claim, "100000.00", on="2026-03-05", confirmed=False)

        trial = (await pool.checker.get(f"/recoveries/{report['id']}")).json()["trial"]

        assert (trial["net_loss_before"], trial["net_loss_after"]) == ("900000.00", "800000.00")
        assert [(one["party"], one["amount"]) for one in trial["shares"]] == [("bank", "100000.00")]
        assert (await pool.confirms(report)).status_code == 200
        await settled(pool, claim)
        late = await pool.recovers(claim, "1000.00", on="2026-03-05", confirmed=False)
        trial = (await pool.checker.get(f"/recoveries/{late['id']}")).json()["trial"]
        assert trial["net_loss_before"] is None
        assert [one["open_before"] for one in trial["shares"]] == ["640000.00", "160000.00"]


async def test_a_settlement_whose_trial_has_moved_is_refused_with_both_figures(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool)
        await reports(pool, claim)
        adjustment = (await proposes(pool, claim, **SETTLEMENT)).json()
        seen = (await pool.checker.get(f"/adjustments/{adjustment['id']}")).json()["trial"]
        assert seen["escrow"]["released"] == "0.00"
        await pool.recovers(claim, "100000.00", on="2026-03-05")

        moved = await decides(pool, adjustment, trial=seen["id"])

        assert code_of(moved) == (409, "trial-moved")
        both = moved.json()
        assert both["seen"]["escrow"]["net_loss"] == "900000.00"
        assert (both["now"]["escrow"]["net_loss"], both["now"]["escrow"]["released"]) == (
            "800000.00", "80000.00",
        )  # fmt: skip
        assert (await shown(pool, claim))["state"] == "loss_reported"
        assert (await decides(pool, adjustment)).status_code == 200


async def test_the_write_off_is_reported_with_a_day_a_reason_and_papers_and_may_be_mended(running):
    async with claims_of(running, "ICBC", "CCB", code="sh_escrow") as pool:
        claim = await approved(pool)
        assert code_of(await reports(pool, claim)) == (409, "not-possible-now")
        await set_aside(pool, claim)
        assert code_of(await proposes(pool, claim, **SETTLEMENT)) == (409, "loss-not-reported")
        assert (await reports(pool, claim, bank="CCB")).status_code == 404
        for wrong, code in (
            ({"documents": []}, None),
            ({"reason": ""}, None),
            ({"written_off_on": "2026-03-04"}, "written-off-on-impossible"),
            ({"written_off_on": "2026-03-06"}, "written-off-on-impossible"),
            ({"net_loss": "900000.01"}, "net-loss-differs"),
        ):
            answer = await reports(pool, claim, **wrong)
            assert answer.status_code == 422, wrong
            if code:
                assert [one["code"] for one in answer.json()["errors"]] == [code]
        assert (await shown(pool, claim))["state"] == "escrowed"

        first = (await reports(pool, claim, net_loss="1.00", difference_reason="误")).json()
        assert (first["state"], first["net_loss"]) == ("loss_reported", "1.00")
        back = await pool.checker.post(
            f"/claims/{claim['id']}/return_loss", json={"reason": "缺少批复"}
        )
        assert (back.json()["state"], back.json()["net_loss"]) == ("escrowed", None)
        assert (back.json()["held"], back.json()["loss_papers"]) == ("720000.00", [])
        mended = (await reports(pool, claim)).json()

        assert (mended["net_loss"], mended["loss_difference"]) == ("900000.00", "")
        assert mended["loss_papers"] == [paper_shown("ICBC", "report")]
        assert mended["waiting_for"]["roles"] == ["finance_maker"]
        told = await pool.said("claim.loss-reported.v1")
        assert [one["net_loss"] for one in told] == ["1.00", "900000.00"]


async def test_what_comes_in_after_the_report_lowers_the_reported_net_loss(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool, "1000000.00")
        await pool.recovers(claim, "50000.00", on="2026-03-05")
        await reports(pool, claim, net_loss="1100000.00", difference_reason="费用")
        await pool.recovers(claim, "100000.00", on="2026-03-05")

        done = await reversed_by(pool, claim, **SETTLEMENT)

        effect = done["effect"]["escrow"]
        assert (effect["net_loss_reported"], effect["net_loss"]) == ("1100000.00", "1000000.00")
        assert effect["net_loss_by_books"] == "850000.00"


@pytest.mark.parametrize("state", ["approved", "escrowed", "loss_reported", "settled"])
async def test_an_escrow_claim_found_wrong_is_booked_back_from_every_state(running, state):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await approved(pool)
        if state != "approved":
            await set_aside(pool, claim)
            await pool.recovers(claim, "100000.00", on="2026-03-05")
        if state == "loss_reported":
            await reports(pool, claim)
        if state == "settled":
            await settled(pool, claim)
            await pool.recovers(claim, "1000.00", on="2026-03-05")
        assert (await shown(pool, claim))["state"] == state

        done = await reversed_by(
            pool, claim, kind="exclude" if state == "escrowed" else "claw_back"
        )

        after = await shown(pool, claim)
        assert (after["state"], after["held"]) == ("reversed", "0.00")
        # The proposal held the approved claim, so that it was not paid meanwhile.
        source = "held" if state == "approved" else state
        assert (after["history"][-1]["source"], after["history"][-1]["role"]) == (source, "system")
        held = await pool.balances()
        assert not [name for name in held if name.startswith(("escrow", "earmark", "claims"))]
        if state == "settled":
            # 640,000.00 were paid out of escrow, 800.00 of 1,000.00 came back since.
            assert gets(done["effect"]) == {"sh_escrow": "639200.00", "ICBC": "-639200.00"}
            assert (held["cash"], current(held, "ICBC")) == ("19280000.00", "-720000.00")
        else:
            # Nobody was paid: what the bank has kept in escrow it owes.
            assert gets(done["effect"]) == {"sh_escrow": "0.00", "ICBC": "0.00"}
            kept = "0.00" if state == "approved" else "-720000.00"
            assert current(held, "ICBC") == kept
            assert held["cash"] == ("20000000.00" if state == "approved" else "19280000.00")
        await passes_the_audit(pool)


async def test_late_money_of_an_escrow_claim_belongs_into_the_net_loss(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool)
        assert code_of(await proposes(pool, claim, **LATE)) == (409, "escrow-counts-the-net-loss")


async def test_the_statements_show_what_is_held_as_held(running):
    async with claims_of(running, code="sh_escrow") as pool:
        claim = await escrowed(pool)
        await pool.it_is("2026-04-02")
        for month in ("2026-01", "2026-02", "2026-03"):
            await pool.settles(month)
        where = f"/pools/{pool.code}/settlements/2026-03/statements"
        own = (await pool.auditor.get(f"{where}/{pool.code}.json")).json()
        tables = {one["code"]: one for one in own["tables"]}
        assert tables["escrow"]["closing"] == "720000.00"
        assert tables["available"]["closing"] == tables["cash"]["closing"] == "19280000.00"
        assert [(one["zh"], one["amount"]) for one in tables["available"]["rows"]] == [
            ("批准转入保证金", "-720000.00")
        ]
        banks = (await pool.bank("ICBC").get(f"{where}/ICBC.json")).json()
        tables = {one["code"]: one for one in banks["tables"]}
        assert tables["current"]["closing"] == "0.00"
        assert [(one["zh"], one["amount"]) for one in tables["escrow"]["rows"]] == [
            ("转入保证金账户", "720000.00")
        ]

        await settled(pool, claim, written_off_on="2026-04-01")
        await pool.it_is("2026-05-02")
        await pool.settles("2026-04")
        where = f"/pools/{pool.code}/settlements/2026-04/statements"
        banks = (await pool.bank("ICBC").get(f"{where}/ICBC.json")).json()
        tables = {one["code"]: one for one in banks["tables"]}
        assert [(one["en"], one["amount"]) for one in tables["escrow"]["rows"]] == [
            ("Paid to the bank out of escrow", "-720000.00")
        ]
        await passes_the_audit(pool)
