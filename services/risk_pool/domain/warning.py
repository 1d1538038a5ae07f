"""Early warnings (风险预警): their life, and what measures and conclusions take.

A warning is raised by the service from a sign (domain/warning_signs.py) or by a person. Measures are
agreed with who does them and until when. A person concludes: the risk is gone, it has turned into a
claim, or it goes on being watched. Who has raised one by hand does not conclude it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import SYSTEM_ROLE, LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused

BANK = frozenset({"bank_operator"})
BUREAU = frozenset({"pool_manager", "reviewer", "finance_maker"})
CONCLUDES = frozenset({"pool_manager", "finance_checker"})
_SYSTEM = frozenset({SYSTEM_ROLE})


class State(StrEnum):
    """Where a warning is."""

    RAISED = "raised"
    IN_HAND = "in_hand"
    WATCHED = "watched"
    CLOSED = "closed"


class Action(StrEnum):
    """What is done to a warning."""

    RAISE = "raise"
    ADD_MEASURE = "add_measure"
    COMPLETE_MEASURE = "complete_measure"
    WATCH = "watch"
    CLOSE = "close"
    REOPEN = "reopen"


class Conclusion(StrEnum):
    """To what a closed warning has come."""

    RISK_GONE = "risk_gone"
    TURNED_INTO_CLAIM = "turned_into_claim"


CONCLUSIONS: Final[Mapping[str, Words]] = {
    Conclusion.RISK_GONE: Words("风险已消除", "the risk is gone"),
    Conclusion.TURNED_INTO_CLAIM: Words("已转入风险补偿", "it has turned into a claim"),
}

_ANOTHER = "another person than the raiser"
_RAISED = ("warning.raised.v1",)
_CONCLUDED = ("warning.concluded.v1",)

LIFE_CYCLE = LifeCycle(
    goal=State.CLOSED,
    noun=Words("风险预警", "warning"),
    moves=(
        Move(None, Action.RAISE, State.RAISED, _SYSTEM | BANK | BUREAU, tells=_RAISED),
        Move(State.RAISED, Action.ADD_MEASURE, State.IN_HAND, BANK | BUREAU),
        Move(State.IN_HAND, Action.ADD_MEASURE, State.IN_HAND, BANK | BUREAU),
        Move(State.WATCHED, Action.ADD_MEASURE, State.IN_HAND, BANK | BUREAU),
        Move(State.IN_HAND, Action.COMPLETE_MEASURE, State.IN_HAND, BANK | BUREAU),
        Move(State.RAISED, Action.WATCH, State.WATCHED, CONCLUDES, guards=(_ANOTHER,)),
        Move(State.IN_HAND, Action.WATCH, State.WATCHED, CONCLUDES, guards=(_ANOTHER,)),
        Move(State.RAISED, Action.CLOSE, State.CLOSED, CONCLUDES, guards=(_ANOTHER,),
             tells=_CONCLUDED),
        Move(State.IN_HAND, Action.CLOSE, State.CLOSED, CONCLUDES, guards=(_ANOTHER,),
             tells=_CONCLUDED),
        Move(State.WATCHED, Action.CLOSE, State.CLOSED, CONCLUDES, guards=(_ANOTHER,),
             tells=_CONCLUDED),
        Move(State.WATCHED, Action.REOPEN, State.RAISED, _SYSTEM, tells=_RAISED),
        Move(State.CLOSED, Action.REOPEN, State.RAISED, _SYSTEM, tells=_RAISED),
    ),
    guards={_ANOTHER: another_person_than("raised_by", zh="结论", en="the conclusion")},
    states={
        State.RAISED: Words("已预警", "raised"),
        State.IN_HAND: Words("措施进行中", "measures in hand"),
        State.WATCHED: Words("持续关注", "watched"),
        State.CLOSED: Words("已结论", "concluded"),
    },
    actions={
        Action.RAISE: Words("发出预警", "raised"),
        Action.ADD_MEASURE: Words("登记措施", "given a measure"),
        Action.COMPLETE_MEASURE: Words("完成措施", "marked as done in a measure"),
        Action.WATCH: Words("持续关注", "watched on"),
        Action.CLOSE: Words("作出结论", "concluded"),
        Action.REOPEN: Words("再次预警", "raised again"),
    },
    waits={
        State.RAISED: Wait(
            roles=("bank_operator", "pool_manager"),
            words=Words("等待落实措施", "waits for a measure"),
        ),
        State.IN_HAND: Wait(
            roles=("bank_operator", "pool_manager"),
            words=Words("等待措施完成并作出结论", "waits for its measures and a conclusion"),
        ),
        State.WATCHED: Wait(
            roles=("pool_manager",), words=Words("持续关注中", "is being watched"), stands=True,
        ),
        # Nobody need do anything; the cause may come again.
        State.CLOSED: Wait(roles=(), words=Words("已结论", "It is concluded.")),
    },
)  # fmt: skip

LIVE: Final = frozenset({State.RAISED, State.IN_HAND, State.WATCHED})
"""Not concluded."""
REOPENED_WHEN_WORSE: Final = frozenset({State.WATCHED})
CONCLUDED: Final = frozenset({State.CLOSED})


class NoClaimYet(Refused):
    """A warning turns into a claim where its loan has one."""

    code: ClassVar[str] = "no-claim-yet"


class MeasuresOpen(Refused):
    """The risk is not said to be gone while something agreed is not done."""

    code: ClassVar[str] = "measures-open"


class MeasureDone(Refused):
    """A measure is done once."""

    code: ClassVar[str] = "measure-done"
