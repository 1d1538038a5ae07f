"""A bank finds its own rows in lists, and of another bank's not even that they are there.

Who may call which route, with whose ids, is the table of `test_roles.py`.
"""

from typing import Any

import pytest

from tests.applications.office import CCB, ICBC
from tests.e2e.api import READING, Route
from tests.e2e.town import is_problem

ANYBODY_S = (
    "/api/v1/banks", "/api/v1/credit-lists", "/api/v1/pools", "/api/v1/programmes", "/api/v1/event-types",
    "/api/v1/sandbox/clock", "/api/v1/agreed-figure-kinds", "/api/v1/templates/rights.xlsx", "/api/v1/templates/extracts.xlsx",
    "/api/v1/templates/positions.csv", "/api/v1/templates/positions.xlsx",
    "/api/v1/templates/event-types",
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

    if theirs.status_code == 403:
        assert mine.status_code == 403
        return
    assert theirs.status_code == 200, theirs.text
    for name in ("case_id", "claim_id", "recovery_id", "endpoint_id", "inbox_id"):
        assert own[name] not in theirs.text, route
    assert ICBC not in theirs.text, route
    found = theirs.json()
    items = found.get("items", []) if isinstance(found, dict) else found
    if route.path.endswith("/documents"):
        # Each has papers of its own.
        assert not {one["id"] for one in items} & {one["id"] for one in mine.json()["items"]}
        return
    # What concerns everybody (a pool was opened) may be in a feed or an inbox.
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
