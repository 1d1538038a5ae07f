"""Every move of a demand: who may make it, where it leads, what is told; and every other is refused."""

from pathlib import Path
from typing import Any

import pytest

from services.applications.domain.financing_demand import LIFE_CYCLE
from shared.contracts.demands import DemandEvent
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.applications.demands.stories import (
    QUOTE,
    answers,
    brought_to,
    follows,
    posts,
    shown,
)
from tests.applications.office import CCB, ICBC, Office

REASON = {"reason": "企业已自筹资金"}
BUREAU = {"reviewer", "pool_manager"}
MOVES: dict[tuple[str, str], tuple[str, set[str]]] = {
    ("posted", "offers"): ("posted", BUREAU),
    ("posted", "match"): ("matched", BUREAU),
    ("posted", "link"): ("in_case", BUREAU | {"bank_operator"}),
    ("posted", "end"): ("ended", BUREAU),
    ("matched", "put-back"): ("posted", BUREAU),
    ("matched", "link"): ("in_case", BUREAU | {"bank_operator"}),
    ("matched", "end"): ("ended", BUREAU),
}
"""State, step → where it leads and who may. Said here once more, and not read from the table."""
TELLS = {
    "offers": ["demand.offered.v1"],
    "match": ["demand.matched.v1"],
    "put-back": ["demand.put-back.v1"],
    "link": ["demand.outcome.v1"],
    "end": ["demand.outcome.v1"] * 2,
}
"""What a step tells; the end goes to each bank that was offered the demand."""
STEPS = ("offers", "match", "put-back", "link", "end")
EVERYBODY = sorted(BANK_ROLES | BUREAU_ROLES)


def body(step: str, case: Any) -> dict[str, Any]:
    return {
        "offers": {"banks": [CCB], "answer_by": "2026-03-09"},
        "match": {"bank_code": ICBC},
        "put-back": REASON,
        "link": {"case_id": case["id"]},
        "end": REASON,
    }[step]


def person(office: Office, role: str) -> Any:
    institution = ICBC if role in BANK_ROLES else "*"
    return office._person(f"a-{role}", role, institution=institution)


@pytest.mark.parametrize("state", ["posted", "matched", "in_case", "lent", "ended"])
async def test_every_step_is_open_to_its_people_and_to_nobody_else(office: Office, state: str):
    demand = await brought_to(office, state)
    case = await office.submits()
    for step in STEPS:
        target, people = MOVES.get((state, step), ("", set()))
        for role in EVERYBODY:
            if role in people:
                continue
            refused = await person(office, role).post(
                f"/financing-demands/{demand['id']}/{step}", json=body(step, case)
            )
            code = refused.json()["code"]
            assert code in ("forbidden", "role-missing", "not-possible-now"), (step, role, code)
        assert (await shown(office, demand))["state"] == state
        for role in sorted(people):
            mine = await brought_to(office, state)
            if state == "posted":
                await answers(office, mine)
            who, linked = person(office, role), await office.submits()
            await office.said()
            listed = (await shown(office, mine, by=who))["pending_actions"]
            assert {"offers": "offer", "put-back": "put_back"}.get(step, step) in listed
            done = await who.post(
                f"/financing-demands/{mine['id']}/{step}", json=body(step, linked)
            )
            assert (done.status_code, done.json().get("state")) == (200, target), done.text
            told = [one.type for one in await office.said() if isinstance(one, DemandEvent)]
            assert told == TELLS.get(step, []), step


async def test_a_demand_is_posted_by_the_bureau_alone(office: Office):
    for role in sorted({*EVERYBODY} - BUREAU):
        assert (await posts(person(office, role))).status_code == 403, role
    for role in sorted(BUREAU):
        assert (await posts(person(office, role))).status_code == 201


async def test_the_whole_way_to_a_loan_and_what_is_told_on_it(office: Office):
    await office.said()
    demand = (await posts(office.reviewer())).json()
    offered = await office.said("demand.offered.v1")
    assert {one.institution for one in offered} == {ICBC, CCB}
    assert all("022-12345678" not in one.model_dump_json() for one in offered)

    declined = {"takes_up": False, "reason": "行业限额已满"}
    await answers(office, demand, bank=CCB, **declined)
    await answers(office, demand, **QUOTE)
    told = await office.said("demand.answered.v1")
    assert [(one.bank_code, one.takes_up, one.reason, one.is_late) for one in told] == [
        (CCB, False, "行业限额已满", False), (ICBC, True, "", False),
    ]  # fmt: skip

    path = f"/financing-demands/{demand['id']}"
    refused = await office.reviewer().post(f"{path}/match", json={"bank_code": CCB})
    assert refused.json()["code"] == "not-taken-up"
    await office.reviewer().post(f"{path}/match", json={"bank_code": ICBC})
    (matched,) = await office.said("demand.matched.v1")
    assert matched.institution == ICBC
    over = await office.bank().post(f"{path}/answer", json=declined)
    assert over.json()["code"] == "answers-over"

    case = await office.lends(demand=demand["id"])
    (became,) = await office.said("demand.outcome.v1")
    assert (became.outcome, became.case_number) == ("became_case", case["number"])
    await follows(office)
    await follows(office)
    (lent,) = await office.said("demand.outcome.v1")
    assert (lent.outcome, lent.lent_fen, lent.institution) == ("lent", 100_000_000, ICBC)
    seen = await shown(office, demand)
    assert (seen["state"], seen["lent"], seen["case_id"]) == ("lent", "1000000.00", case["id"])
    assert [(one["source"], one["action"], one["role"], one["target"])
            for one in seen["history"]] == [
        (None, "post", "reviewer", "posted"), ("posted", "match", "reviewer", "matched"),
        ("matched", "link", "bank_operator", "in_case"), ("in_case", "lend", "system", "lent"),
    ]  # fmt: skip

    await office.post(office.bank(), case, "undo-disbursement/request", {"reason": "误报"})
    await office.post(office.reviewer(), case, "undo-disbursement")
    await follows(office)
    (back,) = await office.said("demand.outcome.v1")
    assert (back.outcome, (await shown(office, demand))["state"]) == ("taken_back", "in_case")
    await office.post(office.bank(), case, "withdraw", {"reason": "企业放弃"})
    await follows(office)
    (reopened,) = await office.said("demand.outcome.v1")
    seen = await shown(office, demand)
    assert (reopened.outcome, seen["state"], seen["case_id"]) == ("reopened", "posted", None)

    await office.reviewer().post(f"{path}/match", json={"bank_code": ICBC})
    await office.reviewer().post(f"{path}/put-back", json={"reason": "银行未跟进"})
    (put_back,) = await office.said("demand.put-back.v1")
    assert (put_back.institution, put_back.reason) == (ICBC, "银行未跟进")
    await office.reviewer().post(f"{path}/end", json=REASON)
    ended = await office.said("demand.outcome.v1")
    assert {(one.outcome, one.institution, one.reason) for one in ended} == {
        ("ended", bank, REASON["reason"]) for bank in (ICBC, CCB)
    }


def test_the_diagram_in_the_readme_is_the_table():
    readme = Path(__file__).parents[3] / "services" / "applications" / "README.md"
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in readme.read_text(encoding="utf-8")
