"""One table answers everything that is asked of a life cycle; each answer falls with its row."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.life_cycle import (
    SYSTEM,
    Actor,
    LifeCycle,
    Move,
    NotPossibleNow,
    RoleMissing,
    SecondPersonRequired,
    no_term,
    role_of,
)
from tests.shared.permits import (
    CLERK,
    LIFE_CYCLE,
    OTHER_CLERK,
    READER,
    Unpaid,
    altered,
    in_five_days,
    permit,
)


def leads_where_the_table_says(table: LifeCycle) -> None:
    assert table.require(None, "ask", READER).target == "asked"
    assert table.require(permit("asked"), "review", CLERK).target == "reviewed"
    assert table.require(permit("reviewed"), "grant", OTHER_CLERK).target == "granted"
    assert table.require(permit("reviewed"), "refuse", CLERK).target == "refused"


def refuses_from_elsewhere(table: LifeCycle) -> None:
    for state, action in [("asked", "grant"), ("granted", "refuse"), ("reviewed", "ask")]:
        with pytest.raises(NotPossibleNow) as refusal:
            table.require(permit(state), action, OTHER_CLERK)
        assert refusal.value.extra == {"state": state, "action": action}
    with pytest.raises(NotPossibleNow):
        table.require(None, "grant", OTHER_CLERK)


def refuses_other_peoples_roles(table: LifeCycle) -> None:
    with pytest.raises(RoleMissing) as refusal:
        table.require(permit("asked"), "review", READER)
    assert refusal.value.extra == {"required": ["clerk"]}
    with pytest.raises(RoleMissing):
        table.require(None, "ask", CLERK)
    with pytest.raises(RoleMissing):
        table.require(permit("reviewed"), "grant", SYSTEM)
    assert table.require(permit("reviewed"), "grant", Actor("a", "a", frozenset({"archivist"})))


def asks_every_guard(table: LifeCycle) -> None:
    with pytest.raises(Unpaid):
        table.require(permit("asked", is_paid=False), "review", CLERK)
    with pytest.raises(Unpaid):
        table.require(permit("reviewed", is_paid=False), "grant", OTHER_CLERK)
    with pytest.raises(SecondPersonRequired, match="the grant takes another person"):
        table.require(permit("reviewed"), "grant", CLERK)
    assert table.require(permit("reviewed", is_paid=False), "refuse", CLERK)


def offers_what_the_roles_may_do(table: LifeCycle) -> None:
    assert table.possible_actions("asked", CLERK.roles) == ["review", "refuse"]
    assert table.possible_actions("reviewed", {"archivist"}) == ["grant"]
    assert table.possible_actions("asked", READER.roles) == []
    assert table.possible_actions("granted", CLERK.roles) == []
    assert table.sources_of("refuse") == ["reviewed", "asked"]
    assert table.final == {"granted", "refused"}


def draws_every_row(table: LifeCycle) -> None:
    assert table.diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> asked: ask (reader)",
        "    asked --> reviewed: review (clerk)",
        "    reviewed --> granted: grant (archivist, clerk)",
        "    reviewed --> refused: refuse (clerk)",
        "    asked --> refused: refuse (clerk)",
        "    granted --> [*]",
        "    refused --> [*]",
    ]


RULES = (
    leads_where_the_table_says, refuses_from_elsewhere, refuses_other_peoples_roles,
    asks_every_guard, offers_what_the_roles_may_do, draws_every_row,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_table_answers(rule: Callable[[LifeCycle], None]):
    rule(LIFE_CYCLE)


@pytest.mark.parametrize(
    ("rule", "mutant"),
    [
        (leads_where_the_table_says, altered("ask", None, target="reviewed")),
        (leads_where_the_table_says, altered("review", "asked", target="granted")),
        (leads_where_the_table_says, altered("grant", "reviewed", target="refused")),
        (leads_where_the_table_says, altered("refuse", "reviewed", target="granted")),
        (refuses_from_elsewhere, altered("grant", "reviewed", source="asked")),
        (refuses_from_elsewhere, altered("refuse", "asked", source="granted")),
        (refuses_other_peoples_roles, altered("review", "asked", roles=READER.roles)),
        (refuses_other_peoples_roles, altered("ask", None, roles=CLERK.roles)),
        (refuses_other_peoples_roles, altered("grant", "reviewed", roles=CLERK.roles)),
        (asks_every_guard, altered("review", "asked", guards=())),
        (asks_every_guard, altered("grant", "reviewed", guards=("paid",))),
        (asks_every_guard, altered("grant", "reviewed", guards=("second_person",))),
        (asks_every_guard, altered("refuse", "reviewed", guards=("paid",))),
        (offers_what_the_roles_may_do, altered("review", "asked", roles=READER.roles)),
        (offers_what_the_roles_may_do, altered("refuse", "asked", source="granted")),
        (draws_every_row, altered("refuse", "asked", target="granted")),
    ],
)
def test_an_altered_table_is_found_out(rule: Callable[[LifeCycle], None], mutant: LifeCycle):
    with pytest.raises(
        (AssertionError, NotPossibleNow, RoleMissing, Unpaid, pytest.fail.Exception)
    ):
        rule(mutant)


def test_the_time_limit_is_the_programmes_and_only_where_a_case_waits():
    assert LIFE_CYCLE.term("reviewed", in_five_days) == in_five_days(LIFE_CYCLE.waits["reviewed"])
    assert LIFE_CYCLE.term("asked", in_five_days) is None
    assert LIFE_CYCLE.term("granted", in_five_days) is None
    assert LIFE_CYCLE.term("reviewed", no_term) is None


def test_the_history_names_the_role_by_which_the_move_was_possible():
    grant = LIFE_CYCLE.require(permit(), "grant", OTHER_CLERK)
    review = LIFE_CYCLE.require(permit("asked"), "review", OTHER_CLERK)

    assert role_of(grant, OTHER_CLERK) == "archivist"
    assert role_of(review, OTHER_CLERK) == "clerk"


ASK, REVIEW, *REST = LIFE_CYCLE.moves


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"moves": (*LIFE_CYCLE.moves, REVIEW)}, "two rows answer the same question"),
        ({"moves": (ASK, REVIEW)}, "states without a row"),
        ({"states": {**LIFE_CYCLE.states, "lost": LIFE_CYCLE.noun}}, "states without a row"),
        ({"actions": {"ask": LIFE_CYCLE.noun}}, "an action has no name"),
        ({"waits": {"asked": LIFE_CYCLE.waits["asked"]}}, "a wait for every state but final"),
        (
            {"waits": {**LIFE_CYCLE.waits, "granted": LIFE_CYCLE.waits["asked"]}},
            "a wait for every state but final",
        ),
        ({"guards": {"paid": LIFE_CYCLE.guards["paid"]}}, "guards"),
        ({"moves": (replace(REVIEW, guards=("nobody_knows",)), ASK, *REST)}, "guards"),
        ({"moves": (replace(ASK, guards=("paid",)), REVIEW, *REST)}, "no row yet"),
    ],
)
def test_a_table_that_contradicts_itself_stops_the_start(changes, said):
    with pytest.raises(AssertionError, match=said):
        replace(LIFE_CYCLE, **changes)


def test_moves_without_a_role_would_be_nobodys():
    with pytest.raises(AssertionError, match="nobody may"):
        replace(LIFE_CYCLE, moves=(Move(None, "ask", "asked", frozenset()), REVIEW, *REST))


def standings(table: LifeCycle, state: str) -> list[tuple[str, str]]:
    return [(step.action, step.standing) for step in table.progress(state)]


def test_the_row_of_steps_is_the_shortest_way_to_the_goal_and_says_where_a_case_is_on_it():
    table = replace(LIFE_CYCLE, goal="granted")

    assert standings(table, "asked") == [("ask", "done"), ("review", "now"), ("grant", "ahead")]
    assert standings(table, "reviewed") == [("ask", "done"), ("review", "done"), ("grant", "now")]
    assert {standing for _, standing in standings(table, "granted")} == {"done"}
    assert standings(table, "refused") == [], "it has left the way for good"
    assert standings(LIFE_CYCLE, "asked") == [], "the table names no goal"
