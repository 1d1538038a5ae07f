"""A life cycle is one table: from where, what, by whom, to where, on which conditions, what is told.

The tables themselves lie in the `domain/` of the service that owns the case. Whatever asks about
a case reads its table here: whether a move is possible, which buttons a person sees, whom the
case waits for, the diagram in the README. `shared.transitions` is the one place that carries a
move out; nothing else writes a state.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, Protocol

from shared.people import same_person
from shared.refusals import Refused


@dataclass(frozen=True, slots=True)
class Words:
    """The same in Chinese and in English."""

    zh: str
    en: str


class Person(Protocol):
    """Who acts: a caller with a token, or the system for what events and the clock bring about.
    `subject` is the person, `account` the one of his accounts that he uses."""

    @property
    def subject(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def account(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as a history row names one."""

    subject: str
    name: str
    roles: frozenset[str]

    @property
    def account(self) -> str:
        """Who acts by himself has no account beside it."""
        return self.subject


SYSTEM_ROLE = "system"
SYSTEM = Actor("system", "系统", frozenset({SYSTEM_ROLE}))


class Row(Protocol):
    """A case's row: what guards and events read of it, by column."""

    def __getitem__(self, name: str, /) -> Any: ...


Guard = Callable[[Row, Person], Refused | None]
"""A condition of a move beyond its role: None, or why this person may not make it."""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of a life cycle."""

    source: str | None
    """None: the case begins."""
    action: str
    target: str
    roles: frozenset[str]
    guards: tuple[str, ...] = ()
    """Names of conditions, all of which must hold."""
    tells: tuple[str, ...] = ()
    """The types of the events that the move appends, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a case waits for in a state, who is to do it, and what sets the time limit."""

    roles: tuple[str, ...]
    words: Words
    step: str = ""
    """The name of the deadline in the scheme, "" where no rule sets one."""
    working_days: int | None = None
    """The usual time where the scheme sets none, None for no limit."""
    source: str = ""
    """Where the usual time comes from."""
    stands: bool = False
    """Nobody has anything to do for now: what ends it comes about elsewhere, or in its time."""

    @property
    def in_working_days(self) -> bool:
        """Whether its time is one of work, counted by the calendar; programmes count so, too."""
        return bool(self.step) or self.working_days is not None


Term = Callable[[Wait], date | None]
"""The day until which a case waits, by what it waits for; the programme's rules know."""


def no_term(wait: Wait) -> date | None:
    """No rule sets a time limit."""
    return None


class NotPossibleNow(Refused):
    """The case is not in a state from which this can be done."""

    code: ClassVar[str] = "not-possible-now"


class RoleMissing(Refused):
    """The step belongs to other people."""

    code: ClassVar[str] = "role-missing"
    status: ClassVar[int] = 403


class SecondPersonRequired(Refused):
    """Four eyes: whoever did the first step may not do the second."""

    code: ClassVar[str] = "second-person-required"


def another_person_than(column: str, *, zh: str, en: str) -> Guard:
    """The guard of four eyes: whoever stands in `column` does not also take this step, by whichever
    of his accounts and however its name is written.

    `zh` and `en` name the step: 审批, "the decision".
    """

    def guard(case: Row, by: Person) -> Refused | None:
        # By account, too: the row may be older than the word that both accounts are one person's.
        if not any(same_person(case[column], name) for name in (by.subject, by.account)):
            return None
        return SecondPersonRequired(
            f"四眼原则：{zh}须由另一人办理。", f"Four eyes: {en} takes another person."
        )

    return guard


@dataclass(frozen=True, slots=True)
class StepOnTheWay:
    """One step of the usual way, as a page shows it in a row."""

    action: str
    words: Words
    standing: Literal["done", "now", "ahead"]


@dataclass(frozen=True, kw_only=True)
class LifeCycle:
    """A table of moves with the names of its states and actions.

    Raises AssertionError at import where the table contradicts itself.
    """

    noun: Words
    moves: tuple[Move, ...]
    states: Mapping[str, Words]
    actions: Mapping[str, Words]
    waits: Mapping[str, Wait]
    guards: Mapping[str, Guard] = field(default_factory=dict)
    goal: str | None = None
    """Where a case is meant to end; the shortest way there is the row of steps that a page shows."""
    usual_start: str | None = None
    """The state in which a case usually begins, where the shortest way begins otherwise."""
    shortcuts: frozenset[str] = frozenset()
    """Actions by which some cases pass over steps that the others take."""

    def __post_init__(self) -> None:
        asked = [(move.source, move.action) for move in self.moves]
        assert len(set(asked)) == len(asked), "two rows answer the same question"
        places = {move.target for move in self.moves} | {m.source for m in self.moves if m.source}
        assert places == set(self.states), f"states without a row: {places ^ set(self.states)}"
        assert {move.action for move in self.moves} <= set(self.actions), "an action has no name"
        assert set(self.waits) == set(self.states) - self.final, "a wait for every state but final"
        assert all(move.roles for move in self.moves), "a move that nobody may make"
        assert not any(move.guards for move in self.moves if move.source is None), (
            "a case that begins has no row yet for a guard to look at"
        )
        named = {name for move in self.moves for name in move.guards}
        assert named == set(self.guards), f"guards: {named ^ set(self.guards)}"

    @property
    def final(self) -> frozenset[str]:
        """The states that nothing leaves."""
        return frozenset(self.states) - {move.source for move in self.moves}

    def find(self, state: str | None, action: str) -> Move | None:
        """The row that leads on from `state` by `action`; None where there is none."""
        for move in self.moves:
            if move.source == state and move.action == action:
                return move
        return None

    def require(self, case: Row | None, action: str, by: Person) -> Move:
        """The row by which this person moves this case on; None begins one.

        Raises NotPossibleNow where the table has no such row, RoleMissing where it is other
        people's, and what the row's guards refuse.
        """
        state = None if case is None else case["state"]
        move = self.find(state, action)
        if move is None:
            raise self._not_possible(state, action)
        if not move.roles & by.roles:
            doing = self.actions[action]
            raise RoleMissing(
                f"您没有{doing.zh}的权限，需要角色：{'、'.join(sorted(move.roles))}。",
                f"You may not do this; it takes the role {' or '.join(sorted(move.roles))}.",
                required=sorted(move.roles),
            )
        if case is not None:
            for name in move.guards:
                if (refusal := self.guards[name](case, by)) is not None:
                    raise refusal
        return move

    def _not_possible(self, state: str | None, action: str) -> NotPossibleNow:
        at = self.states[state] if state else Words("未建立", "not begun")
        doing = self.actions[action]
        return NotPossibleNow(
            f"{self.noun.zh}目前为“{at.zh}”，不能{doing.zh}。",
            f"A {self.noun.en} that is {at.en} cannot be {doing.en}.",
            state=state,
            action=action,
        )

    def possible_actions(self, state: str, roles: Collection[str]) -> list[str]:
        """What someone with these roles may do now: the buttons of the console."""
        return [
            move.action
            for move in self.moves
            if move.source == state and move.roles.intersection(roles)
        ]

    def open_to(self, case: Row, by: Person) -> list[str]:
        """What this person may do with this case now: no guard speaks against it either."""
        return [
            move.action
            for move in self.moves
            if move.source == case["state"]
            and move.roles & by.roles
            and all(self.guards[name](case, by) is None for name in move.guards)
        ]

    def sources_of(self, action: str) -> list[str]:
        """The states from which an action leads on."""
        return [move.source for move in self.moves if move.action == action and move.source]

    def term(self, state: str, term: Term) -> date | None:
        """By when a state's wait is to end; None in a final state or where no rule says."""
        wait = self.waits.get(state)
        return None if wait is None else term(wait)

    def way(
        self, state: str | None, to: str, *, without: frozenset[str] = frozenset()
    ) -> list[Move] | None:
        """The shortest way on from a state (None: from the beginning), of equal ones the first in
        the table's order; None where there is none. `without` are actions that are not taken."""
        ways: dict[str | None, list[Move]] = {state: []}
        ends = [state]
        while ends and to not in ways:
            here = ends.pop(0)
            for move in self.moves:
                new = move.target not in ways and move.action not in without
                if move.source == here and new:
                    ways[move.target] = [*ways[here], move]
                    ends.append(move.target)
        return ways.get(to)

    def progress(self, state: str, *, by_shortcut: bool = False) -> list[StepOnTheWay]:
        """The usual way from the beginning to the goal, and how far along it a case is; or the way of
        the cases that take the shortcuts.

        Empty where the case has left the way for good, or where the table names no goal.
        """
        if self.goal is None:
            return []
        without = frozenset[str]() if by_shortcut else self.shortcuts
        rest = self.way(state, self.goal, without=without)
        start = self.usual_start
        first = next((one for one in self.moves if (one.source, one.target) == (None, start)), None)
        usual = self.way(start, self.goal, without=without)
        assert usual is not None, "the goal can be reached"
        usual = [first, *usual] if first else usual
        if rest is None:
            return []
        ahead = {move.target for move in rest}
        now = next((n for n, move in enumerate(usual) if move.target in ahead), len(usual))
        return [
            StepOnTheWay(
                move.action,
                self.actions[move.action],
                "done" if n < now else "now" if n == now else "ahead",
            )
            for n, move in enumerate(usual)
        ]

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for a README."""
        lines = ["stateDiagram-v2"]
        lines += [
            f"    {move.source or '[*]'} --> {move.target}: "
            f"{move.action} ({', '.join(sorted(move.roles))})"
            for move in self.moves
        ]
        lines += [f"    {state} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines)


def role_of(move: Move, by: Person) -> str:
    """The role in which a person makes a move, for its history row."""
    return min(move.roles & by.roles)
