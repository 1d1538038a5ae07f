"""Extensions and restructurings: every move, what refuses them, and what they do to the loan."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.applications.office import CCB, ICBC, Office, document, position, right

ROLES = (
    "reviewer",
    "approver",
    "finance_maker",
    "finance_checker",
    "pool_manager",
    "auditor",
    "admin",
)
MOVES = [
    ("requested", "recommend", "reviewer", "recommended", []),
    ("recommended", "approve", "approver", "approved", ["loan.extended.v1"]),
    ("recommended", "refuse", "approver", "refused", []),
]


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "extension",
        "matures_on": "2027-03-02",
        "reason": "回款周期延长",
        "plan": "展期六个月，按月付息，到期还本",
        "papers": [document("extension_agreement")],
        **changes,
    }


async def asks(office: Office, case: Any, *, bank: str = ICBC, **changes: Any) -> Any:
    return await office.bank(bank).post(f"/loans/{case['id']}/changes", json=wish(**changes))


async def does(office: Office, person: Any, change: Any, action: str) -> Any:
    return await person.post(f"/loan-changes/{change['id']}/{action}", json={"opinion": "同意"})


async def shown(office: Office, case: Any, by: Any = None) -> Any:
    person = by or office.bank()
    return (await person.get(f"/loans/{case['id']}/changes")).json()["items"]


@pytest.fixture
async def lent(office: Office) -> Any:
    """A loan of half a year, of a programme that lets it run for a whole one."""
    return await office.lends(matures_on="2026-09-02")


async def brought_to(office: Office, case: Any, state: str) -> Any:
    change = (await asks(office, case)).json()
    if state == "recommended":
        answer = await does(office, office.reviewer(), change, "recommend")
        assert answer.status_code == 200, answer.text
    return change


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["code"] for error in answer.json()["errors"]]


async def test_a_bank_asks_and_only_a_bank(office: Office, lent: Any):
    for role in ROLES:
        person = office.staff("li", role)
        answer = await person.post(f"/loans/{lent['id']}/changes", json=wish())
        assert answer.status_code == 403, role
    assert (await asks(office, lent, bank=CCB)).status_code == 404

    answer = await asks(office, lent)

    assert (answer.status_code, answer.json()["state"]) == (201, "requested")
    (kept,) = await shown(office, lent)
    assert (kept["matured_on"], kept["matures_on"], kept["requested_by"]) == (
        "2026-09-02",
        "2027-03-02",
        f"clerk-{ICBC}",
    )
    assert kept["papers"][0]["sha256"] == document("extension_agreement")["sha256"]


@pytest.mark.parametrize(("source", "action", "role", "target", "told"), MOVES)
async def test_a_move_leads_where_it_leads_and_is_no_other_roles(
    office: Office, lent: Any, source: str, action: str, role: str, target: str, told: list[str]
):
    change = await brought_to(office, lent, source)
    await office.said()
    for other in ROLES:
        if other != role:
            answer = await does(office, office.staff("li", other), change, action)
            assert answer.status_code == 403, other
    assert (await does(office, office.bank(), change, action)).status_code == 403
    person = office.staff("li", role)
    (before,) = await shown(office, lent, by=person)
    assert action in before["pending_actions"]

    answer = await does(office, person, change, action)

    assert (answer.status_code, answer.json()["state"]) == (200, target)
    assert [event.type for event in await office.said()] == told
    again = await does(office, person, change, action)
    assert (again.status_code, again.json()["code"]) == (409, "not-possible-now")


@pytest.mark.parametrize("action", ["approve", "refuse"])
async def test_who_recommended_does_not_decide(office: Office, lent: Any, action: str):
    change = await brought_to(office, lent, "recommended")

    answer = await does(office, office.approver("wang"), change, action)

    assert (answer.status_code, answer.json()["code"]) == (409, "second-person-required")
    loan = (await office.bank().get(f"/loans/{lent['id']}")).json()
    assert loan["matures_on"] == "2026-09-02"


async def test_an_approved_extension_moves_the_maturity_and_is_told(office: Office, lent: Any):
    change = await brought_to(office, lent, "recommended")
    await office.said()

    await does(office, office.approver(), change, "approve")

    (told,) = await office.said("loan.extended.v1")
    assert (told.kind, told.matured_on, told.matures_on, told.decided_on) == (
        "extension",
        date(2026, 9, 2),
        date(2027, 3, 2),
        date(2026, 3, 2),
    )
    loan = (await office.bank().get(f"/loans/{lent['id']}")).json()
    assert loan["matures_on"] == "2027-03-02"
    # So a report after the old maturity is of a loan that is served.
    await office.moves_clock(datetime(2026, 9, 30, 1, tzinfo=UTC))
    answer = await office.reports("2026-09", position())
    assert answer["accepted"] == 1


async def test_a_refused_extension_leaves_the_loan_and_may_be_asked_again(
    office: Office, lent: Any
):
    change = await brought_to(office, lent, "recommended")
    await does(office, office.approver(), change, "refuse")

    loan = (await office.bank().get(f"/loans/{lent['id']}")).json()
    again = await asks(office, lent, kind="restructuring", matures_on="2026-12-02")

    assert loan["matures_on"] == "2026-09-02"
    assert again.status_code == 201
    states = [(one["kind"], one["state"]) for one in await shown(office, lent)]
    assert states == [("extension", "refused"), ("restructuring", "requested")]


async def test_one_change_waits_for_its_decision_at_a_time(office: Office, lent: Any):
    await brought_to(office, lent, "requested")

    second = await asks(office, lent)

    assert (second.status_code, second.json()["code"]) == (409, "change-undecided")


async def test_a_new_maturity_is_later_and_within_the_programmes_tenor_and_the_rights(
    office: Office,
):
    first = await office.lends(loan_no="JJ-1", matures_on="2026-09-02")
    ends_soon = right(expires_on="2027-01-01")
    second = await office.lends(
        loan_no="JJ-2", matures_on="2026-09-02", tenor_months=6, collateral=[ends_soon]
    )

    assert faults(await asks(office, first, matures_on="2026-09-02")) == ["not-later"]
    assert faults(await asks(office, first, matures_on="2027-03-03")) == ["beyond-tenor"]
    assert faults(await asks(office, second)) == ["right-ends-before-loan"]
    assert await shown(office, first) == []


async def test_a_loan_that_is_over_is_not_extended(office: Office, lent: Any):
    change = await brought_to(office, lent, "recommended")
    await office.reports("2026-03", position(principal="0.00"))

    late = await does(office, office.approver(), change, "approve")
    asked = await asks(office, lent)

    assert (late.status_code, late.json()["code"]) == (409, "loan-not-served")
    assert (asked.status_code, asked.json()["code"]) == (409, "loan-not-served")
