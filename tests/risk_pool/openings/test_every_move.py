"""An opening: who takes which step, and to where it leads; what everybody else is told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.risk_pool.domain.coverage import LIFE_CYCLE as COVERAGE
from tests.applications.office import ICBC
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY
from tests.risk_pool.openings.book import book, workbook
from tests.risk_pool.openings.county import XLSX, County, county_of
from tests.services import lacks_role

BANKS = {"bank_operator", "bank_checker"}
MOVES = {
    "propose": ("draft", "proposed", "finance_maker"),
    "take_back": ("proposed", "draft", "finance_maker"),
    "return": ("proposed", "draft", "finance_checker"),
    "take_over": ("proposed", "taken_over", "finance_checker"),
    "withdraw": ("draft", "withdrawn", "finance_maker"),
}
BODY = {"reason": "余额须再核对"}


@pytest.fixture
async def county(running: Any) -> AsyncIterator[County]:
    async with county_of(running) as county:
        yield county


def somebody(county: County, role: str) -> Any:
    institution = ICBC if role in BANKS else "*"
    return county.pool.as_(f"{role}-of-moves", role, institution=institution)


def body_of(step: str) -> Any:
    return {} if step in ("propose", "take_over") else BODY


async def refuses_everybody_else(county: County, opening: Any, step: str) -> None:
    where = f"/openings/{opening['id']}/{step}"
    before = await county.shown(opening)
    for role in EVERYBODY:
        if role == MOVES[step][2]:
            continue
        answer = await somebody(county, role).post(where, json=body_of(step))
        expected = (404, "not-found") if role in BANKS else lacks_role(role)
        assert (answer.status_code, answer.json()["code"]) == expected, role
    assert (await county.shown(opening))["history"] == before["history"]


async def takes(county: County, opening: Any, step: str) -> Any:
    source, target, role = MOVES[step]
    await refuses_everybody_else(county, opening, step)
    after = await county.step(opening, step, **body_of(step))
    last = after["history"][-1]
    assert (last["source"], last["action"], last["target"], last["role"]) == (
        source, step, target, role,
    )  # fmt: skip
    assert after["state"] == target
    return after


async def test_every_step_is_taken_by_its_own_person_leads_where_it_leads_and_is_remembered(county):
    for role in EVERYBODY:
        if role != "finance_maker":
            answer = await somebody(county, role).post(
                "/pools/dongli/openings",
                content=workbook(book(2)),
                headers={"Content-Type": XLSX},
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role
    opening = await county.sends(book(2))
    assert [(one["source"], one["action"], one["target"]) for one in opening["history"]] == [
        (None, "begin", "draft"), ("draft", "bring_in", "draft"),
    ]  # fmt: skip
    assert [one["role"] for one in opening["history"]] == ["system", "finance_maker"]

    await takes(county, opening, "propose")
    begun = await county.sends(book(2), status=409)
    assert begun["code"] == "opening-begun"
    await takes(county, opening, "return")
    await takes(county, opening, "propose")
    await takes(county, opening, "take_back")
    await takes(county, opening, "withdraw")

    opening = await county.sends(book(2))
    proposed = await takes(county, opening, "propose")
    proposer = proposed["history"][-1]["subject"]
    same = county.pool.as_(proposer, "finance_maker", "finance_checker")
    answer = await same.post(f"/openings/{opening['id']}/take_over", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "second-person-required")
    await takes(county, opening, "take_over")
    for step in MOVES:
        answer = await county.step(opening, step, status=409, **body_of(step))
        assert answer["code"] == "not-possible-now", step


async def test_what_is_covered_from_then_on_is_told_and_remembered_of_each_loan(county):
    await county.taken_over(book(2))

    (loan,) = (await county.office.bank().get("/loans")).json()["items"]
    seen = await county.pool.as_("clerk", "bank_operator", institution=ICBC).get(
        f"/coverages/{loan['id']}"
    )
    covered = seen.json()
    assert (covered["state"], covered["covered"], covered["loan_no"]) == (
        "active", "543300.00", "JK-00000",
    )  # fmt: skip
    (move,) = covered["history"]
    assert (move["source"], move["action"], move["target"], move["role"]) == (
        None, "take_over", "active", "system",
    )  # fmt: skip
    undone = await county.office.bank().post(
        f"/applications/{loan['id']}/undo-disbursement/request", json={"reason": "误报"}
    )
    assert (undone.status_code, undone.json()["code"]) == (409, "taken-over")
    rows = (await county.auditor.get("/pools/dongli/transfers")).json()["items"]
    (booked,) = (one for one in rows if one["reference"] == "opening:loans:1:2")
    why = (await county.auditor.get(f"/explanations/transfer/dongli/{booked['seq']}")).json()
    assert why["fact"]["figures"] == {
        "number": "DL-O-2026-0001", "sheet": "在保贷款", "file": "期初.xlsx", "line": "2",
    }  # fmt: skip
    assert [one["name"] for one in why["people"]][-2:] == ["fan", "hu"]
    async with county.pool.context.database.begin("*") as conn:
        told = await conn.fetch(
            "select type, institution from event_feed where key = $1 order by position",
            loan["id"],
        )
    assert [(one["type"], one["institution"]) for one in told] == [
        ("opening.loan-proposed.v1", ICBC), ("coverage.taken-over.v1", ICBC),
    ]  # fmt: skip
    assert COVERAGE.find(None, "take_over") is not None
