"""A bank sees its own rows, and of another bank's rows not even that they are there."""

from typing import Any

import pytest

from tests.applications.office import CCB, ICBC
from tests.e2e.api import READING, WRITING, Route
from tests.e2e.town import is_problem

OWN = (
    "case_id", "loan_id", "claim_id", "recovery_id", "adjustment_id", "endpoint_id", "message_id",
    "draft_id",
)  # fmt: skip
"""Parameters whose value belongs to one bank. A route with one of them is tried by another bank."""
ANYBODY_S = (
    "/api/v1/banks", "/api/v1/pools", "/api/v1/programmes", "/api/v1/event-types",
    "/api/v1/sandbox/clock", "/api/v1/agreed-figure-kinds", "/api/v1/right-import-template",
    "/api/v1/templates/positions.csv", "/api/v1/templates/positions.xlsx",
)  # fmt: skip
"""Lists of what all who take part may know."""


def values(route: Route, own: dict[str, str]) -> dict[str, str]:
    """The parameters of a route, filled with ICBC's own ids."""
    found = dict(own)
    if "/inbox/" in route.path:
        found["message_id"] = own["inbox_id"]
    return found


def of_one_bank(routes: tuple[Route, ...]) -> list[Route]:
    found = []
    for route in routes:
        names = {one["name"] for one in route.parameters("path")}
        if names & {*OWN, "party_code", "explanation_id"}:
            found.append(route)
    return found


@pytest.mark.parametrize("route", of_one_bank(READING), ids=str)
async def test_another_bank_s_thing_is_not_there(full: Any, route: Route):
    town, own = full
    url = route.url(**values(route, own))

    mine = await town.clerk(route.service, ICBC).get(url)
    theirs = await town.clerk(route.service, CCB).get(url)
    nowhere = await town.clerk(route.service, "ABC-TJ").get(url)

    if mine.status_code == 403:
        # The bureau's own, before anybody looks whose case it is.
        assert theirs.status_code == nowhere.status_code == 403
        return
    # A claim that is decided has no trial; that it is there is said to its own bank alone.
    assert mine.status_code == 200 or mine.json()["code"] == "nothing-to-decide", mine.text
    assert is_problem(theirs, 404)["code"] == "not-found"
    assert is_problem(nowhere, 404)["code"] == "not-found"


@pytest.mark.parametrize("route", of_one_bank(WRITING), ids=str)
async def test_another_bank_s_thing_cannot_be_touched(full: Any, route: Route):
    town, own = full

    answer = await town.clerk(route.service, CCB).request(
        route.method.upper(),
        route.url(**values(route, own)),
        json=route.example,
        headers={"If-Match": '"1"'},
    )

    # Where banks may never act, that is said before anybody looks whose it is.
    assert is_problem(answer, 403, 404)["code"] in ("not-found", "forbidden", "role-missing")


@pytest.mark.parametrize(
    "route",
    [
        route
        for route in READING
        if not route.parameters("path")
        and route.path not in ANYBODY_S
        and not route.path.endswith("/stream")
    ],
    ids=str,
)
async def test_a_bank_that_has_nothing_finds_nothing_in_any_list(full: Any, route: Route):
    town, own = full
    mine = await town.clerk(route.service, ICBC).get(route.url())
    theirs = await town.clerk(route.service, CCB).get(route.url())

    if theirs.status_code == 403:
        assert mine.status_code == 403
        return
    assert theirs.status_code == 200, theirs.text
    for name in ("case_id", "claim_id", "recovery_id", "endpoint_id", "inbox_id"):
        assert own[name] not in theirs.text, route
    assert ICBC not in theirs.text, route
    found = theirs.json()
    items = found.get("items", []) if isinstance(found, dict) else found
    # What concerns everybody (a pool was opened) may be in a feed or an inbox, and own papers.
    allowed = ("pool.opened", "settlement", "document.stored")
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
