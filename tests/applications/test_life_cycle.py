"""The table of the life cycle, as a whole."""

import itertools
from pathlib import Path

import pytest

from services.applications.domain.life_cycle import (
    APPROVER,
    BANK,
    CHECKER,
    CLAIMS_CAPACITY,
    HOLDS_ITS_RIGHTS,
    IS_LOAN,
    IS_SERVED,
    LIFE_CYCLE,
    MANAGER,
    REVIEWER,
    RUNS_OUT,
    Action,
    State,
    find_move,
)
from shared.life_cycle import SYSTEM_ROLE, Actor, NotPossibleNow, RoleMissing

MOVES = [move for move in LIFE_CYCLE.moves if move.source is not None]
LISTED = {(move.source, move.action): move for move in MOVES}
ROLES = (BANK, CHECKER, REVIEWER, APPROVER, MANAGER, SYSTEM_ROLE)
FINAL = LIFE_CYCLE.final
README = Path(__file__).parents[2] / "services" / "applications" / "README.md"


def case_at(state: State, *, draw_no: int | None = None, recommended_by: str = "zhao") -> dict:
    """One that wang has taken and zhao has recommended, and the clerk wants undone, or a draw of."""
    return {
        "state": state,
        "assigned_to": "wang",
        "recommended_by": recommended_by,
        "approved_by": "zhao",
        "signature_role": "leader",
        "undo_asked_by": "clerk",
        "undo_draw_no": draw_no,
        "drawable_fen": 1,
        "paid_out": None,
        "stand_ins": ["wang"],
        "conflicted": [],
        "open_conditions": 0,
    }


def wang(*roles: str) -> Actor:
    return Actor("wang", "wang", frozenset(roles))


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_a_pair_leads_where_the_table_says_or_is_refused(state: State, action: Action):
    move = LISTED.get((state, action))
    own = {"recommended_by": "wang"} if action is Action.WITHDRAW_OPINION else {}
    case = case_at(state, draw_no=2 if action is Action.UNDO_DRAW else None, **own)
    if action is Action.UNDO_FILING:
        case["paid_out"] = {}

    if move is None:
        with pytest.raises(NotPossibleNow):
            LIFE_CYCLE.require(case, action, wang(*ROLES))
    else:
        assert LIFE_CYCLE.require(case, action, wang(*move.roles)) is move


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.source}-{move.action}")
def test_only_the_role_in_the_table_may_move_a_case(move):
    others = [role for role in ROLES if role not in move.roles]

    with pytest.raises(RoleMissing):
        LIFE_CYCLE.require(case_at(move.source), move.action, wang(*others))


def test_a_case_begins_with_the_submission_of_a_bank_or_comes_in_with_its_pool():
    submitted, announced = (move for move in LIFE_CYCLE.moves if move.source is None)

    assert (submitted.action, submitted.roles, submitted.target) == ("submit", {BANK}, "submitted")
    assert (announced.action, announced.roles, announced.target) == (
        "announce", {SYSTEM_ROLE}, "announced",
    )  # fmt: skip


def test_every_state_can_be_reached_from_where_a_case_begins():
    reached = {State.SUBMITTED, State.ANNOUNCED}
    while more := {move.target for move in MOVES if move.source in reached} - reached:
        reached |= more

    assert reached == set(State)


def test_the_final_states_are_exactly_these():
    assert {State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.CLOSED} == FINAL


def test_from_every_state_a_final_one_can_be_reached():
    ends = set(FINAL)
    while more := {move.source for move in MOVES if move.target in ends} - ends:
        ends |= more

    assert ends == set(State)


def test_only_draws_and_another_reviewer_leave_a_case_where_it_stands():
    stays = {move.action for move in MOVES if move.source == move.target}

    assert stays == {Action.DRAW, Action.UNDO_DRAW, Action.END_DRAWS, Action.TAKE, Action.ASSIGN}


@pytest.mark.parametrize("state", State)
def test_what_the_console_offers_is_the_same_table(state: State):
    for role in ROLES:
        offered = LIFE_CYCLE.possible_actions(state, [role])

        assert set(offered) == {
            move.action for move in MOVES if move.source == state and role in move.roles
        }


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_the_machine_moves_only_along_its_own_rows(state: State, action: Action):
    move = LISTED.get((state, action))

    own = move if move and move.roles == {SYSTEM_ROLE} else None
    assert find_move(state, action) == own


def test_recommending_and_approving_are_two_roles():
    recommend = LISTED[State.UNDER_REVIEW, Action.RECOMMEND]
    approve = LISTED[State.RECOMMENDED, Action.APPROVE]

    assert (recommend.roles, approve.roles) == ({REVIEWER}, {APPROVER})


def test_a_bank_can_take_its_case_back_until_it_is_paid_out_and_never_after():
    able = set(LIFE_CYCLE.sources_of(Action.WITHDRAW))

    assert able & (IS_LOAN | FINAL | {State.REPAID}) == set()
    assert able == set(State) - IS_LOAN - FINAL - {
        State.SUBMITTED, State.REPAID, State.ANNOUNCED,
    }  # fmt: skip


def test_every_state_that_goes_on_waits_for_somebody_who_can_end_it():
    for state, wait in LIFE_CYCLE.waits.items():
        ways = {role for move in MOVES if move.source == state for role in move.roles}
        # A reported position or recovered money moves a loan; the bank is who is waited for.
        assert ways & set(wait.roles) or (wait.roles == (BANK,) and state in IS_LOAN), state


def test_whatever_holds_capacity_or_is_a_loan_holds_its_rights_too():
    assert CLAIMS_CAPACITY <= HOLDS_ITS_RIGHTS
    assert IS_LOAN <= HOLDS_ITS_RIGHTS
    assert HOLDS_ITS_RIGHTS.isdisjoint(FINAL | {State.RETURNED_FOR_CORRECTION, State.REPAID})


def test_the_sets_of_states_say_what_the_table_says():
    # A place in the pool's waiting line runs out as well; the pool says when.
    assert set(LIFE_CYCLE.sources_of(Action.EXPIRE)) == RUNS_OUT | {State.CAPACITY_DECLINED}
    assert set(LIFE_CYCLE.sources_of(Action.REPAY)) == IS_SERVED
    assert IS_SERVED < IS_LOAN


def test_every_state_has_a_name_in_chinese_and_no_two_the_same():
    assert len({words.zh for words in LIFE_CYCLE.states.values()}) == len(State)


def test_the_diagram_in_the_readme_is_the_table():
    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in README.read_text(encoding="utf-8")


def test_the_steps_that_a_page_shows_are_the_way_from_submission_to_closing():
    def now(state: State) -> list[str]:
        return [step.action for step in LIFE_CYCLE.progress(state) if step.standing == "now"]

    assert [step.action for step in LIFE_CYCLE.progress(State.SUBMITTED)] == [
        "submit", "accept", "take", "recommend", "approve", "reserve", "register_pledge",
        "disburse", "repay", "close",
    ]  # fmt: skip
    assert [one.action for one in LIFE_CYCLE.progress(State.APPROVED, by_shortcut=True)] == [
        "submit", "accept", "take", "recommend", "approve", "enter", "repay", "close",
    ], "a loan that is filed after it was paid out"  # fmt: skip
    assert now(State.RETURNED_FOR_CORRECTION) == ["submit"]
    assert now(State.UNDER_REVIEW) == ["recommend"]
    assert now(State.OVERDUE) == ["repay"]
    assert now(State.CLAIMED) == ["close"]
    assert now(State.CAPACITY_DECLINED) == ["reserve"], "it may wait in the pool's line"
    for left in (State.WITHDRAWN, State.REJECTED, State.EXPIRED):
        assert LIFE_CYCLE.progress(left) == []
