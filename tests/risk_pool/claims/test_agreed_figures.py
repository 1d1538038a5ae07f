"""Agreed figures: entered by one person, released by another, and what claims are split by them."""

from datetime import date
from typing import Any

import pytest

from services.risk_pool.domain.agreed_figures import KINDS
from shared.schemes import library
from tests.risk_pool.claims.driver import Claims, amounts, claims_of
from tests.risk_pool.claims.test_claim_facts import approve, bad, faults, owed, reviewed
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role

SHARE = {
    "kind": "agreed_share",
    "subject": "pool",
    "bank_code": "ICBC",
    "ratio": "2/5",
    "valid_from": "2026-01-01",
    "reference": "合作协议 2026-01",
}
ENTERS = ("finance_maker", "pool_manager")
EVERYBODY = (
    "bank_operator", "bank_checker", "reviewer", "approver", "finance_maker", "finance_checker",
    "pool_manager", "auditor", "admin",
)  # fmt: skip


async def enters(pool: Claims, *, by: Any = None, **figure: Any) -> Any:
    answer = await (by or pool.maker).post(f"/pools/{pool.code}/agreed-figures", json=figure)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def releases(pool: Claims, figure: Any) -> Any:
    answer = await pool.checker.post(f"/agreed-figures/{figure['id']}/release")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def agreed(pool: Claims, **figure: Any) -> Any:
    """Entered by one person and released by another."""
    defaults = {"valid_from": "2026-01-01", "reference": "文件 1"}
    return await releases(pool, await enters(pool, **defaults | figure))


def somebody(pool: Claims, role: str, subject: str = "") -> Any:
    institution = "ICBC" if role.startswith("bank") else "*"
    return pool.service.as_(subject or role, role, institution=institution)


async def shown(pool: Claims, figure: Any) -> Any:
    return (await pool.auditor.get(f"/agreed-figures/{figure['id']}")).json()


# every move


async def test_only_finance_and_the_managers_enter_a_figure(running: Any):
    async with claims_of(running) as pool:
        for role in EVERYBODY:
            answer = await somebody(pool, role).post("/pools/dongli/agreed-figures", json=SHARE)

            if role not in ENTERS:
                assert code_of(answer) == (403, "forbidden"), role
                assert answer.json()["required"] == sorted(ENTERS)
                continue
            figure = answer.json()
            assert (answer.status_code, figure["state"]) == (201, "entered"), role
            (move,) = (await shown(pool, figure))["history"]
            assert (move["source"], move["action"], move["target"], move["role"]) == (
                None, "enter", "entered", role,
            )  # fmt: skip
        listed = (await pool.auditor.get("/pools/dongli/agreed-figures")).json()["items"]
        assert len(listed) == len(ENTERS)


@pytest.mark.parametrize("step", ["release", "refuse"])
async def test_only_another_person_of_finance_puts_a_figure_in_force_or_does_not(
    running: Any, step: str
):
    body = {"reason": "与协议不符"} if step == "refuse" else None
    async with claims_of(running) as pool:
        figure = await enters(pool, **SHARE)
        where = f"/agreed-figures/{figure['id']}/{step}"
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await somebody(pool, role).post(where, json=body)
                # A bank sees figures about itself, and may do nothing with them.
                assert code_of(answer) == lacks_role(role), role
                if role != "admin":
                    assert answer.json()["required"] == ["finance_checker"]
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        assert code_of(await both.post(where, json=body)) == (409, "second-person-required")
        assert (await shown(pool, figure))["state"] == "entered"

        answer = await pool.checker.post(where, json=body)

        target = "in_force" if step == "release" else "refused"
        assert (answer.status_code, answer.json()["state"]) == (200, target)
        last = answer.json()["history"][-1]
        assert (last["source"], last["action"], last["target"], last["role"]) == (
            "entered", step, target, "finance_checker",
        )  # fmt: skip
        assert last["reason"] == ("与协议不符" if step == "refuse" else "")
        for again in ("release", "refuse"):
            answer = await pool.checker.post(
                f"/agreed-figures/{figure['id']}/{again}",
                json={"reason": "又"} if again == "refuse" else None,
            )
            assert code_of(answer) == (409, "not-possible-now")


async def test_a_later_figure_of_the_same_key_ends_the_one_before(running: Any):
    async with claims_of(running, "ICBC", "CCB") as pool:
        first = await agreed(pool, **SHARE)
        other_bank = await agreed(pool, **SHARE | {"bank_code": "CCB"})
        second = await agreed(pool, **SHARE | {"ratio": "50", "valid_from": "2026-03-01"})

        ended = await shown(pool, first)
        assert (ended["state"], ended["valid_to"]) == ("ended", "2026-02-28")
        last = ended["history"][-1]
        assert (last["source"], last["action"], last["role"], last["reason"]) == (
            "in_force", "end", "system", second["number"],
        )  # fmt: skip
        assert (await shown(pool, other_bank))["state"] == "in_force"
        assert (await shown(pool, second))["state"] == "in_force"


async def test_a_figure_for_other_days_ends_nothing(running: Any):
    async with claims_of(running) as pool:
        first = await agreed(pool, **SHARE | {"valid_to": "2026-01-31"})
        await agreed(pool, **SHARE | {"valid_from": "2026-02-01"})

        assert (await shown(pool, first))["state"] == "in_force"


# what may be said


SAYINGS: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"kind": "agreed_share"}, {"ratio", "bank_code", "subject"}),
    (SHARE | {"amount": "1.00", "year": 2026}, {"amount", "year"}),
    (SHARE | {"ratio": "101"}, {"ratio"}),
    (SHARE | {"ratio": "0.4"}, {"ratio"}),
    (SHARE | {"subject": "nobody"}, {"subject"}),
    (SHARE | {"bank_code": "CCB"}, {"bank_code"}),
    (SHARE | {"valid_to": "2025-12-31"}, {"valid_to"}),
    ({"kind": "year_budget", "amount": "1.00", "bank_code": "ICBC"}, {"year", "bank_code"}),
    ({"kind": "bank_year_ceiling", "amount": "1.00", "year": 2026}, {"bank_code"}),
    ({"kind": "guarantee_fee", "amount": "1.00"}, {"loan_id", "subject", "paid_on"}),
    ({"kind": "guarantee_fee", "amount": "1.00", "subject": "term"}, {"loan_id", "paid_on"}),
    ({"kind": "guarantee_fee", "amount": "1.00", "subject": "portfolio"}, {"paid_on"}),
    ({"kind": "raised_cap", "amount": "1.00", "subject": "bank_year"}, {"subject"}),
    ({"kind": "confirmed"}, {"flag", "loan_id", "subject"}),
    ({"kind": "bank_score", "count": 90}, {"bank_code"}),
    ({"kind": "claim_rate", "ratio": "2.5", "subject": "pool"}, {"subject"}),
    ({"kind": "indicator_growth", "subject": "luck"}, {"ratio", "subject", "year", "since_year"}),
    (
        {
            "kind": "indicator_amount",
            "subject": "pledge_count",
            "amount": "1.00",
            "year": 2026,
            "since_year": 2026,
        },
        {"subject", "since_year"},
    ),
    (
        {
            "kind": "stated_count",
            "subject": "pledge_count",
            "count": 1,
            "year": 2026,
            "since_year": 2024,
        },
        {"since_year", "year"},
    ),
)


async def test_a_figure_says_what_its_kind_says_and_nothing_else(running: Any):
    async with claims_of(running) as pool:
        for figure, found in SAYINGS:
            answer = await pool.maker.post(
                "/pools/dongli/agreed-figures",
                json={"valid_from": "2026-01-01", "reference": "文件"} | figure,
            )

            assert {pointer.removeprefix("#/") for pointer in faults(answer)} == found, figure
        assert (await pool.auditor.get("/pools/dongli/agreed-figures")).json()["items"] == []


async def test_a_figure_of_a_loan_is_one_of_its_bank_and_of_the_pool(running: Any):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await pool.approved("a", bank="ICBC")
        loan = {"loan_id": str(pool.loans["a"])}
        wrong = SHARE | {"bank_code": "CCB"} | loan
        answer = await pool.maker.post("/pools/dongli/agreed-figures", json=wrong)
        assert faults(answer) == {"#/bank_code": "not-the-loans-bank"}
        unknown = SHARE | {"loan_id": "0190163d-8694-739b-aea5-966c26f8ad91"}
        answer = await pool.maker.post("/pools/dongli/agreed-figures", json=unknown)
        assert faults(answer) == {"#/loan_id": "loan-unknown"}

        figure = await enters(pool, **{**SHARE, **loan, "bank_code": ""})

        assert figure["bank_code"] == "ICBC"


async def test_a_bank_sees_the_figures_about_itself_and_no_others(running: Any):
    async with claims_of(running, "ICBC", "CCB") as pool:
        own = await agreed(pool, **SHARE)
        await agreed(pool, **SHARE | {"bank_code": "CCB"})
        await agreed(pool, kind="year_budget", year=2026, amount="50000000.00")

        seen = (await pool.bank("ICBC").get("/pools/dongli/agreed-figures")).json()["items"]
        assert [one["id"] for one in seen] == [own["id"]]
        hidden = await pool.bank("CCB").get(f"/agreed-figures/{own['id']}")
        assert hidden.status_code == 404


async def test_the_list_is_filtered_and_paged(running: Any):
    async with claims_of(running) as pool:
        for year in (2025, 2026, 2027):
            await agreed(pool, kind="year_budget", year=year, amount="1.00", reference=f"{year}")
        await enters(pool, **SHARE)

        async def listed(**asked: Any) -> list[str]:
            answer = await pool.auditor.get("/pools/dongli/agreed-figures", params=asked)
            assert answer.status_code == 200, answer.text
            return [one["reference"] for one in answer.json()["items"]]

        assert await listed(kind="year_budget") == ["2027", "2026", "2025"]
        assert await listed(state="entered") == [SHARE["reference"]]
        assert await listed(on="2025-12-31") == []
        page = (await pool.auditor.get("/pools/dongli/agreed-figures", params={"limit": 3})).json()
        assert len(page["items"]) == 3
        assert await listed(cursor=page["next_cursor"]) == ["2025"]


# what claims are split by


async def test_an_agreed_share_is_refused_where_missing_and_counts_where_released(running: Any):
    async with claims_of(running, code="bj_etown") as pool:
        await bad(pool)
        claim = await reviewed(pool, "1000000.00")

        assert code_of(await approve(pool, claim)) == (409, "agreement-missing")
        figure = await enters(pool, **SHARE)
        assert code_of(await approve(pool, claim)) == (409, "agreement-missing")
        assert await owed(pool) == {}

        await releases(pool, figure)
        answer = await approve(pool, claim)

        assert amounts(answer.json()["shares"]) == {"pool": "400000.00", "bank": "600000.00"}


async def test_a_share_agreed_of_the_loan_goes_before_that_of_its_bank(running: Any):
    async with claims_of(running, code="bj_etown") as pool:
        await bad(pool, amount="900000.00")
        await agreed(pool, **SHARE)
        await agreed(pool, **SHARE | {"ratio": "1/3", "loan_id": str(pool.loans["a"])})

        claim = await pool.approves("a", "900000.00")

        assert amounts(claim["shares"])["pool"] == "300000.00"


async def test_the_agreement_of_the_approval_day_binds_whatever_is_agreed_later(running: Any):
    async with claims_of(running, code="bj_etown") as pool:
        await bad(pool)
        await agreed(pool, **SHARE)
        await agreed(pool, **SHARE | {"ratio": "50", "valid_from": "2026-02-01"})

        claim = await pool.approves("a", "1000000.00")

        assert amounts(claim["shares"])["pool"] == "400000.00"


async def test_a_ceiling_of_a_bank_and_year_is_refused_where_missing_and_binds(running: Any):
    async with claims_of(running, code="gd_guangzhou_2023") as pool:
        await bad(pool)
        claim = await reviewed(pool, "1000000.00")

        answer = await approve(pool, claim)
        assert code_of(answer) == (422, "figure-missing")
        assert "银行当年补偿限额" in answer.text
        ceiling = {"kind": "bank_year_ceiling", "bank_code": "ICBC", "amount": "300000.00"}
        await agreed(pool, **ceiling, year=2025)
        assert code_of(await approve(pool, claim)) == (422, "figure-missing")

        await agreed(pool, **ceiling, year=2026)
        answer = await approve(pool, claim)

        assert amounts(answer.json()["shares"]) == {"city": "300000.00", "bank": "700000.00"}


SINCE = {"facts": {"loss_confirmed_on": "2026-02-20"}, "recovered_before": "0.00"}


@pytest.mark.parametrize(("granted", "city"), [(True, "200000.00"), (False, "0.00")])
async def test_a_prior_decision_must_be_on_record_before_its_party_pays_or_does_not(
    running: Any, granted: bool, city: str
):
    async with claims_of(running, code="sd_weihai") as pool:
        await bad(pool, mode="stacked")
        claim = await reviewed(pool, "1000000.00", **SINCE)

        answer = await approve(pool, claim)
        assert code_of(answer) == (422, "fact-missing")
        assert "provincial_confirmation" in answer.text
        assert await owed(pool) == {}

        await agreed(
            pool,
            kind="confirmed",
            subject="provincial_confirmation",
            loan_id=str(pool.loans["a"]),
            flag=granted,
        )
        answer = await approve(pool, claim)

        assert amounts(answer.json()["shares"])["city"] == city


async def test_a_cap_is_raised_by_a_recorded_decision_and_never_further(running: Any):
    raised = {"kind": "raised_cap", "subject": "city_per_loan", "amount": "1200000.00"}
    async with claims_of(running, code="sd_weihai") as pool:
        await bad(pool, amount="10000000.00", mode="stacked")
        loan_id = str(pool.loans["a"])
        await agreed(
            pool, kind="confirmed", subject="provincial_confirmation", loan_id=loan_id, flag=True
        )
        too_much = {
            **raised, "amount": "1500000.01", "valid_from": "2026-01-01", "reference": "会议纪要",
        }  # fmt: skip
        answer = await pool.maker.post("/pools/sd_weihai/agreed-figures", json=too_much)
        assert faults(answer) == {"#/amount": "above-what-may-be"}
        await agreed(pool, **raised, loan_id=loan_id)

        claim = await pool.approves("a", "10000000.00", **SINCE)

        assert amounts(claim["shares"])["city"] == "1200000.00"


@pytest.mark.parametrize("of", ["portfolio_fees", "term_fees"])
async def test_guarantee_fees_add_up_to_the_figure_that_the_cap_goes_by(running: Any, of: str):
    """Twice the fees of the portfolio as Pingshan has it; of single loans where a programme says so."""
    text = library.texts("gd_sz_pingshan")[0].replace("portfolio_fees", of)
    async with claims_of(
        running, code="gd_sz_pingshan", opened_on=date(2026, 2, 5), text=text
    ) as pool:
        await pool.has("DANBAO", "guarantor")
        approved_on = date(2026, 2, 9)
        await pool.covers_with(
            "a",
            {"guarantor": "DANBAO"},
            mode="guaranteed",
            amount="8000000.00",
            approved_on=approved_on,
        )
        await pool.goes_bad("a", "2026-02", "8000000.00")
        await pool.it_is("2026-03-02")
        claim = await reviewed(pool, "8000000.00")
        assert code_of(await approve(pool, claim)) == (422, "figure-missing")

        fee = {
            "kind": "guarantee_fee", "subject": "term", "loan_id": str(pool.loans["a"]),
            "paid_on": "2026-02-25",
        }  # fmt: skip
        await agreed(pool, **fee, amount="30000.00", reference="发票 1")
        await agreed(pool, **fee, amount="20000.00", reference="发票 2")
        before = amounts((await pool.trial(claim))["shares"])
        assert before["pool"] == "50000.00"
        batch = {"kind": "guarantee_fee", "subject": "portfolio", "paid_on": "2026-02-26"}
        await agreed(pool, **batch, amount="9.00", reference="批量发票 3")
        # The same receipt once more is a correction, not one more fee.
        await agreed(pool, **fee, amount="15000.00", reference="发票 2")
        answer = await approve(pool, claim)

        # Twice the fees; 2.5 % of 8,000,000.00 lent would leave 200,000.00.
        shares = amounts(answer.json()["shares"])
        due = {"portfolio_fees": "45009.00", "term_fees": "45000.00"}[of]
        assert (shares["pool"], shares["guarantor"]) == (due, due)


async def test_a_claim_with_a_figure_of_another_bank_has_none(running: Any):
    async with claims_of(running, "ICBC", "CCB", code="bj_etown") as pool:
        await bad(pool)
        await agreed(pool, **SHARE | {"bank_code": "CCB"})
        claim = await reviewed(pool, "1000000.00")

        assert code_of(await approve(pool, claim)) == (409, "agreement-missing")


# every kind drives something


def tiers_by(fact: str, edge: str) -> tuple[str, str]:
    """What Guangzhou's text says of the split, made to follow a fact that the bureau states."""
    low = f"{{up_to: {edge}, shares: {{city: 50, bank: 50}}}}"
    high = f"{{above: {edge}, shares: {{city: 20, bank: 80}}}}"
    return "{shares: {city: 50, bank: 50}}", f"{{by: {fact}, tiers: [{low}, {high}]}}"


HALF_OF_IT = "500000.00"
CEILING = {"kind": "bank_year_ceiling", "bank_code": "ICBC", "amount": "9000000.00", "year": 2026}
DRIVES = {
    "year_budget": (
        (
            'per: programme_year, amount: "50000000.00"',
            "per: programme_year, of: year_budget",
        ),
        {"year": 2026},
        ({"amount": "900000.00"}, HALF_OF_IT),
        ({"amount": "123456.78"}, "123456.78"),
    ),
    "bank_year_ceiling": (
        ("", ""),
        {"year": 2026, "bank_code": "ICBC"},
        ({"amount": "900000.00"}, HALF_OF_IT),
        ({"amount": "0.01"}, "0.01"),
    ),
    "bank_score": (
        tiers_by("bank_score", "80"),
        {"bank_code": "ICBC"},
        ({"count": 80}, HALF_OF_IT),
        ({"count": 81}, "200000.00"),
    ),
    "claim_rate": (
        tiers_by("claim_rate", "3"),
        {"bank_code": "ICBC"},
        ({"ratio": "3"}, HALF_OF_IT),
        ({"ratio": "301/10000"}, "200000.00"),
    ),
    "guarantee_multiple": (
        tiers_by("guarantee_multiple", "500"),
        {},
        ({"ratio": "5/1"}, HALF_OF_IT),
        ({"ratio": "501/100"}, "200000.00"),
    ),
}
"""By kind: what is changed in Guangzhou's text, the figure's key, and two values with what the city
then bears of 1,000,000.00."""

SHOWN_ELSEWHERE = {
    "agreed_share": test_a_share_agreed_of_the_loan_goes_before_that_of_its_bank,
    "guarantee_fee": test_guarantee_fees_add_up_to_the_figure_that_the_cap_goes_by,
    "raised_cap": test_a_cap_is_raised_by_a_recorded_decision_and_never_further,
    "confirmed": test_a_prior_decision_must_be_on_record_before_its_party_pays_or_does_not,
}


ONLY_REPORTED = {
    "year_target", "indicator_amount", "indicator_count", "indicator_growth", "stated_amount",
    "stated_count",
}  # fmt: skip
"""Decide nothing; tests/risk_pool/reports shows what scorecard and indicators make of them, and
test_what_is_only_reported_decides_nothing that no trial has changed."""


def test_every_kind_of_figure_is_shown_to_drive_a_split():
    assert DRIVES.keys() | SHOWN_ELSEWHERE.keys() | ONLY_REPORTED == KINDS.keys()


@pytest.mark.parametrize("kind", DRIVES)
async def test_another_figure_makes_another_trial(running: Any, kind: str):
    (said, instead), key, *values = DRIVES[kind]
    text = library.texts("gd_guangzhou_2023")[0]
    assert said in text
    async with claims_of(
        running, code="gd_guangzhou_2023", text=text.replace(said, instead, 1)
    ) as pool:
        if kind != "bank_year_ceiling":
            await agreed(pool, **CEILING)
        await bad(pool)
        claim = await pool.files("a", "1000000.00")
        missing = await pool.trial(claim)
        assert missing["shares"] == [] and missing["missing"], missing

        seen = []
        for number, (value, due) in enumerate(values):
            await agreed(pool, kind=kind, reference=f"文件 {number}", **key, **value)
            trial = await pool.trial(claim)
            assert amounts(trial["shares"])["city"] == due, trial
            seen.append(trial["id"])
        assert len(set(seen)) == len(values), "a decision on the first one is refused"


async def test_what_is_only_reported_decides_nothing(running: Any):
    figures = {
        "year_target": {"subject": "lent", "amount": "0.01"},
        "indicator_amount": {"subject": "pledge_amount", "amount": "0.01"},
        "indicator_count": {"subject": "pledge_count", "count": 0},
        "indicator_growth": {"subject": "pledge_count", "ratio": "30", "since_year": 2023},
        "stated_amount": {"subject": "insured_amount", "amount": "0.01"},
        "stated_count": {"subject": "insured_count", "count": 0},
    }
    assert figures.keys() == ONLY_REPORTED
    async with claims_of(running) as pool:
        await bad(pool)
        claim = await pool.files("a", "1000000.00")
        before = await pool.trial(claim)
        for kind, said in figures.items():
            await agreed(pool, kind=kind, year=2026, **said)
        after = await pool.trial(claim)

        assert after["shares"] == before["shares"] != []
