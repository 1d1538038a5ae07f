"""Two of everything at the same moment, over HTTP: one wins, the other hears why."""

import asyncio

import pytest

from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_adjustments import decides, proposes
from tests.risk_pool.claims.test_claims import bad_loan, code_of, lending


async def second_pool(pool, code="danling"):
    """Another pool of the same programme, with money and the same bank."""
    other = Claims(pool.service, code)
    other.programme = pool.code
    answer = await pool.manager.post(
        "/pools",
        json={
            "code": code, "name": code, "programme": pool.code, "opened_on": "2026-01-01",
            "parties": [
                {"code": "DL-FIN", "role": "district", "name": "区财政局"},
                {"code": "ICBC", "role": "bank", "name": "ICBC"},
            ],
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    await other.paid_in("20000000.00")
    return other


async def approved_in(*pools):
    """A claim of 900,000.00 in each pool, approved on 5 March."""
    for one in pools:
        await lending(one)
        await one.covers("a")
        await one.goes_bad("a", "2026-02", "900000.00", overdue_days=92)
    await pools[0].it_is("2026-03-05")
    return [await one.approves("a", "900000.00", overdue_days=95) for one in pools]


def heard(answers, *, won=200, lost):
    """Exactly one won, and every other one heard the same reason: 409 with a code, zh and en."""
    assert sorted(one.status_code for one in answers) == [won] + [409] * (len(answers) - 1), [
        one.text for one in answers
    ]
    for one in answers:
        if one.status_code == 409:
            assert one.json()["code"] == lost
            assert one.headers["content-language"] == "zh-CN" and one.json()["detail"]


@pytest.mark.parametrize("round_", range(3))
async def test_one_bank_reference_reported_in_two_pools_at_once_stands_for_one_recovery(
    running, round_
):
    async with claims_of(running) as pool:
        other = await second_pool(pool)
        claims = await approved_in(pool, other)
        body = {
            "received_on": "2026-03-05", "route": "debtor", "from_pledged_ip": False,
            "gross": "100.00", "costs": "0.00", "reference": "ICBC-SK-20260305-17",
        }  # fmt: skip

        answers = await asyncio.gather(
            *(
                pool.bank("ICBC").post(f"/claims/{claim['id']}/recoveries", json=body)
                for claim in claims * 2
            )
        )

        heard(answers, won=201, lost="reference-used")
        kept = (await pool.auditor.get("/recoveries")).json()["items"]
        assert [one["reference"] for one in kept] == ["ICBC-SK-20260305-17"]
        (lost, *_) = [one for one in answers if one.status_code == 409]
        assert lost.json()["number"] == kept[0]["number"], "who was first is named"


async def test_a_returned_recovery_is_not_reported_anew_with_a_reference_taken_meanwhile(running):
    async with claims_of(running) as pool:
        other = await second_pool(pool)
        claims = await approved_in(pool, other)
        body = {
            "received_on": "2026-03-05", "route": "debtor", "from_pledged_ip": False,
            "gross": "100.00", "costs": "0.00",
        }  # fmt: skip
        bank = pool.bank("ICBC")
        sent = (await bank.post(f"/claims/{claims[0]['id']}/recoveries", json=body)).json()
        back = await pool.checker.post(
            f"/recoveries/{sent['id']}/return", json={"reason": "补编号"}
        )
        assert back.status_code == 200, back.text

        answers = await asyncio.gather(
            bank.post(f"/recoveries/{sent['id']}/resubmit", json=body | {"reference": "X-1"}),
            bank.post(f"/claims/{claims[1]['id']}/recoveries", json=body | {"reference": "X-1"}),
        )

        assert sorted(one.status_code for one in answers) in ([200, 409], [201, 409])
        assert [code_of(one)[1] for one in answers if one.status_code == 409] == ["reference-used"]


async def test_the_same_loan_claimed_twice_at_once_is_claimed_once_and_the_others_hear_why(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95)

        answers = await asyncio.gather(
            *(pool.bank("ICBC").post("/claims", json=body) for _ in range(4))
        )

        heard(answers, won=201, lost="already-claimed")


async def test_two_write_offs_at_once_write_off_once(running):
    async with claims_of(running) as pool:
        claim = await paid_one(pool)
        path = f"/claims/{claim['id']}/write_off"

        answers = await asyncio.gather(
            *(pool.checker.post(path, json={"reason": f"执行终结 {n}"}) for n in range(3))
        )

        heard(answers, lost="not-possible-now")
        assert len(await pool.said("claim.written-off.v1")) == 1


async def test_two_payments_at_once_pay_once(running):
    async with claims_of(running) as pool:
        (claim,) = await approved_in(pool)
        path = f"/claims/{claim['id']}/pay"

        answers = await asyncio.gather(*(pool.maker.post(path, json={}) for _ in range(3)))

        heard(answers, lost="not-possible-now")
        assert (await pool.balances())["cash"] == "19640000.00"


async def test_a_withdrawal_and_an_approval_at_once_end_in_one_of_both(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        await pool.readies(claim)
        trial = (await pool.trial(claim))["id"]

        answers = await asyncio.gather(
            pool.bank("ICBC").post(f"/claims/{claim['id']}/withdraw", json={"reason": "已还"}),
            pool.approves_now(claim, trial=trial),
        )

        heard(answers, lost="not-possible-now")
        withdrawn, _ = answers
        state = (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"]
        assert state == ("withdrawn" if withdrawn.status_code == 200 else "approved")
        assert ("claims" in await pool.balances()) == (state == "approved")


async def test_a_withdrawal_never_meets_a_payment(running):
    async with claims_of(running) as pool:
        (claim,) = await approved_in(pool)

        withdrawn, paid = await asyncio.gather(
            pool.bank("ICBC").post(f"/claims/{claim['id']}/withdraw", json={"reason": "已还"}),
            pool.maker.post(f"/claims/{claim['id']}/pay", json={}),
        )

        assert code_of(withdrawn) == (409, "not-possible-now")
        assert paid.status_code == 200, paid.text


async def test_a_decision_and_a_corrected_position_at_once_never_approve_more_than_is_owed(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        await pool.readies(claim)
        trial = (await pool.trial(claim))["id"]

        decided, _ = await asyncio.gather(
            pool.approves_now(claim, trial=trial),
            pool.goes_bad("a", "2026-02", "800000.00", overdue_days=92),
        )

        state = (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"]
        if decided.status_code == 200:
            assert state == "held", (
                "approved first, then held: never paid as if nothing had happened"
            )
        else:
            assert (code_of(decided), state) == ((409, "claim-facts-moved"), "reviewed")


async def test_a_claw_back_and_a_recovery_at_once_count_each_fen_once(running):
    async with claims_of(running) as pool:
        claim = await paid_one(pool)
        report = await pool.recovers(claim, "100000.00", on="2026-03-05", confirmed=False)
        proposed = (await proposes(pool, claim)).json()
        seen = (await pool.checker.get(f"/recoveries/{report['id']}")).json()["trial"]["id"]

        decided, confirmed = await asyncio.gather(
            decides(pool, proposed),
            pool.checker.post(f"/recoveries/{report['id']}/confirm", json={"trial": seen}),
        )

        codes = [code_of(one)[1] for one in (decided, confirmed) if one.status_code != 200]
        assert codes in (["claim-reversed"], ["trial-moved"])
        if codes == ["trial-moved"]:
            assert (await decides(pool, proposed)).status_code == 200
        held = await pool.balances()
        assert "claims" not in held and "recoveries" not in held


async def test_a_release_and_a_claw_back_at_once_leave_nothing_to_be_paid(running):
    async with claims_of(running) as pool:
        (claim,) = await approved_in(pool)
        await pool.goes_bad("a", "2026-03", "890000.00", overdue_days=123)

        proposed, released = await asyncio.gather(
            proposes(pool, claim),
            pool.checker.post(f"/claims/{claim['id']}/release", json={"opinion": "已核查"}),
        )

        assert proposed.status_code == 201, proposed.text
        if released.status_code != 200:
            assert code_of(released) == (409, "adjustment-open")
        paid = await pool.maker.post(f"/claims/{claim['id']}/pay", json={})
        assert code_of(paid) == (409, "not-possible-now")
        assert (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"] == "held"


async def test_two_proposals_and_two_decisions_at_once_adjust_once(running):
    async with claims_of(running) as pool:
        claim = await paid_one(pool)

        proposals = await asyncio.gather(*(proposes(pool, claim) for _ in range(3)))
        heard(proposals, won=201, lost="adjustment-open")
        (proposed,) = [one.json() for one in proposals if one.status_code == 201]
        decisions = await asyncio.gather(*(decides(pool, proposed) for _ in range(3)))

        assert [one.status_code for one in decisions].count(200) == 1
        assert "claims" not in await pool.balances()


async def paid_one(pool):
    (claim,) = await approved_in(pool)
    await pool.pays(claim)
    return claim
