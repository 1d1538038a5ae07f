"""A bank finds its own rows in lists, and of another bank's not even that they are there.

Who may call which route, with whose ids, is the table of `test_roles.py`.
"""

from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from shared.http.answer_shapes import Shape, held_by
from tests.applications.office import CCB, ICBC
from tests.e2e.api import APPS, READING, Route
from tests.e2e.roles import ids
from tests.e2e.town import is_problem

pytestmark = pytest.mark.xdist_group("own rows")
"""All of them look at one town, which takes longer to found than they take to look."""

ANYBODY_S = (
    "/api/v1/banks", "/api/v1/credit-lists", "/api/v1/pools", "/api/v1/programmes", "/api/v1/event-types",
    "/api/v1/sandbox/clock", "/api/v1/agreed-figure-kinds", "/api/v1/templates/rights.xlsx", "/api/v1/templates/extracts.xlsx",
    "/api/v1/templates/positions.csv", "/api/v1/templates/positions.xlsx",
    "/api/v1/worded-types", "/api/v1/coming-days", "/api/v1/settlements",
)  # fmt: skip
"""Lists of what all who take part may know."""
EXPORTS = ("/api/v1/pledge-records/export.csv", "/api/v1/pledge-records/export.xlsx")
"""Files of the rows of a list that is asked here; tests/applications/rights/test_pledge_records.py
shows whose rows they hold."""


@pytest.mark.parametrize(
    "route",
    [
        route
        for route in READING
        if not route.parameters("path")
        and route.path not in (*ANYBODY_S, *EXPORTS)
        and not route.path.endswith("/stream")
    ],
    ids=str,
)
async def test_a_bank_that_has_nothing_finds_nothing_in_any_list(full: Any, route: Route):
    town, own = full
    mine = await town.clerk(route.service, ICBC).get(route.url())
    theirs = await town.clerk(route.service, CCB).get(route.url())

    if "/public/" in route.path:
        # What everybody reads, a bank reads as everybody does.
        assert theirs.json() == mine.json()
        return
    if theirs.status_code == 403:
        assert mine.status_code == 403
        return
    assert theirs.status_code == 200, theirs.text
    for name in ("case_id", "claim_id", "recovery_id", "endpoint_id", "inbox_id"):
        assert own[name] not in theirs.text, route
    assert ICBC not in theirs.text, route
    found = theirs.json()
    items = found.get("items", [])
    if route.path.endswith("/documents"):
        # Each has papers of its own.
        assert not {one["id"] for one in items} & {one["id"] for one in mine.json()["items"]}
        return
    # What concerns everybody (a pool was opened) may be in a feed or an inbox.
    own_name = f"'code': '{CCB}', 'name'"
    # A bank names the guarantors of its pools in its applications.
    guarantor = "'code': 'TJ-DB', 'name'"
    allowed = ("pool.opened", "settlement", "document.stored", own_name, guarantor)
    assert all(any(what in str(one) for what in allowed) for one in items), items


async def test_a_bank_s_own_statement_is_there_and_the_bureau_reads_all(full: Any):
    town, own = full
    at = f"/pools/dongli/settlements/{own['month']}/statements"

    assert (await town.clerk(bank=ICBC).get(f"{at}/{ICBC}.pdf")).content.startswith(b"%PDF")
    assert (await town.clerk(bank=CCB).get(f"{at}/{CCB}.json")).status_code == 200
    assert is_problem(await town.clerk(bank=ICBC).get(f"{at}/{CCB}.json"), 404)
    assert is_problem(await town.clerk(bank=ICBC).get(f"{at}/DL-FIN.json"), 404)
    assert (await town.maker.get(f"{at}/DL-FIN.json")).status_code == 200
    assert (await town.office.reviewer().get(f"/applications/{own['case_id']}")).is_success


SHAPES = {
    (name, method, str(context.path_format)): held
    for name, app in APPS.items()
    for context in iter_route_contexts(app.routes)
    if isinstance(route := context.original_route, APIRoute)
    and (held := held_by(route.response_model))
    for method in route.methods or ()
}
"""What is kept back of the answers of each route."""


def kept(shape: Shape, value: Any, where: str = "") -> dict[str, Any]:
    """Place → value of what is kept back from banks and stands in an answer all the same."""
    if isinstance(value, list):
        return {at: one for each in value for at, one in kept(shape, each, where).items()}
    if not isinstance(value, dict):
        return {}
    found = {f"{where}.{one}": value[one] for one in shape.left_out if one in value}
    found |= {f"{where}.{one}": value[one] for one in shape.made_null if value.get(one) is not None}
    for name, held in shape.below:
        below = value.get(name)
        below = list(below.values()) if held.by_name and below else below
        found |= kept(held.shape, below, f"{where}.{name}")
    return found


async def test_no_answer_to_a_bank_holds_what_is_kept_back_and_the_bureau_reads_all_of_it(
    full: Any,
):
    town, own = full
    places: set[str] = set()
    looked_at = 0
    for route in READING:
        held = SHAPES.get((route.service, "GET", route.path))
        if held is None or route.path.endswith("/stream"):
            continue
        url = route.url(**ids(route, own))
        answer = await town.clerk(route.service, ICBC).get(url)
        if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
            looked_at += 1
            assert kept(held.shape, answer.json()) == {}, route
            for person in (
                town.at(route.service, "ma", "pool_manager"),
                town.at(route.service, "hu", "finance_checker"),
            ):
                whole = await person.get(url)
                if whole.status_code == 200:
                    places |= {f"{route.path}{at}" for at in kept(held.shape, whole.json())}
                    break
    assert looked_at > 30
    assert {place.rpartition(".")[2] for place in places} > {
        "people", "recorded_by", "available", "assigned_to", "approved_by", "signed_by", "history",
        "proposed_by", "pool",
    }  # fmt: skip


async def test_a_lost_answer_that_a_bank_asks_for_again_holds_no_more_than_the_answer_did(
    full: Any,
):
    town, own = full
    clerk = town.clerk(bank=ICBC)
    told = {"loan_id": own["case_id"], "cause": "business", "level": "yellow", "text": "减产"}
    key = {"Idempotency-Key": "a-warning-of-icbc"}
    first = await clerk.post("/pools/dongli/warnings", json=told, headers=key)
    again = await clerk.post("/pools/dongli/warnings", json=told, headers=key)
    lost = (await clerk.get("/idempotency-keys/a-warning-of-icbc")).json()

    assert first.status_code == 201 and again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json() == lost["body"]
    assert lost["body"]["raised_name"] == f"clerk-{ICBC}"
    (move,) = lost["body"]["history"]
    assert (move["role"], move["name"]) == ("bank_operator", f"clerk-{ICBC}")


async def test_a_bank_reads_that_the_bureau_moved_its_case_and_not_who_did_or_what_they_thought(
    full: Any,
):
    town, own = full
    at = f"/applications/{own['case_id']}/history"
    bank, bureau = [
        (await person.get(at)).json()["items"]
        for person in (town.clerk("applications", ICBC), town.office.reviewer())
    ]
    assert [one["action"] for one in bank] == [one["action"] for one in bureau]
    for seen, whole in zip(bank, bureau, strict=True):
        assert whole["name"] and whole["subject"]
        if whole["role"] in ("bank_operator", "bank_checker"):
            assert seen == whole
        else:
            assert (seen["name"], seen["subject"]) == ("", "")
    opinions = {one["action"]: one["reason"] for one in bureau if one["reason"]}
    assert {"recommend", "approve"} <= set(opinions)
    told = {one["action"]: one["reason"] for one in bank}
    assert told["recommend"] == told["approve"] == ""
