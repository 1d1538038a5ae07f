"""A life cycle is a table: it refuses a move, names who may make it and what is waited for.

The tables themselves lie beside their rules (claim, recovery, settlement); here is how one is
read, in both directions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.problems import Refused


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


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a life cycle: from where, what, by whom, to where."""

    source: str
    action: str
    roles: frozenset[str]
    target: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a case waits for in a state, who is to do it, and the step that sets the time limit."""

    roles: tuple[str, ...]
    words: Words
    step: str = ""
    """The name of the deadline in the scheme, "" where no rule sets one."""


class LifeCycle:
    """A table of moves with the names of its states and actions."""

    def __init__(
        self,
        *,
        noun: Words,
        moves: tuple[Move, ...],
        states: Mapping[str, Words],
        actions: Mapping[str, Words],
        waiting: Mapping[str, Waiting],
    ) -> None:
        self.noun = noun
        self.moves = moves
        self.states = states
        self.actions = actions
        self._waiting = waiting
        self._by_move = {(move.source, move.action): move for move in moves}
        assert len(self._by_move) == len(moves), "two rows answer the same question"

    def next_state(self, state: str, action: str, roles: Collection[str]) -> str:
        """Where `action` leads from `state` for someone with these roles.

        Raises NotPossibleNow where the table has no such row, RoleMissing where the row belongs
        to other roles.
        """
        move = self._by_move.get((state, action))
        if move is None:
            at, doing = self.states[state], self.actions[action]
            raise NotPossibleNow(
                f"{self.noun.zh}目前为“{at.zh}”，不能{doing.zh}。",
                f"A {self.noun.en} that is {at.en} cannot be {doing.en}.",
                state=state,
                action=action,
            )
        if not move.roles.intersection(roles):
            doing = self.actions[action]
            raise RoleMissing(
                f"您没有{doing.zh}的权限，需要角色：{'、'.join(sorted(move.roles))}。",
                f"You may not do this; it takes the role {' or '.join(sorted(move.roles))}.",
                roles=sorted(move.roles),
            )
        return move.target

    def possible_actions(self, state: str, roles: Collection[str]) -> tuple[str, ...]:
        """The actions that someone with these roles may take now: the buttons of the console."""
        return tuple(
            move.action
            for move in self.moves
            if move.source == state and move.roles.intersection(roles)
        )

    def waiting_for(self, state: str) -> Waiting | None:
        """Who is to act next; None in a final state."""
        return self._waiting.get(state)

    @property
    def final(self) -> frozenset[str]:
        """The states that nothing leaves."""
        return frozenset(self.states) - {move.source for move in self.moves}


def require_another(first: str, second: str, *, zh: str, en: str) -> None:
    """Four eyes: raises SecondPersonRequired where both subjects are the same person."""
    if first == second:
        raise SecondPersonRequired(
            f"四眼原则：{zh}须由另一人办理。", f"Four eyes: {en} takes another person."
        )
