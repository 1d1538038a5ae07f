"""How a bank files over HTTP: tried out, drafted, filed, returned, withdrawn, appealed."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from services.risk_pool.domain.claim import LIFE_CYCLE
from services.risk_pool.domain.time_limits import term_of
from shared.calendar import WorkingDays
from shared.postgres.database import EVERYWHERE
from shared.schemes import library
from shared.schemes.rules.claims import Deadline
from tests.papers import shown
from tests.risk_pool.claims.driver import DOCUMENTS, claims_of
from tests.risk_pool.claims.test_claims import bad_loan, code_of


def by_code(rows):
    return {row["code"]: row for row in rows}


async def test_a_pre_check_answers_every_check_and_keeps_nothing(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        clerk = pool.bank("ICBC")
        body = pool.claim_of("a", "900000.00", overdue_days=95)

        answer = await clerk.post("/claims/pre-checks", json=body)

        assert answer.status_code == 200, answer.text
        assert answer.json()["may_be_filed"] is True
        checks = by_code(answer.json()["checks"])
        assert {row["result"] for row in checks.values()} <= {"pass", "not_applicable"}
        assert checks["in-time"]["evidence"] == {
            "entitled_on": "2026-02-28",
            "last_day": "2026-08-28",
            "filed_on": "2026-03-05",
        }
        # The article is readable: the title of the document, not its code.
        assert "深圳" in checks["trigger"]["article"]
        assert "S14" not in checks["trigger"]["article"]
        assert (await pool.auditor.get("/claims")).json()["items"] == []
        assert (await clerk.get("/claims")).json()["items"] == []
        assert not [one for one in await pool.said() if one["type"].startswith("claim.")]

        # What the pre-check said is what the filing does and keeps.
        claim = await pool.files("a", "900000.00", overdue_days=95)
        assert [(row["code"], row["result"]) for row in claim["checks"]] == [
            (row["code"], row["result"]) for row in answer.json()["checks"]
        ]
        seen = (await pool.maker.get(f"/claims/{claim['id']}")).json()
        assert seen["checks"] == claim["checks"]
        again = (await clerk.post("/claims/pre-checks", json=body)).json()
        assert again["may_be_filed"] is False
        assert by_code(again["checks"])["no-live-claim"]["result"] == "fail"


async def test_a_bank_asks_what_a_claim_for_its_loan_takes(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        where = f"/coverages/{pool.loans['a']}/claim-needs"

        needs = (await pool.bank("ICBC").get(where)).json()

        assert [one["kind"] for one in needs["papers"]] == [one["kind"] for one in DOCUMENTS]
        assert needs["dates"] == ["lawsuit_accepted_on"]
        assert needs["reported"] == {
            "month": "2026-02",
            "outstanding_principal": "900000.00",
            "overdue_days": 92,
            "risk_class": "substandard",
        }
        assert needs["steps"][0] == "expert_review"
        assert (needs["counts_costs"], needs["loan_number"]) == (False, "DL-2026-000001")
        assert needs["facts"] == []
        amounts = {one["name"]: one["required"] for one in needs["amounts"]}
        assert amounts == {
            "interest_arrears": False, "penalty_interest": False, "compound_interest": False,
        }  # fmt: skip
        assert (await pool.bank("CCB").get(where)).status_code == 404


async def test_a_pre_check_says_what_the_filing_would_refuse(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "950000.00", overdue_days=40)
        body["documents"] = DOCUMENTS[1:]
        checked = (await pool.bank("ICBC").post("/claims/pre-checks", json=body)).json()
        refused = await pool.bank("ICBC").post("/claims", json=body)

        failed = [row["code"] for row in checked["checks"] if row["result"] == "fail"]
        assert failed == ["principal-agrees", "overdue-days-agree", "paper:claim_form"]
        assert code_of(refused) == (422, "claim-not-admissible")
        assert [row["code"] for row in refused.json()["findings"]] == failed
        other = await pool.bank("CCB").post("/claims/pre-checks", json=body)
        assert code_of(other) == (404, "not-found")
        for person in (pool.maker, pool.auditor):
            assert (await person.post("/claims/pre-checks", json=body)).status_code == 403


async def test_a_loan_without_terms_in_force_on_its_approval_day_is_told_so(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        # As a measure that was withdrawn would leave it: dongli begins in October 2022.
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update coverages set approved_on = '2022-01-01'")
        body = pool.claim_of("a", "900000.00", overdue_days=95)

        checked = (await pool.bank("ICBC").post("/claims/pre-checks", json=body)).json()
        filed = await pool.bank("ICBC").post("/claims", json=body)

        assert [(row["code"], row["result"]) for row in checked["checks"]] == [
            ("terms-in-force", "fail")
        ]
        assert checked["may_be_filed"] is False
        assert code_of(filed) == (409, "scheme-not-published")


async def test_what_asks_to_be_confirmed_is_filed_when_the_bank_stands_by_it(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "899999.99", overdue_days=95)

        refused = await pool.bank("ICBC").post("/claims", json=body)
        taken = await pool.bank("ICBC").post(
            "/claims", json=body | {"confirmed": ["principal-agrees"]}
        )

        assert code_of(refused) == (422, "claim-not-admissible")
        assert [row["result"] for row in refused.json()["findings"]] == ["confirm"]
        assert taken.status_code == 201, taken.text
        row = by_code(taken.json()["checks"])["principal-agrees"]
        assert (row["result"], row["confirmed"]) == ("confirm", True)


async def test_the_day_of_filing_is_the_services_own_and_no_bank_states_it(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95)

        stated = await pool.bank("ICBC").post("/claims", json=body | {"claimed_on": "2025-12-31"})
        claim = await pool.files("a", "900000.00", overdue_days=95)

        assert code_of(stated) == (422, "invalid-request")
        assert stated.json()["errors"][0]["pointer"] == "#/claimed_on"
        assert (claim["claimed_on"], claim["stated_on"]) == ("2026-03-05", "2026-03-05")


@pytest.mark.parametrize("day", ["2026-03-06", "2026-01-08"])
async def test_a_day_in_the_future_or_before_the_disbursement_is_refused(running, day):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        body = pool.claim_of("a", "900000.00", overdue_days=95, facts={"lawsuit_accepted_on": day})

        answer = await pool.bank("ICBC").post("/claims", json=body)

        (finding,) = answer.json()["findings"]
        assert (finding["code"], finding["field"]) == (
            "date:lawsuit_accepted",
            "/facts/lawsuit_accepted_on",
        )


async def test_a_claim_that_no_longer_agrees_with_the_reports_is_not_recommended(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{claim['id']}"
        await pool.goes_bad("a", "2026-02", "800000.00", overdue_days=92)

        answer = await pool.maker.post(f"{where}/review", json={"opinion": "好"})

        assert code_of(answer) == (422, "claim-not-admissible")
        assert [row["code"] for row in answer.json()["findings"]] == ["principal-agrees"]
        assert (await pool.auditor.get(where)).json()["state"] == "submitted"


async def test_what_was_reported_after_the_filing_says_nothing_against_the_claim(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        await pool.it_is("2026-04-02")
        await pool.goes_bad("a", "2026-03", "890000.00", overdue_days=123)

        answer = await pool.maker.post(f"/claims/{claim['id']}/review", json={"opinion": "好"})

        assert answer.status_code == 200, answer.text


async def test_a_draft_is_its_banks_own_until_it_is_filed(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        await bad_loan(pool)
        clerk, loan = pool.bank("ICBC"), str(pool.loans["a"])
        begun = await clerk.post("/claims/drafts", json={"loan_id": loan, "costs": "12.30"})
        assert begun.status_code == 201, begun.text
        draft = begun.json()
        where = f"/claims/{draft['id']}"
        assert (draft["number"], draft["claimed_on"], draft["filed_at"]) == (None, None, None)
        assert draft["draft"] == {"costs": "12.30"}

        again = await clerk.post("/claims/drafts", json={"loan_id": loan})
        assert code_of(again) == (409, "draft-begun")
        assert again.json()["claim_id"] == draft["id"]
        body = pool.claim_of("a", "900000.00", overdue_days=95)
        del body["loan_id"]
        saved = await clerk.post(f"{where}/draft", json=body)
        papers = [shown("ICBC", one["kind"]) for one in DOCUMENTS]
        assert saved.json()["draft"] == body | {"documents": papers}
        for person in (pool.maker, pool.auditor, pool.bank("CCB")):
            assert (await person.get(where)).status_code == 404
            assert (await person.get("/claims")).json()["items"] == []
        assert [one["id"] for one in (await clerk.get("/claims")).json()["items"]] == [draft["id"]]

        await pool.it_is("2026-03-06")
        filed = await clerk.post(f"{where}/submit", json=body)

        assert filed.status_code == 200, filed.text
        claim = filed.json()
        assert (claim["state"], claim["number"]) == ("submitted", "DL-C-2026-0001")
        assert (claim["claimed_on"], claim["draft"]) == ("2026-03-06", None)
        assert (await pool.maker.get(where)).json()["outstanding_principal"] == "900000.00"
        (told,) = await pool.said("claim.submitted.v1")
        assert told["claim_number"] == "DL-C-2026-0001"


async def test_a_draft_that_fails_stays_a_draft_and_holds_nobody_up(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        clerk, loan = pool.bank("ICBC"), str(pool.loans["a"])
        draft = (await clerk.post("/claims/drafts", json={"loan_id": loan})).json()
        body = pool.claim_of("a", "900000.01", overdue_days=95)
        del body["loan_id"]

        answer = await clerk.post(f"/claims/{draft['id']}/submit", json=body)

        assert code_of(answer) == (422, "claim-not-admissible")
        assert (await clerk.get(f"/claims/{draft['id']}")).json()["state"] == "draft"
        # A claim beside it takes the loan; the draft can only be given up then.
        first = await pool.files("a", "900000.00", overdue_days=95)
        assert first["number"] == "DL-C-2026-0001"
        body["outstanding_principal"] = "900000.00"
        answer = await clerk.post(f"/claims/{draft['id']}/submit", json=body)
        assert code_of(answer) == (409, "already-claimed")
        answer = await clerk.post(f"/claims/{draft['id']}/withdraw", json={"reason": "重复"})
        assert answer.json()["state"] == "withdrawn"
        assert (await pool.auditor.get(f"/claims/{draft['id']}")).status_code == 404
        assert (await clerk.post("/claims/drafts", json={"loan_id": loan})).status_code == 201


async def test_a_returned_claim_names_every_gap_and_keeps_its_day_and_its_place(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{claim['id']}"
        assert claim["waiting_for"]["due_on"] == "2026-03-12"
        gaps = [
            {"code": "paper:recovery_plan", "text": "追偿方案缺处置时间表"},
            {"code": "", "text": "利息明细与合同不符"},
        ]
        await pool.it_is("2026-03-09")
        returned = await pool.maker.post(f"{where}/return", json={"gaps": gaps})
        assert (returned.json()["state"], returned.json()["gaps"]) == ("returned", gaps)
        assert returned.json()["waiting_for"]["due_on"] is None
        (told,) = await pool.said("claim.returned.v1")
        assert (told["gaps"], told["returned_on"]) == (gaps, "2026-03-09")

        # Twenty-one days at the bank, in which its six months run out for everybody else.
        await pool.it_is("2026-03-30")
        body = pool.claim_of("a", "900000.00", overdue_days=92 + 30)
        del body["loan_id"]
        mended = await pool.bank("ICBC").post(f"{where}/resubmit", json=body)

        assert mended.status_code == 200, mended.text
        claim = mended.json()
        assert (claim["state"], claim["number"]) == ("submitted", "DL-C-2026-0001")
        assert (claim["claimed_on"], claim["stated_on"]) == ("2026-03-05", "2026-03-30")
        assert (claim["times_returned"], claim["days_returned"]) == (1, 21)
        # Of the reviewer's five working days two were used: three are left.
        assert claim["waiting_for"]["due_on"] == "2026-04-02"
        assert by_code(claim["checks"])["in-time"]["evidence"]["filed_on"] == "2026-03-05"
        assert [move["action"] for move in claim["history"]] == ["submit", "return", "resubmit"]


async def test_a_claim_filed_in_time_is_mended_after_its_last_day(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        await pool.it_is("2026-08-28")
        claim = await pool.files("a", "900000.00", overdue_days=92 + 181)
        where = f"/claims/{claim['id']}"
        await pool.maker.post(f"{where}/return", json={"gaps": [{"text": "缺页"}]})
        await pool.it_is("2026-09-15")
        body = pool.claim_of("a", "900000.00", overdue_days=92 + 199)
        late = await pool.bank("ICBC").post("/claims", json=body)
        assert code_of(late) == (409, "already-claimed")
        del body["loan_id"]

        mended = await pool.bank("ICBC").post(f"{where}/resubmit", json=body)

        assert mended.status_code == 200, mended.text
        assert mended.json()["claimed_on"] == "2026-08-28"
        # Withdrawn and filed anew, it would be too late.
        await pool.bank("ICBC").post(f"{where}/withdraw", json={"reason": "重新整理"})
        anew = await pool.bank("ICBC").post(
            "/claims", json=body | {"loan_id": str(pool.loans["a"])}
        )
        assert [row["code"] for row in anew.json()["findings"]] == ["in-time"]


async def test_a_return_takes_at_least_one_gap(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)

        for gaps in ([], [{"text": ""}], [{"code": "In Time", "text": "x"}]):
            answer = await pool.maker.post(f"/claims/{claim['id']}/return", json={"gaps": gaps})
            assert code_of(answer) == (422, "invalid-request"), gaps


async def test_a_withdrawn_claim_leaves_the_loan_free_and_a_finally_refused_one_does_not(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        clerk = pool.bank("ICBC")
        first = await pool.files("a", "900000.00", overdue_days=95)
        gone = await clerk.post(f"/claims/{first['id']}/withdraw", json={"reason": "借款人还款中"})
        assert gone.json()["state"] == "withdrawn"
        assert (await pool.said("claim.withdrawn.v1"))[0]["reason"] == "借款人还款中"
        second = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{second['id']}"
        await pool.maker.post(f"{where}/refuse", json={"reason": "材料不实"})
        await clerk.post(f"{where}/appeal", json={"reason": "材料属实"})
        held = await clerk.post("/claims", json=pool.claim_of("a", "900000.00", overdue_days=95))
        assert code_of(held) == (409, "already-claimed")

        final = await pool.checker.post(f"{where}/uphold", json={"reason": "不成立"})

        assert final.json()["state"] == "refused_finally"
        again = await clerk.post("/claims", json=pool.claim_of("a", "900000.00", overdue_days=95))
        assert code_of(again) == (409, "already-claimed")
        assert second["number"] in again.json()["detail"]


async def test_a_refused_claim_is_not_appealed_once_the_loan_is_claimed_for_anew(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        first = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{first['id']}"
        await pool.maker.post(f"{where}/refuse", json={"reason": "缺页"})
        await pool.files("a", "900000.00", overdue_days=95)

        answer = await pool.bank("ICBC").post(f"{where}/appeal", json={"reason": "不服"})

        assert code_of(answer) == (409, "already-claimed")


def test_an_appeal_is_due_in_the_schemes_time_and_without_one_whenever():
    terms = library.load("dongli").terms(on=date(2026, 1, 10))
    ten_days = replace(terms, deadlines={**terms.deadlines, "appeal": Deadline(working_days=10)})
    refused_on, calendar = date(2026, 3, 5), WorkingDays()

    assert LIFE_CYCLE.term("refused", term_of(terms, refused_on, calendar)) is None
    last_day = LIFE_CYCLE.term("refused", term_of(ten_days, refused_on, calendar))
    assert last_day == date(2026, 3, 19)


async def test_an_appeal_after_its_time_is_refused_with_the_last_day(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{claim['id']}"
        await pool.maker.post(f"{where}/refuse", json={"reason": "缺页"})
        # No scheme of ours sets a time for appeals yet: it is set as a scheme's would be.
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update claims set due_on = '2026-03-19'")

        await pool.it_is("2026-03-20")
        late = await pool.bank("ICBC").post(f"{where}/appeal", json={"reason": "不服"})

        assert code_of(late) == (409, "appeal-too-late")
        assert "2026-03-19" in late.json()["detail"]
        assert (await pool.auditor.get(where)).json()["state"] == "refused"


async def test_withdrawal_and_review_at_the_same_moment_one_wins_and_the_other_hears_why(running):
    async with claims_of(running) as pool:
        await bad_loan(pool)
        claim = await pool.files("a", "900000.00", overdue_days=95)
        where = f"/claims/{claim['id']}"

        answers = await asyncio.gather(
            pool.bank("ICBC").post(f"{where}/withdraw", json={"reason": "还款"}),
            pool.maker.post(f"{where}/refuse", json={"reason": "缺页"}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = [answer for answer in answers if answer.status_code == 409]
        assert loser.json()["code"] == "not-possible-now"
        assert len((await pool.auditor.get(where)).json()["history"]) == 2
