"""A life cycle is a table: it says which moves there are, who may make them, what is waited for.

The tables themselves lie beside their rules (claim, recovery, settlement); here is how one is
read, in both directions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


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

    def move(self, state: str, action: str) -> Move | None:
        """The row that leads on from `state` by `action`; None where there is none."""
        return self._by_move.get((state, action))

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
