"""A fund commits beside a loan, and pays or takes it back: who may say so, what is told, totals."""

from typing import Any

import pytest

from shared.contracts.around_loans import CoInvestmentChangedV1
from tests.applications.office import CCB, ICBC, Office

FUND = "91120118MA06G8H268"
COMMITMENT: dict[str, Any] = {
    "kind": "equity", "investor_uscc": FUND, "investor_name": "天津某引导基金",
    "amount": "5000000.00", "committed_on": "2026-03-01",
}  # fmt: skip
STEPS: dict[str, tuple[dict[str, Any], str]] = {
    "pay": ({"on": "2026-03-02"}, "paid"),
    "withdraw": ({"on": "2026-03-02", "reason": "尽职调查未通过"}, "withdrawn"),
}


async def commits(who: Any, case: Any, *, status: int = 201, **changes: Any) -> Any:
    answer = await who.post(f"/applications/{case['id']}/co-investments", json=COMMITMENT | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def does(who: Any, one: Any, step: str, status: int = 200, **changes: Any) -> Any:
    answer = await who.post(f"/co-investments/{one['id']}/{step}", json=STEPS[step][0] | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize("step", STEPS)
async def test_a_commitment_is_paid_or_taken_back_once_and_each_is_told(office: Office, step: str):
    case = await office.submits()
    ahead = await commits(office.bank(), case, status=422, committed_on="2026-03-03")
    assert ahead["errors"][0]["code"] == "in-future"
    await office.said()
    one = await commits(office.bank(), case)
    assert (one["state"], one["pending_actions"]) == ("committed", ["pay", "withdraw"])
    wrong = await does(office.bank(), one, step, 422, on="2026-02-28")
    assert wrong["errors"][0]["code"] == "out-of-order"

    done = await does(office.bank(), one, step)

    target = STEPS[step][1]
    assert (done["state"], done[f"{target}_on"], done["pending_actions"]) == (
        target, "2026-03-02", [],
    )  # fmt: skip
    told = await office.said(CoInvestmentChangedV1.type)
    assert [(e.what, e.amount_fen, str(e.on), e.investor_uscc) for e in told] == [
        ("committed", 500_000_000, "2026-03-01", FUND), (target, 500_000_000, "2026-03-02", FUND),
    ]  # fmt: skip
    for again in STEPS:
        assert (await does(office.bank(), one, again, 409))["code"] == "not-possible-now"


@pytest.mark.parametrize("role", ["bank_operator", "reviewer", "pool_manager", "bank_checker",
                                  "approver", "auditor"])  # fmt: skip
async def test_operators_reviewers_and_managers_keep_them_and_nobody_else(
    office: Office, role: str
):
    case = await office.submits()
    first, second = await commits(office.bank(), case), await commits(office.bank(), case)
    who = office._person(f"a-{role}", role, institution=ICBC if role.startswith("bank") else "*")
    may = role in ("bank_operator", "reviewer", "pool_manager")

    await commits(who, case, status=201 if may else 403)
    await does(who, first, "pay", 200 if may else 403)
    await does(who, second, "withdraw", 200 if may else 403)


async def test_they_are_listed_and_added_up_by_month_and_a_bank_finds_its_own_only(office: Office):
    case, bank, other = await office.submits(), office.bank(), office.bank(CCB)
    one = await commits(bank, case, committed_on="2026-02-10")
    two = await commits(bank, case, kind="warrant", amount="0.01")
    await does(bank, one, "pay")
    await does(bank, two, "withdraw")

    span = {"since": "2026-02-01", "until": "2026-03-31"}
    listed = (await office.reviewer().get("/co-investments", params={"case_id": case["id"]})).json()
    totals = (await bank.get("/co-investment-totals", params=span)).json()["items"]

    assert [(c["id"], c["loan"]) for c in listed["items"]] == [
        (two["id"], "1000000.00"), (one["id"], "1000000.00"),
    ]  # fmt: skip
    page = (await bank.get("/co-investments", params={"limit": 1})).json()
    after = {"cursor": page["next_cursor"]}
    assert (await bank.get("/co-investments", params=after)).json()["items"][0]["id"] == one["id"]
    assert [
        (t["month"], t["kind"], t["promised"], t["invested"], t["taken_back"]) for t in totals
    ] == [
        ("2026-02", "equity", "5000000.00", "0.00", "0.00"),
        ("2026-03", "equity", "0.00", "5000000.00", "0.00"),
        ("2026-03", "warrant", "0.01", "0.00", "0.01"),
    ]
    assert (await other.get("/co-investments")).json()["items"] == []
    assert (await other.get("/co-investment-totals", params=span)).json()["items"] == []
    await commits(other, case, status=404)
    for step in STEPS:
        await does(other, one, step, 404)
