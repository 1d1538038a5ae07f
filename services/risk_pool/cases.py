"""How a case moves: refusals of a life cycle's table, four eyes, and what a case waits for."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from services.risk_pool.domain.life_cycle import LifeCycle
from shared.auth.identity import Identity
from shared.refusals import Refused
from shared.schemes.decide.deadlines import CountsWorkingDays, deadline
from shared.schemes.terms import Terms

VersionCheck = Callable[[int], None]
"""Raises where the caller has seen another version of the case than the current one."""


class NotPossibleNow(Refused):
    """The case is not in a state from which this can be done."""

    code = "not-possible-now"


class RoleMissing(Refused):
    """The step belongs to other people."""

    code = "role-missing"
    status = 403


class SecondPersonRequired(Refused):
    """Four eyes: whoever did the first step may not do the second."""

    code = "second-person-required"


def next_state(life_cycle: LifeCycle, state: str, action: str, caller: Identity) -> str:
    """Where `action` leads from `state` for this caller.

    Raises NotPossibleNow where the table has no such row, RoleMissing where the row belongs to
    other roles.
    """
    move = life_cycle.move(state, action)
    if move is None:
        at, doing = life_cycle.states[state], life_cycle.actions[action]
        raise NotPossibleNow(
            f"{life_cycle.noun.zh}目前为“{at.zh}”，不能{doing.zh}。",
            f"A {life_cycle.noun.en} that is {at.en} cannot be {doing.en}.",
            state=state,
            action=action,
        )
    if not move.roles & caller.roles:
        doing = life_cycle.actions[action]
        raise RoleMissing(
            f"您没有{doing.zh}的权限，需要角色：{'、'.join(sorted(move.roles))}。",
            f"You may not do this; it takes the role {' or '.join(sorted(move.roles))}.",
            required=sorted(move.roles),
        )
    return move.target


def role_for(life_cycle: LifeCycle, state: str, action: str, caller: Identity) -> str:
    """The role in which the caller makes a move, for its history row."""
    move = life_cycle.move(state, action)
    roles = sorted((move.roles & caller.roles) if move else caller.roles)
    return roles[0] if roles else ""


def require_another(caller: Identity, first: str | None, *, zh: str, en: str) -> None:
    """Four eyes: raises SecondPersonRequired where the caller is the one who did the first step."""
    if caller.subject == first:
        raise SecondPersonRequired(
            f"四眼原则：{zh}须由另一人办理。", f"Four eyes: {en} takes another person."
        )


def waiting_for(
    life_cycle: LifeCycle, state: str, since: datetime, due_on: date | None
) -> dict[str, Any] | None:
    """Who is to act next, since when, and by which day; None in a final state."""
    waiting = life_cycle.waiting_for(state)
    if waiting is None:
        return None
    return {
        "roles": list(waiting.roles),
        "zh": waiting.words.zh,
        "en": waiting.words.en,
        "since": since,
        "due_on": due_on,
    }


def due_on(
    life_cycle: LifeCycle, state: str, start: date, terms: Terms, working_days: CountsWorkingDays
) -> date | None:
    """By when the step that a state waits for is to be done; None where the scheme says nothing."""
    waiting = life_cycle.waiting_for(state)
    if waiting is None or waiting.step not in terms.deadlines:
        return None
    return deadline(waiting.step, start, terms, working_days)


def pending_actions(life_cycle: LifeCycle, state: str, roles: Collection[str]) -> list[str]:
    """What these roles may do now, for the buttons of the console."""
    return list(life_cycle.possible_actions(state, roles))


def told(life_cycle: LifeCycle, row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """A row of a case as it is answered: the state in words, what may be done, who is waited for.

    The row has a state and `state_since`, and `due_on` where a step has a time limit.
    """
    words = life_cycle.states[row["state"]]
    return {
        **row,
        "state_zh": words.zh,
        "state_en": words.en,
        "pending_actions": pending_actions(life_cycle, row["state"], caller.roles),
        "waiting_for": waiting_for(life_cycle, row["state"], row["state_since"], row.get("due_on")),
    }
