"""Four eyes: whatever moves money or promises cover needs two persons, and they say so."""

from typing import Any

import pytest

from tests.applications.office import ICBC, nothing_found
from tests.e2e.town import Town, refused


@pytest.fixture(scope="module")
async def busy(town: Town) -> Town:
    """A pool with money in it."""
    await town.opens("dongli")
    return town


async def decided(town: Town, case: Any, person: Any) -> Any:
    agreed = {"opinion": "同意", "lists_checked": nothing_found(town.office.now.date())}
    return await person.post(f"/applications/{case['id']}/approve", json=agreed)


async def test_a_reviewer_without_the_approver_s_role_approves_nothing(busy: Town):
    case = await busy.office.submits()
    await busy.office.recommends(case)

    answers = [
        await decided(busy, case, busy.office.reviewer("wang")),
        await decided(busy, case, busy.office.reviewer("sun")),
        await decided(busy, case, busy.office.bank()),
        await decided(busy, case, busy.office.staff("fan", "finance_maker", "admin", "auditor")),
    ]

    assert [refused(one) for one in answers] == [(403, "forbidden")] * 4
    assert await busy.office.state(case) == "recommended"


async def test_who_recommended_a_case_does_not_approve_it_whatever_his_roles(busy: Town):
    case = await busy.office.submits()
    both = busy.office.staff("wang", "reviewer", "approver")
    await busy.office.post(both, case, "take")
    await busy.office.post(both, case, "recommend", {"opinion": "材料齐全"})

    alone = await decided(busy, case, both)
    under_another_token = await decided(busy, case, busy.office.approver("wang"))
    wang_again = busy.office.service.as_("wang-2", "approver", person="wang")
    by_second_account = await decided(busy, case, wang_again)
    in_capitals = await decided(busy, case, busy.office.approver("WANG"))
    by_another = await decided(busy, case, busy.office.approver("li"))

    assert refused(by_second_account) == (409, "second-person-required")
    assert refused(in_capitals) == (409, "second-person-required")
    assert refused(alone) == (409, "second-person-required")
    assert refused(under_another_token) == (409, "second-person-required")
    assert by_another.status_code == 200


async def test_a_case_that_nobody_recommended_cannot_be_approved(busy: Town):
    case = await busy.office.submits()

    accepted = await decided(busy, case, busy.office.approver())
    await busy.office.post(busy.office.reviewer(), case, "take")
    under_review = await decided(busy, case, busy.office.approver())
    himself = await decided(busy, case, busy.office.staff("wang", "reviewer", "approver"))

    assert refused(accepted) == refused(under_review) == (409, "not-possible-now")
    assert himself.status_code == 409
    assert await busy.office.state(case) == "under_review"


async def test_a_claim_needs_a_reviewer_and_another_approver_and_is_paid_after_both(busy: Town):
    case = await busy.lends(loan_no="JJ-claim")
    await busy.goes_bad("JJ-claim")
    claim = await busy.claims(case)
    at = f"/claims/{claim['id']}"
    both = busy.pool("fan", "finance_maker", "finance_checker")

    seen = (await busy.checker.get(f"{at}/trial")).json()["id"]
    decision = {"opinion": "同意", "trial": seen}

    unreviewed = await busy.checker.post(f"{at}/approve", json=decision)
    unapproved = await busy.maker.post(f"{at}/enter_payment", json={"paid_on": "2026-03-02"})
    by_the_bank = await busy.clerk().post(f"{at}/review", json={"opinion": "同意"})
    await busy.asks(both, f"{at}/review", {"opinion": "材料齐全"})
    await busy.takes_steps(claim)
    decision = {"opinion": "同意", "trial": (await busy.checker.get(f"{at}/trial")).json()["id"]}
    alone = await both.post(f"{at}/approve", json=decision)
    without_role = await busy.pool("zhao", "finance_maker").post(f"{at}/approve", json=decision)
    approved = await busy.checker.post(f"{at}/approve", json=decision)

    assert refused(unreviewed)[0] == refused(unapproved)[0] == 409
    assert refused(by_the_bank) == (403, "role-missing")
    assert refused(alone) == (409, "second-person-required")
    assert refused(without_role) == (403, "role-missing")
    assert approved.status_code == 200
    entered = await busy.asks(both, f"{at}/enter_payment", {"voucher": "ZF-second-person"})
    (entry,) = entered["payments"]
    paid_alone = await both.post(f"/cash-entries/{entry['id']}/release", json={})
    paid = await busy.asks(busy.checker, f"/cash-entries/{entry['id']}/release")
    assert refused(paid_alone) == (409, "second-person-required")
    assert (entered["state"], paid["state"]) == ("approved", "released")
    assert (await busy.maker.get(at)).json()["state"] == "paid"


async def test_who_confirmed_a_settlement_does_not_sign_it_and_unsigned_it_is_not_posted(
    busy: Town,
):
    await busy.it_is_at_least("2026-04-02")
    at = "/pools/dongli/settlements/2026-03"
    both = busy.pool("fan", "finance_maker", "finance_checker")
    await busy.asks(both, f"{at}/preview")
    await busy.asks(both, f"{at}/confirm")

    by_the_maker = await busy.maker.post(f"{at}/sign", json={})
    alone = await both.post(f"{at}/sign", json={})
    unsigned = await both.post(f"{at}/post", json={})
    by_a_bank = await busy.clerk(bank=ICBC).post(f"{at}/sign", json={})
    signed = await busy.checker.post(f"{at}/sign", json={})

    assert refused(by_the_maker) == (403, "role-missing")
    assert refused(alone) == (409, "second-person-required")
    assert refused(unsigned)[0] == 409
    assert refused(by_a_bank)[0] == 403
    assert signed.status_code == 200
