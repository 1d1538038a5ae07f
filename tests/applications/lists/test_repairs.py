"""Credit repair: asked for with evidence, decided by two others, and held against nobody then."""

from pathlib import Path
from typing import Any

import pytest

from services.applications.domain.credit_repair import LIFE_CYCLE, Action, State
from shared.contracts.listed_firms import (
    CreditRepairDecidedV1,
    CreditRepairRequestedV1,
    FirmClearedV1,
)
from tests.applications.lists.driver import brings, entries, named
from tests.applications.office import CCB, FIRM, ICBC, Office
from tests.papers import stores

MAY: dict[str, set[str]] = {
    "recommend": {"reviewer"},
    "approve": {"approver"},
    "refuse": {"approver"},
}
"""Said here once more, and not read from the table that is tested."""
LEADS: dict[tuple[str, str], str] = {
    ("requested", "recommend"): "recommended",
    ("recommended", "approve"): "repaired",
    ("recommended", "refuse"): "refused",
}
EVERYBODY = {
    "bank_operator": ICBC, "bank_checker": ICBC, "reviewer": "*", "approver": "*", "auditor": "*",
    "finance_maker": "*", "finance_checker": "*", "pool_manager": "*", "admin": "*",
}  # fmt: skip


def people(office: Office) -> Any:
    return {
        role: office._person(f"{role}-x", role, institution=place)
        for role, place in EVERYBODY.items()
    }


async def asked(office: Office, *, by: Any = None, status: int = 201, **changes: Any) -> Any:
    """A repair of the entry of the firm, which a case of the bank's is of."""
    who = by or office.bank()
    (paper,) = await stores(who, "evidence")
    (entry,) = await entries(office, stands=True)
    body = {
        "borrower_uscc": FIRM, "ground": "corrected", "reason": "已履行完毕",
        "document": paper["id"],
    }  # fmt: skip
    answer = await who.post(f"/listed-firms/{entry['id']}/repairs", json=body | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def steps(
    office: Office, repair: Any, step: str, *, by: Any = None, status: int = 200
) -> Any:
    usual = {"recommend": office.reviewer(), "approve": office.approver()}
    who = by or usual.get(step, office.approver())
    answer = await who.post(f"/credit-repairs/{repair['id']}/{step}", json={"opinion": "属实"})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def listed(office: Office) -> Office:
    """A firm of the bank's stands on a list."""
    await office.submits()
    await brings(office, named())
    await office.said()
    return office


async def test_a_repair_goes_its_way_by_its_people_and_by_nobody_else(listed: Office):
    office = listed
    everybody = people(office)
    for role in EVERYBODY.keys() - {"bank_operator", "reviewer"}:
        (entry,) = await entries(office)
        answer = await everybody[role].post(f"/listed-firms/{entry['id']}/repairs", json={})
        assert answer.status_code == 403, (role, answer.text)
    for ends_in in ("refused", "repaired"):
        last = "refuse" if ends_in == "refused" else "approve"
        repair = await asked(office)
        assert (repair["state"], repair["due_on"]) == ("requested", "2026-03-09")
        for state, step in (("requested", "recommend"), ("recommended", last), (ends_in, "")):
            for other in MAY:
                for role, who in everybody.items():
                    if (state, other) in LEADS and role in MAY[other]:
                        continue
                    status = 409 if role in MAY[other] else 403
                    told = await steps(office, repair, other, by=who, status=status)
                    if status == 409:
                        assert told["code"] == "not-possible-now"
            if step:
                repair = await steps(office, repair, step)
                assert repair["state"] == LEADS[state, step]
        assert repair["decided_on"] == "2026-03-02" and repair["due_on"] is None
        assert [one["action"] for one in repair["history"]] == ["request", "recommend", last]
    (one,) = await entries(office)
    assert (one["ended_on"], one["why_ended"]) == ("2026-03-02", "credit_repair")
    told = await office.said()
    assert [(one.type, getattr(one, "granted", None)) for one in told] == [
        ("credit-repair.requested.v1", None), ("credit-repair.decided.v1", False),
        ("credit-repair.requested.v1", None), ("credit-repair.decided.v1", True),
        ("firm.cleared.v1", None),
    ]  # fmt: skip
    assert {CreditRepairRequestedV1.type, CreditRepairDecidedV1.type, FirmClearedV1.type} == {
        one.type for one in told
    }
    assert (told[0].reason, told[-1].why, told[-1].institution) == (
        "已履行完毕", "credit_repair", ICBC,
    )  # fmt: skip
    await office.submits()


async def test_three_persons_stand_behind_a_repair(listed: Office):
    both = listed.staff("wu", "reviewer", "approver")
    repair = await asked(listed, by=both)
    assert (await steps(listed, repair, "recommend", by=both, status=409))["code"] == (
        "second-person-required"
    )
    second = listed.staff("xu", "reviewer", "approver")
    await steps(listed, repair, "recommend", by=second)
    for person in (both, second):
        for step in ("approve", "refuse"):
            told = await steps(listed, repair, step, by=person, status=409)
            assert told["code"] == "second-person-required"
    assert (await steps(listed, repair, "approve"))["bank_code"] == "*"


async def test_a_repair_is_of_an_entry_that_stands_one_at_a_time_for_ones_own_firm(listed: Office):
    await asked(listed, document="01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01", status=422)
    await asked(listed, by=listed.bank(CCB), status=404)
    repair = await asked(listed)
    assert (await asked(listed, status=409))["code"] == "repair-undecided"
    assert (await listed.bank(CCB).get(f"/credit-repairs/{repair['id']}")).status_code == 404
    assert (await listed.bank(CCB).get("/credit-repairs")).json()["items"] == []
    (mine,) = (await listed.bank().get("/credit-repairs?state=requested")).json()["items"]
    assert (mine["id"], mine["pending_actions"]) == (repair["id"], [])
    await steps(listed, repair, "recommend")
    (entry,) = await entries(listed)
    await brings(listed, named(removed_on="2026-02-20"))
    assert (await steps(listed, repair, "approve", status=409))["code"] == "entry-ended"
    assert (await steps(listed, repair, "refuse"))["state"] == "refused"
    body = {"borrower_uscc": FIRM, "ground": "objection", "reason": "x", "document": entry["id"]}
    told = await listed.bank().post(f"/listed-firms/{entry['id']}/repairs", json=body)
    assert told.json()["code"] == "entry-ended"


def test_the_table_has_these_moves_and_no_others():
    moves = {(m.source, m.action): m.target for m in LIFE_CYCLE.moves if m.source}
    assert moves == LEADS
    assert set(LIFE_CYCLE.final) == {State.REPAIRED, State.REFUSED}
    assert {one.action for one in LIFE_CYCLE.moves} == set(Action)


def test_the_diagram_in_the_readme_is_the_table():
    text = (Path(__file__).parents[3] / "services/applications/README.md").read_text()
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in text
