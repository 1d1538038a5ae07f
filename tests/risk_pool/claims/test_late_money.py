"""Money from before the approval comes to light: whatever has become of the claim by then, nothing
is paid as if it had not."""

import asyncio

import pytest

from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_adjustments import LATE, decides, gets, proposes, reversed_by
from tests.risk_pool.claims.test_after_approval import approved, seen
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending


async def reach(pool, state):
    """A claim of 900,000.00, of which the pool bears 40 %, in a state."""
    await lending(pool)
    await bad_loan(pool)
    claim = await pool.files("a", "900000.00", overdue_days=95)
    if state == "submitted":
        return claim
    if state == "reviewed":
        await pool.readies(claim)
        return claim
    claim = await pool.decides(claim)
    if state == "held":
        await pool.goes_bad("a", "2026-03", "890000.00", overdue_days=123)
    if state in ("paid", "written_off"):
        await pool.pays(claim)
    if state == "written_off":
        body = {"reason": "执行终结"}
        answer = await pool.checker.post(f"/claims/{claim['id']}/write_off", json=body)
        assert answer.status_code == 200, answer.text
    return claim


@pytest.mark.parametrize("state", ["submitted", "reviewed"])
async def test_before_the_decision_it_lowers_the_principal_that_is_decided(running, state):
    async with claims_of(running) as pool:
        claim = await reach(pool, state)
        assert code_of(await proposes(pool, claim, **LATE)) == (409, "nothing-to-adjust")

        # The bank mends its report of the month; what was claimed is not approved any more.
        await pool.goes_bad("a", "2026-02", "800000.00", overdue_days=92)
        if state == "submitted":
            refused = await pool.maker.post(f"/claims/{claim['id']}/review", json={"opinion": "好"})
            assert code_of(refused) == (422, "claim-not-admissible")
            assert [one["code"] for one in refused.json()["findings"]] == ["principal-agrees"]
        else:
            refused = await pool.approves_now(claim)
            assert code_of(refused) == (409, "claim-facts-moved")
            assert [one["code"] for one in refused.json()["moved"]] == ["principal-lower"]

        gaps = {"gaps": [{"code": "principal-agrees", "text": "扣减批准前收回的款项"}]}
        back = await pool.maker.post(f"/claims/{claim['id']}/return", json=gaps)
        assert back.status_code == 200, back.text
        mended = pool.claim_of("a", "800000.00", overdue_days=95)
        del mended["loan_id"]
        answer = await pool.bank("ICBC").post(f"/claims/{claim['id']}/resubmit", json=mended)
        assert answer.status_code == 200, answer.text
        done = await pool.decides(answer.json())
        assert amounts(done["shares"]) == {"pool": "320000.00", "bank": "480000.00"}


@pytest.mark.parametrize("kind", ["late_money", "claw_back", "exclude"])
async def test_a_proposal_holds_an_approved_claim_until_a_person_has_decided(running, kind):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        more = LATE if kind == "late_money" else {"kind": kind}

        proposed = (await proposes(pool, claim, **more)).json()

        held = await seen(pool, claim)
        assert (held["state"], held["hold"]["code"]) == ("held", "adjustment-proposed")
        (told,) = await pool.said("claim.held.v1")
        assert told["code"] == "adjustment-proposed"
        paid = await pool.maker.post(f"/claims/{claim['id']}/pay", json={})
        assert code_of(paid) == (409, "not-possible-now")
        release = f"/claims/{claim['id']}/release"
        early = await pool.checker.post(release, json={"opinion": "先付"})
        assert code_of(early) == (409, "adjustment-open")
        assert early.json()["number"] == proposed["number"]

        # Another person finds that it is not so: what was approved is paid, after a look.
        path = f"/adjustments/{proposed['id']}"
        no = await pool.checker.post(f"{path}/refuse", json={"reason": "查无此款"})
        assert no.status_code == 200, no.text
        assert (await seen(pool, claim))["state"] == "held"
        let_go = await pool.checker.post(release, json={"opinion": "已核查"})
        assert let_go.status_code == 200, let_go.text
        assert (await pool.pays(claim))["paid"] == "360000.00"


@pytest.mark.parametrize("state", ["approved", "held"])
async def test_what_is_not_paid_yet_is_paid_so_much_less(running, state):
    async with claims_of(running) as pool:
        claim = await reach(pool, state)

        done = await reversed_by(pool, claim, **LATE)

        assert gets(done["effect"]) == {"dongli": "40000.00", "ICBC": "-40000.00"}
        assert [one["debit"] for one in done["effect"]["entries"]] == ["payable:ICBC"]
        waits = await seen(pool, claim)
        assert (waits["state"], waits["pool_pays"]) == ("held", "320000.00")
        held = await pool.balances()
        assert (held["claims"], held["payable:ICBC"]) == ("320000.00", "320000.00")
        assert "receivable:ICBC" not in held, "nobody owes what was never paid"

        release = f"/claims/{claim['id']}/release"
        assert (await pool.checker.post(release, json={"opinion": "已更正"})).status_code == 200
        # The bank's mended report says the same: it holds the claim no second time.
        await pool.goes_bad("a", "2026-03", "800000.00", overdue_days=123)
        assert (await seen(pool, claim))["state"] == "approved"
        paid = await pool.pays(claim)

        assert paid["paid"] == "320000.00"
        held = await pool.balances()
        assert held["claims"] == "320000.00" and "payable:ICBC" not in held
        back = await pool.recovers(claim, "100000.00", on="2026-03-05")
        assert amounts(back["shares"]) == {"pool": "40000.00", "bank": "60000.00"}


async def test_the_month_of_an_adjusted_unpaid_claim_is_settled_and_nothing_is_due_twice(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        await reversed_by(pool, claim, **LATE)
        await pool.it_is("2026-04-02")
        await pool.settles("2026-03", "preview")

        answer = await pool.auditor.get("/pools/dongli/settlements/2026-03")
        (bank,) = [one for one in answer.json()["statements"] if one["party_code"] == "ICBC"]

        assert (bank["awaiting_payment"], bank["net"]) == ("320000.00", "0.00")


async def test_an_unpaid_claim_with_late_money_is_clawed_back_whole(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        await reversed_by(pool, claim, **LATE)

        undone = await reversed_by(pool, claim)

        assert gets(undone["effect"]) == {"dongli": "320000.00", "ICBC": "-320000.00"}
        held = await pool.balances()
        assert not {"claims", "payable:ICBC", "receivable:ICBC"} & held.keys()
        assert (await seen(pool, claim))["state"] == "reversed"


@pytest.mark.parametrize("state", ["paid", "written_off"])
async def test_what_is_paid_comes_back_by_the_settlement(running, state):
    async with claims_of(running) as pool:
        claim = await reach(pool, state)

        done = await reversed_by(pool, claim, **LATE)

        assert gets(done["effect"]) == {"dongli": "40000.00", "ICBC": "-40000.00"}
        after = await seen(pool, claim)
        assert (after["state"], after["base"], after["paid"]) == (state, "800000.00", "360000.00")
        assert (await pool.balances())["receivable:ICBC"] == "40000.00"


async def test_all_of_it_came_in_before_so_nothing_is_paid_and_the_claim_is_closed(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        await reversed_by(pool, claim, **LATE | {"amount": "900000.00"})
        release = f"/claims/{claim['id']}/release"
        assert (await pool.checker.post(release, json={"opinion": "已更正"})).status_code == 200

        assert (await pool.pays(claim))["paid"] == "0.00"
        held = await pool.balances()
        assert not {"claims", "payable:ICBC"} & held.keys()


async def test_two_proposals_payment_and_release_at_once_leave_nothing_paid(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        proposed, paid = await asyncio.gather(
            proposes(pool, claim, **LATE),
            pool.maker.post(f"/claims/{claim['id']}/pay", json={}),
        )
        assert proposed.status_code == 201, proposed.text
        state = (await seen(pool, claim))["state"]
        if paid.status_code == 200:
            assert state == "paid"
        else:
            assert (code_of(paid), state) == ((409, "not-possible-now"), "held")
        assert (await decides(pool, proposed.json())).status_code == 200
        assert (await pool.balances())["claims"] == "320000.00"
