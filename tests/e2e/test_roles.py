"""One table says who may call which route; it is tried (every cell in the whole, before a landing every
kind at each route), and the laws of the table hold."""

import os
from typing import Any

import pytest

from tests.e2e import roles
from tests.e2e.api import Route
from tests.e2e.roles import ASKED, ASKERS, ELSEWHERE, FOREIGN_PARTY
from tests.e2e.town import GUARANTOR

pytestmark = pytest.mark.xdist_group("roles")
"""All of them read one table, which takes a while to ask for."""

WRITES_TABLE = os.environ.get("ZHIDAI_ROLES") == "write"
OWN = frozenset({
    "case_id", "loan_id", "claim_id", "recovery_id", "adjustment_id", "endpoint_id", "message_id",
    "party_code", "explanation_id", "draft_id", "warning_id", "disposal_id", "collection_id",
    "robot_id", "template_id",
})  # fmt: skip
"""Parameters whose value belongs to one bank."""
THE_BUREAU_S = ("/endpoints", "/robots", "/deliveries", "/messages", "/inbox", "/templates")
"""Of the bureau as a whole, whatever pools its people belong to."""
ANYBODY_S = (
    "GET /sandbox/clock", "GET /document-links/{token}", "GET /public/notices", "GET /public/pools",
    "GET /public/notices/{number}", "POST /public/notices/{number}/objections",
    "GET /public/objections/{receipt}/{secret}",
)  # fmt: skip
"""What a sandbox shows to all, links that are their own key, and what is on public notice."""
ADMIN_S = (
    "/banks", "/events/parked", "/events/heard", "/events/publish-again", "/idempotency-keys", "/endpoints", "/subscriptions", "/messages",
    "/inbox", "/event-types", "/sandbox/clock", "/robots", "/deliveries",
    "/ended-logins", "/templates", "/worded-types", "/my-acts", "/my-figures", "/calendar",
    "/people", "/pool-duties", "/bank-import",
)  # fmt: skip
"""Where setting up and mending is done, and nothing of a case is seen; beside pools and parties."""
BODY_FIRST = {
    "applications POST /applications/{case_id}/return",
    "risk_pool POST /pools/{code}/account-statements",
    "risk_pool POST /pools/{code}/openings",
    "risk_pool POST /pools/{code}/party-imports",
    "risk_pool POST /pools/{code}/payment-status",
    "risk_pool POST /pools/{code}/settlements/{month}/statements/{party_code}/disputes",
}
"""They take a file, or what no description can give a whole example of: that is read first."""


@pytest.fixture(scope="module")
async def table(full: Any) -> dict[str, str]:
    """What is written, and over it what has been answered: every cell of it in the whole."""
    town, own = full
    written = {} if WRITES_TABLE else roles.expected()
    who = {
        str(route): roles.chosen(str(route), written[str(route)])
        if str(route) in written
        else ASKERS
        for route in ASKED
    }
    found = await roles.asked(town, own, ASKED, who)
    table = {
        route: "".join(
            told.get(asker.name) or cell
            for asker, cell in zip(ASKERS, written.get(route, " " * len(ASKERS)), strict=True)
        )
        for route, told in found.items()
    }
    if WRITES_TABLE:
        roles.write(table)
    return table


def column(table: dict[str, str], name: str) -> dict[str, str]:
    """Route → the cell of one asker."""
    at = [one.name for one in ASKERS].index(name)
    return {route: cells[at] for route, cells in table.items()}


def of_one_bank(route: Route) -> bool:
    return bool({one["name"] for one in route.parameters("path")} & OWN)


async def test_every_route_has_its_row_and_answers_everybody_as_it_says(table: dict[str, str]):
    written = roles.expected()

    assert set(table) == set(written), "a route has no row, or a row has no route"
    assert {one: cells for one, cells in table.items() if written[one] != cells} == {}


async def test_whoever_a_route_does_not_name_is_refused_by_the_table():
    written = roles.expected()
    named = {one: roles.declared()[one] for one in written}

    assert {one.split(" ", 1)[1] for one, let_in in named.items() if let_in is None} <= {*ANYBODY_S}
    wrong = [
        (route, asker.name)
        for route, let_in in named.items()
        if let_in is not None
        for asker, cell in zip(ASKERS, written[route], strict=True)
        if asker.name != "nobody" and not let_in & set(asker.roles) and cell != "-"
    ]
    assert wrong == []


async def test_without_a_token_and_without_a_role_nothing_is_answered(table: dict[str, str]):
    closed = {one: cells for one, cells in table.items() if one.split(" ", 1)[1] not in ANYBODY_S}

    assert set(column(closed, "nobody").values()) == {"?"}
    assert set(column(closed, "no role").values()) == {"-"}


async def test_what_is_one_bank_s_is_not_there_for_another(table: dict[str, str]):
    own = {str(route) for route in ASKED if of_one_bank(route)}
    # Where the pool stands is told with any case, also with one that is not there.
    own.discard("risk_pool GET /pools/{code}/cases/{case_id}")
    assert len(own) > 60
    for bank in ("CCB bank_operator", "CCB bank_checker", "ABC-TJ bank_operator"):
        cells = column(table, bank)
        assert {one: cells[one] for one in own if cells[one] not in "-."} == {}


async def test_a_banks_admin_sees_who_comes_for_it_and_ends_their_logins_and_nothing_else(
    table: dict[str, str],
):
    cells = column(table, "ICBC bank_admin")
    open_to_all = {one for one in cells if one.split(" ", 1)[1] in ANYBODY_S}
    let_in = {one for one, cell in cells.items() if cell != "-"} - open_to_all
    assert {one.split(" ", 1)[1] for one in let_in} == {
        "GET /people", "GET /ended-logins", "POST /ended-logins",
    }  # fmt: skip


async def test_what_is_of_one_pool_is_not_there_for_people_of_another(table: dict[str, str]):
    of_dongli = {
        str(route)
        for route in ASKED
        if {one["name"] for one in route.parameters("path")} & (OWN | {"code"})
        and not any(part in route.path for part in THE_BUREAU_S)
    }
    assert len(of_dongli) > 150
    for role in roles.BUREAU_ROLES:
        cells = column(table, f"{ELSEWHERE} {role}")
        seen = {one for one in of_dongli if cells[one] not in "-."}
        assert {one for one in seen if cells[one] == "+"} - ADMIN_BANKS == set()
        assert seen - ADMIN_BANKS <= BODY_FIRST


OF_A_PARTY = {
    "risk_pool GET /to-do", "risk_pool GET /to-do/figures", "risk_pool GET /calendar",
    "risk_pool GET /events", "risk_pool GET /party/open-items", "risk_pool GET /party/statements",
    "risk_pool GET /party/coverages", "notifications GET /inbox", "notifications POST /inbox/read",
    "notifications GET /subscriptions", "notifications POST /subscriptions",
    "notifications DELETE /subscriptions/{subscription_id}", "notifications GET /endpoints",
    "notifications POST /subscriptions/{subscription_id}/confirm",
    "notifications POST /subscriptions/{subscription_id}/send-letter",
    "notifications POST /endpoints", "notifications POST /endpoints/{endpoint_id}/confirm",
    "notifications DELETE /endpoints/{endpoint_id}",
}  # fmt: skip
"""What a guarantor's, an insurer's or an appraiser's people may do."""


async def test_a_party_reads_what_is_its_own_and_how_it_is_told_and_nothing_else(
    table: dict[str, str],
):
    def open_to(party: str) -> set[str]:
        cells = column(table, f"{party} party_clerk")
        open_to_all = {one for one in cells if one.split(" ", 1)[1] in ANYBODY_S}
        return {one for one, cell in cells.items() if cell != "-"} - open_to_all

    assert open_to(GUARANTOR) == OF_A_PARTY
    assert open_to(FOREIGN_PARTY) == {one for one in OF_A_PARTY if "/party/" not in one}
    assert column(table, "dongli pool_manager")["risk_pool GET /party/open-items"] == "-"


async def test_an_admin_manages_and_sees_no_business_data(table: dict[str, str]):
    cells = column(table, "dongli admin")
    closed = {one: cell for one, cell in cells.items() if one.split(" ", 1)[1] not in ANYBODY_S}
    let_in = {one.split(" ")[2] for one, cell in closed.items() if cell != "-"}

    to_set_up = {"/pools", "/pools/{code}/parties", "/party-names", "/programmes"}
    words_to_decide_on = {"/to-do", "/to-do/figures"}
    assert {one for one in let_in if not one.startswith(ADMIN_S)} == to_set_up | words_to_decide_on
    for service in ("applications", "risk_pool"):
        assert cells[f"{service} GET /to-do"] == cells[f"{service} GET /to-do/figures"] == "-"


ADMIN_BANKS = {"applications PATCH /banks/{code}"}
"""The register of banks is one for all pools."""
