"""Claims over HTTP: pre-check, four eyes, split by the loan's terms, caps, payment."""

import asyncio
from datetime import date
from typing import Any

import pytest

from shared.money import parse_fen
from tests.cash import release
from tests.risk_pool.claims.driver import DOCUMENTS, amounts, claims_of
from tests.risk_pool.core.driver import yuan


async def bad_loan(pool, name="a", amount="1000000.00", outstanding="900000.00", **more):
    """A loan that was paid out in January and reported substandard at the end of February."""
    await pool.covers(name, amount=amount, **more)
    await pool.goes_bad(name, "2026-02", outstanding, overdue_days=92)
    await pool.it_is("2026-03-05")


async def lending(pool, count=1, bank="ICBC"):
    """Other loans of the bank, so that its yearly cap (5 % of its lending) does not bind."""
    for number in range(count):
        await pool.covers(f"other-{bank}-{number}", amount="10000000.00", bank=bank)


async def enters_payment(pool, claim, **how):
    """One person enters the payment; the cash entry, which waits for its release."""
    entered = await pool.maker.post(f"/claims/{claim['id']}/enter_payment", json=how)
    assert entered.status_code == 200, entered.text
    (entry,) = entered.json()["payments"]
    return entry


UNSEEN = {"opinion": "好", "trial": "none that was shown"}
"""The decision of somebody who has no right to it, whatever he has seen."""


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_machine_answers_with_everything_it_found_at_once(running):
    async with claims_of(running) as pool:
        await pool.covers("a")
        await pool.hears(pool.position("a", "2026-02", "900000.00", overdue_days=10))
        await pool.it_is("2026-03-05")

        claim = pool.claim_of("a", "950000.00", overdue_days=40, risk_class="special_mention")
        claim["documents"] = DOCUMENTS[:3]
        answer = await pool.bank("ICBC").post("/claims", json=claim)

        assert code_of(answer) == (422, "claim-not-admissible")
        findings = {one["code"]: one for one in answer.json()["findings"]}
        assert {code: one["field"] for code, one in findings.items()} == {
            "principal-agrees": "/outstanding_principal",
            "overdue-days-agree": "/facts/overdue_days",
            "risk-class-agrees": "/facts/risk_class",
            "trigger": "/facts",
            "paper:diligence_statement": "/documents",
            "paper:business_licence": "/documents",
        }
        assert [
            (one["trigger"], one["code"], one["result"]) for one in findings["trigger"]["parts"]
        ] == [
            ("non_performing", "risk-class-too-good", "fail"),
            ("overdue_and_sued", "not-overdue-long-enough", "fail"),
            ("overdue_and_sued", "lawsuit-accepted-needed", "fail"),
        ]
        assert all(one["zh"] and one["en"] for one in findings.values())
        assert {one["result"] for one in findings.values()} == {"fail"}
        assert (await pool.auditor.get("/claims")).json()["items"] == []


async def test_a_claim_after_its_time_is_refused_with_the_last_day(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        await pool.it_is("2026-08-31")
        claim = pool.claim_of("a", "900000.00", overdue_days=92 + 184)

        answer = await pool.bank("ICBC").post("/claims", json=claim)

        (finding,) = answer.json()["findings"]
        assert finding["code"] == "in-time"
        assert finding["evidence"] == {
            "entitled_on": "2026-02-28",
            "last_day": "2026-08-28",
            "filed_on": "2026-08-31",
        }
        assert finding["article"]


async def test_a_loan_has_one_claim_but_a_refused_one_may_be_mended(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        first = await pool.files("a", "900000.00", overdue_days=95)
        again = await pool.bank("ICBC").post(
            "/claims", json=pool.claim_of("a", "900000.00", overdue_days=95)
        )
        assert code_of(again) == (409, "already-claimed")
        assert first["number"] in again.json()["detail"]

        answer = await pool.maker.post(f"/claims/{first['id']}/refuse", json={"reason": "缺页"})
        assert answer.json()["state"] == "refused"

        second = await pool.files("a", "900000.00", overdue_days=95)
        assert second["number"] == "DL-C-2026-0002"
        assert [one["type"] for one in await pool.said() if "claim." in one["type"]] == [
            "claim.submitted.v1",
            "claim.refused.v1",
            "claim.submitted.v1",
        ]


async def test_nobody_decides_alone(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        both = pool.service.as_("li", "finance_maker", "finance_checker")
        where = f"/claims/{claim['id']}"

        # Without the first person's review there is nothing to approve.
        assert code_of(await pool.checker.post(f"{where}/approve", json=UNSEEN)) == (
            409,
            "not-possible-now",
        )
        assert (await both.post(f"{where}/review", json={"opinion": "好"})).status_code == 200
        while (await pool.auditor.get(where)).json()["next_step"]:
            await pool.takes_a_step((await pool.auditor.get(where)).json())
        assert code_of(await both.post(f"{where}/approve", json=UNSEEN)) == (
            409,
            "second-person-required",
        )
        assert code_of(await both.post(f"{where}/refuse", json={"reason": "不"})) == (
            409,
            "second-person-required",
        )
        for person in (pool.maker, pool.bank("ICBC"), pool.auditor):
            assert code_of(await person.post(f"{where}/approve", json=UNSEEN)) == (
                403,
                "role-missing",
            )
        unchanged = (await pool.auditor.get(where)).json()
        assert (unchanged["state"], unchanged["base"]) == ("reviewed", None)
        assert unchanged["pending_actions"] == []
        assert (await pool.checker.get(where)).json()["pending_actions"] == [
            "return", "approve", "refuse",
        ]  # fmt: skip
        assert (await both.get(where)).json()["pending_actions"] == ["return"]


async def test_a_bank_sees_only_its_own_claims_and_recoveries(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        claim = await pool.approves("a", "900000.00", overdue_days=95)
        recovery = await pool.recovers(claim, "1000.00", on="2026-03-05", confirmed=False)
        other, own = pool.bank("CCB"), pool.bank("ICBC")

        for path in (f"/claims/{claim['id']}", f"/recoveries/{recovery['id']}"):
            assert (await other.get(path)).status_code == 404
            assert (await own.get(path)).status_code == 200
        for path in ("/claims", "/recoveries"):
            assert (await other.get(path)).json()["items"] == []
            assert len((await own.get(path)).json()["items"]) == 1
        for step, body in (
            (f"/claims/{claim['id']}/enter_payment", {}),
            (f"/claims/{claim['id']}/recoveries", _recovery()),
            (f"/recoveries/{recovery['id']}/confirm", {"trial": recovery["trial"]["id"]}),
        ):
            assert (await other.post(step, json=body)).status_code == 404, step
        assert (
            await other.post("/claims", json=pool.claim_of("a", "900000.00"))
        ).status_code == 404
        assert (await pool.service.anonymous().get("/claims")).status_code == 401


def _recovery():
    return {
        "received_on": "2026-03-05",
        "route": "sale",
        "from_pledged_ip": True,
        "gross": "1.00",
    }


async def test_the_split_is_explained_and_booked_and_the_loan_leaves_cover(running):
    async with claims_of(running) as pool:
        await lending(pool)
        await bad_loan(pool, ip_share_bp=8_000, amount="2000000.00", outstanding="1210130.03")
        before = await pool.balances()
        claim = await pool.approves(
            "a", "1210130.03", overdue_days=95, interest_arrears="1000.00", penalty_interest="1.01"
        )

        # 1,210,130.03 × 80 % = 968,104.024; 40 % of 968,104.02 = 387,241.608.
        assert claim["base"] == "968104.02"
        assert amounts(claim["shares"]) == {"pool": "387241.61", "bank": "580862.41"}
        assert claim["caps_bound"] == []
        after = await pool.balances()
        assert yuan(after["claims"]) == yuan("387241.61")
        assert after["payable:ICBC"] == "387241.61"
        assert yuan(before["covered:ICBC"]) - yuan(after["covered:ICBC"]) == yuan("968104.02")
        assert claim["people"]["reviewed_by"] == "gao"
        assert claim["people"]["approved_by"] == "qian"
        rules = [step["rule"] for step in claim["explanation"]["explanation"]["steps"]]
        assert rules
        assert [move["action"] for move in claim["history"]] == [
            "submit", "review", *["record_step"] * 4, "approve",
        ]  # fmt: skip
        transfer = (
            await pool.auditor.get(
                "/pools/dongli/transfers",
                params={"reference": f"claim:{claim['number']}:pool:bank"},
            )
        ).json()["items"]
        assert [(one["debit"], one["credit"]) for one in transfer] == [("claims", "payable:ICBC")]

        said = await pool.said()
        (approved,) = [one for one in said if one["type"] == "claim.approved.v1"]
        assert approved["shares"][0] == {
            "party": "pool",
            "party_code": "dongli",
            "amount": "387241.61",
        }
        (released,) = [one for one in said if one["type"] == "coverage.released.v1"]
        assert (released["reason"], released["amount"]) == ("claimed", "968104.02")


async def test_a_cap_of_the_year_counts_what_was_approved_before(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        for number in range(8):
            await pool.covers(f"x{number}", amount="10000000.00")
        for name in ("a", "b"):
            await pool.covers(name, amount="8000000.00", uscc=f"9112011900000000{name.upper()}X")
            await pool.goes_bad(name, "2026-02", "8000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")

        # 40 % of 8,000,000 is 3,200,000: the cap per loan leaves 3,000,000. The bank's year is
        # 5 % of 96,000,000 = 4,800,000, of which 1,800,000 are left for the second claim.
        first = await pool.approves("a", "8000000.00", overdue_days=95)
        second = await pool.approves("b", "8000000.00", overdue_days=95)

        assert amounts(first["shares"])["pool"] == "3000000.00"
        assert [cap["code"] for cap in first["caps_bound"]] == ["per_loan"]
        assert amounts(second["shares"])["pool"] == "1800000.00"
        assert [cap["code"] for cap in second["caps_bound"]] == ["bank_year", "per_loan"]
        assert second["caps_bound"][0]["used"] == "3000000.00"


async def test_an_empty_pool_pays_what_it_has_and_the_bank_bears_the_rest(running):
    async with claims_of(running, paid_in="2000000.00") as pool:
        await pool.covers("x", amount="4000000.00")
        await bad_loan(pool, amount="4000000.00", outstanding="4000000.00")
        await pool.fee("1700000.00")

        claim = await pool.approves("a", "4000000.00", overdue_days=95)

        assert amounts(claim["shares"]) == {"pool": "300000.00", "bank": "3700000.00"}
        assert [cap["code"] for cap in claim["caps_bound"]] == ["pool_balance", "bank_year"]


async def test_a_chain_leaves_every_party_with_its_share(running):
    async with claims_of(running, code="youxian") as pool:
        await pool.has("DANBAO", "guarantor")
        await pool.has("ZAIDAN", "reguarantor")
        await pool.covers_with(
            "a", {"guarantor": "DANBAO"}, mode="chain", amount="4900000.00", ip_share_bp=8_000
        )
        await pool.goes_bad("a", "2026-02", "4840520.11", overdue_days=92)
        await pool.it_is("2026-03-05")

        claim = await pool.approves("a", "4840520.11", overdue_days=95)

        # The worked example C.3: 40 : 30 : 20 : 10 of 3,872,416.09.
        assert amounts(claim["shares"]) == {
            "guarantor": "1548966.44",
            "reguarantor": "1161724.83",
            "bank": "774483.21",
            "pool": "387241.61",
        }
        steps = [
            (one["payer_code"], one["payee_code"], one["amount"]) for one in claim["money_path"]
        ]
        assert steps == [
            ("DANBAO", "ICBC", "3097932.88"),
            ("ZAIDAN", "DANBAO", "1161724.83"),
            ("youxian", "DANBAO", "387241.61"),
        ]
        held = await pool.balances()
        assert held["payable:ICBC"] == held["receivable:DANBAO"] == "3097932.88"
        assert held["payable:DANBAO"] == "1548966.44"
        assert held["receivable:ZAIDAN"] == "1161724.83"

        # The pool's own part goes to the guarantor, whom it refunds.
        await pool.pays(claim)
        assert (await pool.balances())["payable:DANBAO"] == "1161724.83"


async def test_four_parties_share_to_the_fen_and_the_bank_takes_the_rounding(running):
    async with claims_of(running, code="youxian") as pool:
        await pool.has("RENBAO", "insurer")
        await pool.has("PINGGU", "appraiser")
        await pool.covers("a", mode="four_party", amount="4900000.00", ip_share_bp=8_000)
        await pool.goes_bad("a", "2026-02", "4840520.11", overdue_days=92)
        await pool.it_is("2026-03-05")

        claim = await pool.approves("a", "4840520.11", overdue_days=95)

        assert {one["party_code"]: one["amount"] for one in claim["shares"]} == {
            "youxian": "2091104.69",
            "ICBC": "1006828.19",
            "RENBAO": "619586.57",
            "PINGGU": "154896.64",
        }


async def test_payment_waits_until_the_account_holds_enough_and_says_what_is_missing(running):
    async with claims_of(running, paid_in="6000000.00") as pool:
        await lending(pool)
        await bad_loan(pool)
        claim = await pool.approves("a", "900000.00", overdue_days=95)
        await pool.fee("5900000.00", on=date(2026, 3, 5))

        entered = await enters_payment(pool, claim, paid_on="2026-03-05")
        answer = await pool.checker.post(f"/cash-entries/{entered['id']}/release", json={})

        assert code_of(answer) == (409, "cash-short")
        assert answer.json()["missing"] == "260000.00"
        assert "260,000.00" in answer.json()["detail"]

        await pool.paid_in("260000.00", on=date(2026, 3, 5))
        await release(pool.checker, entered)
        paid = (await pool.auditor.get(f"/claims/{claim['id']}")).json()
        assert (paid["state"], paid["paid"], paid["paid_on"]) == ("paid", "360000.00", "2026-03-05")
        assert "cash" not in await pool.balances()
        assert (await pool.said("claim.paid.v1"))[0]["paid"] == "360000.00"


@pytest.mark.parametrize("day", ["2026-03-04", "2026-03-06"])
async def test_a_payment_lies_between_the_approval_and_today(running, day):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.approves("a", "900000.00", overdue_days=95)

        answer = await pool.maker.post(
            f"/claims/{claim['id']}/enter_payment", json={"paid_on": day}
        )

        assert answer.status_code == 422
        assert answer.json()["code"] in ("paid-on-impossible", "date-not-yet")


async def test_every_step_is_done_once_whoever_asks_again(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95)
        key = {"Idempotency-Key": "claim-a"}
        first = await pool.bank("ICBC").post("/claims", json=body, headers=key)
        again = await pool.bank("ICBC").post("/claims", json=body, headers=key)
        assert again.json() == first.json()
        assert again.headers["Idempotency-Replayed"] == "true"
        other = await pool.bank("ICBC").post("/claims", json=body | {"costs": "1.00"}, headers=key)
        assert other.status_code == 422

        claim = await pool.decides(first.json())
        pay = f"/claims/{claim['id']}/enter_payment"
        key = {"Idempotency-Key": "pay-a"}
        paid = await pool.maker.post(pay, json={}, headers=key)
        assert (await pool.maker.post(pay, json={}, headers=key)).json() == paid.json()
        assert code_of(await pool.maker.post(pay, json={})) == (409, "above-open-item")
        (entry,) = paid.json()["payments"]
        await release(pool.checker, entry)
        assert code_of(await pool.maker.post(pay, json={})) == (409, "not-possible-now")
        assert (await pool.balances())["claims"] == claim["pool_pays"]


async def test_whoever_decides_on_an_old_sight_of_the_case_is_told(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        seen = (await pool.maker.get(f"/claims/{claim['id']}")).headers["ETag"]
        assert seen == '"1"'
        where = f"/claims/{claim['id']}"
        headers = {"If-Match": seen}
        review = {"opinion": "好"}

        assert (
            await pool.maker.post(f"{where}/review", json=review, headers=headers)
        ).status_code == 200
        stale = await pool.checker.post(f"{where}/refuse", json={"reason": "不"}, headers=headers)

        assert code_of(stale) == (412, "stale")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"outstanding_principal": "0.00"}, 422),
        ({"outstanding_principal": 900000}, 422),
        ({"outstanding_principal": "9e5"}, 422),
        ({"unknown": 1}, 422),
        ({"loan_id": "x"}, 422),
        ({"facts": {"overdue_days": -1, "risk_class": "substandard"}}, 422),
        ({"facts": {"overdue_days": 1, "risk_class": "bad"}}, 422),
        ({"documents": [{"kind": "claim_form", "sha256": "x", "filename": "f"}]}, 422),
        ({"loan_id": "018f0000-0000-7000-8000-000000000000"}, 404),
    ],
)
async def test_a_malformed_claim_is_told_what_is_wrong(running, change, status):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95) | change

        answer = await pool.bank("ICBC").post("/claims", json=body)

        assert answer.status_code == status, answer.text


async def test_claims_are_listed_by_page_and_filter(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        for number in range(3):
            bank = "CCB" if number == 2 else "ICBC"
            await pool.covers(f"l{number}", bank=bank)
        for number in range(3):
            await pool.goes_bad(f"l{number}", "2026-02", "900000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        filed = [
            await pool.files(
                f"l{n}", "900000.00", overdue_days=95, bank="CCB" if n == 2 else "ICBC"
            )
            for n in range(3)
        ]
        await pool.decides(filed[0])

        page = (await pool.auditor.get("/claims", params={"limit": 2})).json()
        rest = (
            await pool.auditor.get("/claims", params={"limit": 2, "cursor": page["next_cursor"]})
        ).json()
        numbers = [one["number"] for one in page["items"] + rest["items"]]
        assert numbers == [claim["number"] for claim in reversed(filed)]
        assert rest["next_cursor"] is None

        for query, found in (
            ({"state": "approved"}, [0]),
            ({"bank": "CCB"}, [2]),
            ({"pool": "youxian"}, []),
            ({"loan_id": filed[1]["loan_id"]}, [1]),
            ({"claimed_from": "2026-03-06"}, []),
            ({"claimed_to": "2026-03-05"}, [2, 1, 0]),
        ):
            items = (await pool.auditor.get("/claims", params=query)).json()["items"]
            assert [one["number"] for one in items] == [filed[n]["number"] for n in found], query
        assert (await pool.auditor.get("/claims", params={"cursor": "x"})).status_code == 400


async def test_claims_approved_at_the_same_moment_share_one_cap(running):
    async with claims_of(running, paid_in="60000000.00") as pool:
        names = ("a", "b", "c", "d")
        for name in names:
            await pool.covers(name, amount="5000000.00")
        for name in names:
            await pool.goes_bad(name, "2026-02", "5000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        filed = [await pool.files(name, "5000000.00", overdue_days=95) for name in names]
        reviewed = [(await pool.reviews(claim))["id"] for claim in filed]

        seen = [(await pool.trial({"id": claim_id}))["id"] for claim_id in reviewed]

        answers = await asyncio.gather(
            *(
                pool.approves_now({"id": claim_id}, trial=trial)
                for claim_id, trial in zip(reviewed, seen, strict=True)
            )
        )

        assert {answer.status_code for answer in answers} == {200}, [one.text for one in answers]
        # The bank's year is 5 % of 20,000,000: a million, for who filed first.
        paid = [parse_fen(answer.json()["pool_pays"]) for answer in answers]
        assert paid == [yuan("1000000.00"), 0, 0, 0]
        assert (await pool.balances())["claims"] == "1000000.00"


async def test_a_loan_claimed_twice_at_the_same_moment_is_claimed_once(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95)

        answers = await asyncio.gather(
            *(pool.bank("ICBC").post("/claims", json=body) for _ in range(4))
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        # A number is given only with a claim: the series has no gap.
        assert (await pool.auditor.get("/claims")).json()["items"][0]["number"].endswith("-0001")


async def test_nothing_paid_by_the_pool_is_still_decided_and_closed(running):
    async with claims_of(running) as pool:
        await pool.covers("a", amount="1000000.00")
        await pool.covers("b", amount="1000000.00")
        for name in ("a", "b"):
            await pool.goes_bad(name, "2026-02", "1000000.00", overdue_days=92)
        await pool.it_is("2026-03-05")
        await pool.approves("a", "1000000.00", overdue_days=95)

        claim = await pool.approves("b", "1000000.00", overdue_days=95)

        assert amounts(claim["shares"]) == {"pool": "0.00", "bank": "1000000.00"}
        assert (await pool.pays(claim))["state"] == "paid"
        back = await pool.recovers(claim, "100.00", on="2026-03-05")
        assert amounts(back["shares"]) == {"pool": "0.00", "bank": "100.00"}
