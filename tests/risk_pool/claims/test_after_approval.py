"""Between approval and the last fen: held when the loan moves, paid with a voucher, written off."""

import asyncio
from datetime import date

import pytest

from tests.risk_pool.claims.driver import amounts, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of, enters_payment, lending


async def approved(pool, **more):
    """A claim of 900,000.00 that waits for its payment."""
    await lending(pool)
    await bad_loan(pool)
    return await pool.approves("a", "900000.00", overdue_days=95, **more)


async def seen(pool, claim):
    return (await pool.auditor.get(f"/claims/{claim['id']}")).json()


async def test_an_approved_claim_whose_loan_is_smaller_now_is_held_and_not_paid(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)

        await pool.goes_bad("a", "2026-03", "700000.00", overdue_days=123)

        held = await seen(pool, claim)
        assert (held["state"], held["pending_actions"]) == ("held", [])
        assert held["waiting_for"]["roles"] == ["finance_checker"]
        hold = held["hold"]
        assert (hold["code"], hold["claimed"], hold["now"]) == (
            "principal-lower", "900000.00", "700000.00",
        )  # fmt: skip
        last = held["history"][-1]
        assert (last["action"], last["role"], last["reason"]) == ("hold", "system", hold["zh"])
        paid = await pool.maker.post(f"/claims/{claim['id']}/enter_payment", json={})
        assert code_of(paid) == (409, "not-possible-now")
        assert "cash" in await pool.balances()
        (told,) = await pool.said("claim.held.v1")
        assert (told["code"], told["approved_principal"], told["outstanding_principal"]) == (
            "principal-lower", "900000.00", "700000.00",
        )  # fmt: skip


async def test_an_approved_claim_whose_loan_is_repaid_is_held(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)

        await pool.hears(pool.repayment("a", on=date(2026, 3, 5)))

        held = await seen(pool, claim)
        assert (held["state"], held["hold"]["code"]) == ("held", "loan-repaid")
        assert await pool.incidents() == ["repaid-after-claim"]


async def test_what_a_person_has_released_is_paid_and_held_again_only_for_something_new(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        path = f"/claims/{claim['id']}"
        await pool.goes_bad("a", "2026-03", "700000.00", overdue_days=123)

        for person in (pool.maker, pool.bank("ICBC"), pool.auditor):
            answer = await person.post(f"{path}/release", json={"opinion": "好"})
            assert code_of(answer) == (403, "role-missing")
        answer = await pool.checker.post(f"{path}/release", json={"opinion": "账务调整，已核实"})
        assert (answer.json()["state"], answer.json()["hold"]) == ("approved", None)

        # The same report again is nothing new; less is.
        await pool.goes_bad("a", "2026-03", "700000.00", overdue_days=124)
        assert (await seen(pool, claim))["state"] == "approved"
        await pool.goes_bad("a", "2026-03", "699999.99", overdue_days=124)
        assert (await seen(pool, claim))["state"] == "held"

        await pool.checker.post(f"{path}/release", json={"opinion": "再次核实"})
        assert (await pool.pays(claim))["paid"] == "360000.00"
        # What is paid is not held: a claw-back decides about it.
        await pool.goes_bad("a", "2026-03", "1.00", overdue_days=124)
        assert (await seen(pool, claim))["state"] == "paid"


async def test_a_part_that_was_approved_is_held_only_when_the_loan_falls_below_the_part(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        await pool.readies(claim)
        part = await pool.trial(claim, principal="500000.00")
        more = {"covered_principal": "500000.00", "reason": "其余用途不符"}
        assert (await pool.approves_now(claim, trial=part["id"], **more)).status_code == 200

        await pool.goes_bad("a", "2026-03", "500000.00", overdue_days=123)
        assert (await seen(pool, claim))["state"] == "approved"
        await pool.goes_bad("a", "2026-03", "499999.99", overdue_days=123)

        held = await seen(pool, claim)
        assert (held["state"], held["state_en"]) == ("held", "approved in part and held")


async def test_a_repayment_and_a_payment_at_the_same_moment_end_in_one_of_both(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)
        entered = await enters_payment(pool, claim)

        paid, _ = await asyncio.gather(
            pool.checker.post(f"/cash-entries/{entered['id']}/release", json={}),
            pool.hears(pool.repayment("a", on=date(2026, 3, 5))),
        )

        state = (await seen(pool, claim))["state"]
        if paid.status_code == 200:
            assert state == "paid"
        else:
            assert (code_of(paid), state) == ((409, "not-possible-now"), "held")


async def test_a_payment_says_from_which_account_and_by_which_voucher(running):
    async with claims_of(running) as pool:
        claim = await approved(pool)

        for wrong in ({"from_account": "a b"}, {"voucher": " "}, {"voucher": "x\ny"}):
            answer = await pool.maker.post(f"/claims/{claim['id']}/enter_payment", json=wrong)
            assert answer.status_code == 422, wrong
        how = {"from_account": "0302 0112 0930 0456 789", "voucher": "DL-ZF-2026-0017"}
        paid = await pool.pays(claim, paid_on="2026-03-05", **how)

        assert (paid["paid_from"], paid["voucher"]) == (how["from_account"], how["voucher"])
        (told,) = await pool.said("claim.paid.v1")
        assert (told["paid_from"], told["voucher"]) == (how["from_account"], how["voucher"])


async def test_a_written_off_claim_is_still_pursued_and_what_comes_in_is_shared_out(running):
    async with claims_of(running) as pool:
        claim = await pool.pays(await approved(pool), paid_on="2026-03-05")
        before = await pool.balances()
        await pool.it_is("2026-03-20")
        path = f"/claims/{claim['id']}"
        body = {"reason": "执行终结", "written_off_on": "2026-03-18"}
        assert code_of(await pool.maker.post(f"{path}/write_off", json=body))[0] == 403

        written = await pool.checker.post(f"{path}/write_off", json=body)

        assert written.status_code == 200, written.text
        assert (written.json()["state"], written.json()["written_off_on"]) == (
            "written_off", "2026-03-18",
        )  # fmt: skip
        assert await pool.balances() == before
        back = await pool.recovers(claim, "1000.00", on="2026-03-20")
        assert amounts(back["shares"]) == {"pool": "400.00", "bank": "600.00"}
        (told,) = await pool.said("claim.written-off.v1")
        assert told["reason"] == "执行终结"


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-06"])
async def test_a_write_off_lies_between_the_payment_and_today(running, day):
    async with claims_of(running) as pool:
        claim = await pool.pays(await approved(pool))

        body = {"reason": "执行终结", "written_off_on": day}
        answer = await pool.checker.post(f"/claims/{claim['id']}/write_off", json=body)

        assert code_of(answer) == (422, "written-off-on-impossible")
