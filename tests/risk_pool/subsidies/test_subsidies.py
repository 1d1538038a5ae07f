"""Subsidies of interest, fees and premiums: what they come to, who pays, and what stands in the way."""

import asyncio
from datetime import date
from typing import Any

from uuid6 import uuid7

from shared.contracts.around_loans import PolicyStandsV1
from tests.cash import settle_items
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.subsidies.driver import treasury_of


async def test_guihuidai_pays_each_quarter_to_the_firm_and_stands_on_its_statement(running):
    async with treasury_of(running, "gx_guihuidai", "region") as pool:
        await pool.lent("a", uscc="91450200198229141F")
        await pool.it_is("2026-07-02")
        # 1 % of 1,000,000.00 a year: 79 days of the first quarter, 91 of the second, each rounded.
        subsidy = await pool.files_subsidy(
            "a", "interest", "2026-01-12", "2026-07-01", product="one_point"
        )

        trial = (await pool.shown(subsidy))["trial"]
        approved = await pool.approves_subsidy(subsidy)

        assert trial["amount"] == "4657.53"  # 2,164.38 + 2,493.15
        assert approved["amount"] == "4657.53"
        assert (approved["payee"], approved["payee_code"]) == ("borrower", "91450200198229141F")
        assert approved["shares"] == [
            {"party": "region", "party_code": "FIN-REGION", "amount": "4657.53"}
        ]
        assert await pool.balances() == {
            "payable:91450200198229141F": "4657.53",
            "receivable:FIN-REGION": "4657.53",
        }
        for month in range(1, 7):
            await pool.settles(f"2026-{month:02d}")
        await pool.it_is("2026-08-01")
        posted = await pool.settles("2026-07")
        nets = {one["party_code"]: one["net"] for one in posted["statements"]}
        assert nets["91450200198229141F"] == "4657.53"
        assert nets["FIN-REGION"] == "-4657.53"
        assert (await pool.shown(subsidy))["settled_in"] == "2026-07"
        # The month asks for it; it has moved once two persons say so.
        assert (await pool.balances())["receivable:FIN-REGION"] == "4657.53"
        await settle_items(pool.maker, pool.checker, pool.code, "2026-08-01")
        assert await pool.balances() == {}


async def test_beijing_pays_half_of_the_interest_only_after_the_loan_is_settled(running):
    async with treasury_of(running, "bj_subsidy", "city") as pool:
        await pool.lent("a")
        await pool.it_is("2026-12-02")

        early = await pool.sends("a", "interest", "2026-01-12", "2026-12-01")
        await pool.lends.hears(pool.lends.repayment("a"))
        approved = await pool.approves_subsidy(
            await pool.files_subsidy("a", "interest", "2026-01-12", "2026-12-01")
        )

        assert code_of(early) == (422, "subsidy-not-admissible")
        assert [one["code"] for one in early.json()["findings"]] == ["loan-not-settled"]
        # 1,000,000.00 × 4.2 % (LPR 3.00 % × 1.4; the loan bears 4.35 %) × 50 % × 323/365
        assert approved["amount"] == "18583.56"


async def test_a_day_of_a_loan_is_subsidised_once(running):
    async with treasury_of(running, "gx_guihuidai", "region") as pool:
        await pool.lent("a")
        await pool.it_is("2026-07-02")
        first = await pool.files_subsidy(
            "a", "interest", "2026-01-12", "2026-04-01", product="one_point"
        )

        overlapping = await pool.sends(
            "a", "interest", "2026-03-31", "2026-07-01", product="one_point"
        )
        following = await pool.sends(
            "a", "interest", "2026-04-01", "2026-07-01", product="one_point"
        )

        assert [one["code"] for one in overlapping.json()["findings"]] == ["period-subsidised"]
        assert first["number"] in overlapping.json()["detail"]
        assert following.status_code == 201


async def test_everything_that_stands_against_a_filing_is_said_at_once(running):
    async with treasury_of(running, "gx_guihuidai", "region") as pool:
        await pool.lent("a")
        await pool.it_is("2026-02-02")

        answer = await pool.sends(
            "a", "interest", "2026-01-01", "2026-03-01", product="one_point", principal="1000000.01"
        )
        unknown = await pool.sends("a", "premium", "2026-01-12", "2026-02-01")

        assert [one["code"] for one in answer.json()["findings"]] == [
            "before-disbursement",
            "period-not-over",
            "principal-above-loan",
        ]
        assert code_of(unknown) == (404, "no-such-subsidy")


async def test_a_fee_that_the_scheme_asks_for_and_nobody_stated_is_named(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        await pool.lent("a")
        await pool.it_is("2026-07-02")

        missing = await pool.sends("a", "premium", "2026-01-12", "2026-07-01")
        stated = await pool.files_subsidy(
            "a", "premium", "2026-01-12", "2026-07-01", fee="30000.01"
        )

        assert code_of(missing) == (422, "fact-missing")
        assert missing.json()["fact"] == "fee"
        assert (await pool.shown(stated))["trial"]["amount"] == "15000.01"


def policy_of(pool: Any, name: str, **more: Any) -> PolicyStandsV1:
    """A policy of a loan of ICBC for 2026, with a premium of 12,000.00."""
    said = {
        "policy_id": uuid7(), "loan_id": pool.lends.loans[name], "bank_code": "ICBC",
        "pool_code": "tj_binhai", "borrower_uscc": pool.lends.cases[name]["borrower_uscc"],
        "kind": "loan_guarantee", "insurer_name": "某财险", "reference": f"PB-{name}",
        "insured_fen": 100_000_000, "premium_fen": 1_200_000, "begins_on": date(2026, 1, 12),
        "ends_on": date(2027, 1, 11),
    }  # fmt: skip
    return PolicyStandsV1(**said | more)


async def test_a_premium_is_that_of_its_policy_unless_a_reason_is_given(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city", banks=("ICBC", "CCB")) as pool:
        for name in ("a", "b"):
            await pool.lent(name)
        mine = policy_of(pool, "a")
        silent = policy_of(pool, "b", premium_fen=None)
        old = policy_of(pool, "a", reference="OLD", ended_on=date(2026, 1, 20))
        others = policy_of(pool, "b", loan_id=uuid7(), bank_code="CCB", reference="CCB-1")
        await pool.lends.hears(mine, silent, old, others)
        await pool.it_is("2026-07-02")

        async def found(name: str, code: str = "premium", **more: Any) -> list[tuple[str, str]]:
            said = await pool.sends(name, code, "2026-02-01", "2026-07-01", **more)
            return [(one["code"], one["field"]) for one in said.json()["findings"]]

        named = {"policy_id": str(mine.policy_id)}
        assert await found("a") == [("policy-not-named", "/policy_id")]
        assert await found("b", **named) == [("policy-unknown", "/policy_id")]
        assert await found("b", policy_id=str(others.policy_id)) == [
            ("policy-unknown", "/policy_id")
        ]
        assert await found("a", "pledge", **named) == [("policy-not-asked", "/policy_id")]
        assert await found("a", policy_id=str(old.policy_id)) == [
            ("policy-of-another-time", "/policy_id")
        ]
        assert await found("a", fee="12000.01", **named) == [("fee-differs", "/fee_reason")]
        assert await found("b", policy_id=str(silent.policy_id)) == [("premium-unknown", "/fee")]

        # Filled in from the policy: half of 12,000.00. The listing says as much, to its bank alone.
        listed = await pool.bank("ICBC").get(
            "/subsidy-policies", params={"loan_id": named_loan(pool, "a")}
        )
        assert {one["reference"]: one["premium"] for one in listed.json()["items"]} == {
            "PB-a": "12000.00", "OLD": "12000.00",
        }  # fmt: skip
        none = await pool.bank("CCB").get(
            "/subsidy-policies", params={"loan_id": named_loan(pool, "a")}
        )
        assert none.json()["items"] == []
        filed = await pool.files_subsidy("a", "premium", "2026-02-01", "2026-03-01", **named)
        assert (filed["fee"], filed["fee_reason"]) == ("12000.00", "")
        trial = (await pool.shown(filed))["trial"]
        assert (trial["amount"], trial["fee"], trial["premium"]) == (
            "6000.00", "12000.00", "12000.00",
        )  # fmt: skip

        # The premium is used up; taken back, another fee is taken with its reason, and shown.
        more = await pool.sends("a", "premium", "2026-03-01", "2026-07-01", **named)
        assert [one["code"] for one in more.json()["findings"]] == ["premium-subsidised"]
        await pool.bank("ICBC").post(f"/subsidies/{filed['id']}/withdraw", json={"reason": "重报"})
        reason = "批改后退费 2000 元"
        mended = await pool.files_subsidy(
            "a", "premium", "2026-02-01", "2026-07-01", fee="10000.00", fee_reason=reason, **named
        )
        await pool.lends.hears(mine.model_copy(update={"premium_fen": 1_000_000}))
        shown = await pool.shown(mended)
        assert (shown["trial"]["amount"], shown["trial"]["fee_reason"]) == ("5000.00", reason)
        assert (shown["policy"]["premium"], shown["policy"]["premium_now"]) == (
            "12000.00", "10000.00",
        )  # fmt: skip
        approved = await pool.approves_subsidy(mended)
        assert (approved["amount"], approved["fee_reason"]) == ("5000.00", reason)


def named_loan(pool: Any, name: str) -> str:
    return str(pool.lends.loans[name])


async def test_a_cap_is_used_up_in_the_order_of_filing_whoever_is_decided_first(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        # 1.5 % of 20,000,000.00 for each of two loans of one firm; 500,000.00 a year in all.
        for name in ("a", "b"):
            await pool.lent(name, "20000000.00", uscc="91450200198229141F")
        await pool.it_is("2026-07-02")
        first = await pool.files_subsidy("a", "pledge", "2026-01-12", "2026-07-01")
        second = await pool.files_subsidy("b", "pledge", "2026-01-12", "2026-07-01")
        await pool.reviews(first)

        later = await pool.approves_subsidy(second)
        trial = (await pool.shown(first))["trial"]
        done = await pool.decides_on(first, trial["trial"])

        assert later["amount"] == "200000.00"
        assert trial["limits"][0]["used"] == "200000.00"
        assert done.json()["amount"] == "300000.00"


async def test_a_decision_names_the_trial_it_saw_and_is_refused_when_it_has_moved(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        for name in ("a", "b", "c", "d", "e"):
            await pool.lent(name, "10000000.00", uscc="91450200198229141F")
        await pool.it_is("2026-07-02")
        filed = [
            await pool.files_subsidy(name, "pledge", "2026-01-12", "2026-07-01")
            for name in ("a", "b", "c", "d")
        ]
        for one in filed:
            await pool.reviews(one)
        seen = (await pool.shown(filed[3]))["trial"]
        refused = await pool.checker.post(
            f"/subsidies/{filed[0]['id']}/refuse", json={"reason": "缺少合同"}
        )

        moved = await pool.decides_on(filed[3], seen["trial"])
        now = (await pool.shown(filed[3]))["trial"]

        assert refused.status_code == 200
        assert seen["amount"] == "50000.00"  # 500,000.00 less three times 150,000.00 held
        assert code_of(moved) == (409, "trial-moved")
        assert moved.json()["amount"] == now["amount"] == "150000.00"
        assert (await pool.decides_on(filed[3], now["trial"])).json()["amount"] == "150000.00"


async def test_whoever_reviewed_does_not_decide_and_of_two_decisions_one_wins(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city") as pool:
        await pool.lent("a")
        await pool.it_is("2026-07-02")
        subsidy = await pool.files_subsidy("a", "pledge", "2026-01-12", "2026-07-01")
        both = pool.service.as_("both", "finance_maker", "finance_checker")
        at = f"/subsidies/{subsidy['id']}"
        await both.post(f"{at}/review", json={"opinion": "属实"})
        trial = (await pool.shown(subsidy))["trial"]["trial"]

        alone = await both.post(f"{at}/approve", json={"opinion": "同意", "trial": trial})
        answers = await asyncio.gather(
            pool.decides_on(subsidy, trial), pool.decides_on(subsidy, trial)
        )

        assert code_of(alone) == (409, "second-person-required")
        assert sorted(one.status_code for one in answers) == [200, 409]
        assert (await pool.balances())["receivable:FIN-CITY"] == "15000.00"


async def test_a_treasury_that_takes_no_part_in_the_pool_is_named_and_nothing_is_booked(running):
    async with treasury_of(running, "gd_guangzhou_subsidy") as pool:
        await pool.lent("a")
        await pool.it_is("2026-07-02")
        subsidy = await pool.files_subsidy("a", "pledge", "2026-01-12", "2026-07-01")
        await pool.reviews(subsidy)

        answer = await pool.decides_on(subsidy, (await pool.shown(subsidy))["trial"]["trial"])

        assert code_of(answer) == (409, "treasury-missing")
        assert answer.json()["missing"] == ["city"]
        assert await pool.balances() == {}


async def test_another_bank_neither_sees_nor_files_for_the_loan_and_a_bank_sees_no_trial(running):
    async with treasury_of(running, "gd_guangzhou_subsidy", "city", banks=("ICBC", "CCB")) as pool:
        await pool.lent("a")
        await pool.it_is("2026-07-02")
        subsidy = await pool.files_subsidy("a", "pledge", "2026-01-12", "2026-07-01")

        foreign = await pool.sends(
            "a", "premium", "2026-01-12", "2026-07-01", bank="CCB", fee="1.00"
        )
        looked = await pool.bank("CCB").get(f"/subsidies/{subsidy['id']}")
        listed = await pool.bank("CCB").get("/subsidies")
        own = await pool.bank("ICBC").get(f"/subsidies/{subsidy['id']}")

        assert code_of(foreign) == code_of(looked) == (404, "not-found")
        assert listed.json()["items"] == []
        assert own.json()["trial"] is None
