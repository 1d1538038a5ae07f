"""The table of the life cycle, as a whole."""

import itertools
from pathlib import Path

import pytest

from services.applications.domain.life_cycle import (
    CLAIMS_CAPACITY,
    FINAL,
    HOLDS_ITS_RIGHTS,
    IS_LOAN,
    START,
    TRANSITIONS,
    Action,
    NotPossibleNow,
    NotYourDecision,
    Role,
    State,
    diagram,
    find_move,
    in_chinese,
    next_state,
    possible_actions,
)
from services.applications.domain.waiting import WAITS

LISTED = {(row.source, row.action): row for row in TRANSITIONS}
ALL_ROLES = tuple(Role)
README = Path(__file__).parents[2] / "services" / "applications" / "README.md"


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_a_pair_leads_where_the_table_says_or_is_refused(state: State, action: Action):
    row = LISTED.get((state, action))

    if row is None:
        with pytest.raises(NotPossibleNow):
            next_state(state, action, ALL_ROLES)
    else:
        assert next_state(state, action, [row.by]).target is row.target


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.source}-{row.action}")
def test_only_the_role_in_the_table_may_move_a_case(row):
    others = [role for role in Role if role is not row.by]

    with pytest.raises(NotYourDecision):
        next_state(row.source, row.action, others)


def test_every_state_can_be_reached_from_a_submission():
    reached = {START}
    while more := {row.target for row in TRANSITIONS if row.source in reached} - reached:
        reached |= more

    assert reached == set(State)


def test_the_final_states_are_exactly_these():
    assert {State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.CLOSED} == FINAL


def test_from_every_state_a_final_one_can_be_reached():
    ends = set(FINAL)
    while more := {row.source for row in TRANSITIONS if row.target in ends} - ends:
        ends |= more

    assert ends == set(State)


def test_no_row_leads_back_to_where_it_came_from():
    assert [row for row in TRANSITIONS if row.source is row.target] == []


@pytest.mark.parametrize("state", State)
def test_what_the_console_offers_is_the_same_table(state: State):
    for role in Role:
        offered = possible_actions(state, [role])

        assert set(offered) == {
            row.action for row in TRANSITIONS if row.source is state and row.by is role
        }


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_the_machine_moves_only_along_its_own_rows(state: State, action: Action):
    row = LISTED.get((state, action))

    assert find_move(state, action) == (row if row and row.by is Role.SYSTEM else None)


def test_recommending_and_approving_are_two_roles():
    recommend = LISTED[State.UNDER_REVIEW, Action.RECOMMEND]
    approve = LISTED[State.RECOMMENDED, Action.APPROVE]

    assert (recommend.by, approve.by) == (Role.REVIEWER, Role.APPROVER)


def test_a_bank_can_take_its_case_back_until_it_is_paid_out_and_never_after():
    able = {row.source for row in TRANSITIONS if row.action is Action.WITHDRAW}

    assert able & (IS_LOAN | FINAL | {State.REPAID}) == set()
    assert able == set(State) - IS_LOAN - FINAL - {State.SUBMITTED, State.REPAID}


def test_every_state_that_goes_on_waits_for_somebody_who_can_end_it():
    for state, wait in WAITS.items():
        row = LISTED[state, wait.action]
        # A reported position or recovered money moves a loan; the bank is who is waited for.
        assert row.by == wait.role or wait.role == Role.BANK, state


def test_whatever_holds_capacity_or_is_a_loan_holds_its_rights_too():
    assert CLAIMS_CAPACITY <= HOLDS_ITS_RIGHTS
    assert IS_LOAN <= HOLDS_ITS_RIGHTS
    assert HOLDS_ITS_RIGHTS.isdisjoint(FINAL | {State.RETURNED_FOR_CORRECTION, State.REPAID})


def test_every_state_has_a_name_in_chinese_and_no_two_the_same():
    assert len({in_chinese(state) for state in State}) == len(State)


def test_the_diagram_in_the_readme_is_the_table():
    assert f"```mermaid\n{diagram()}\n```" in README.read_text(encoding="utf-8")
