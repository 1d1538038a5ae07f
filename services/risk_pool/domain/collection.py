"""Collection (催收与追偿) of a compensated loan: who collects, what was done, what was agreed, its end.

The bank collects, by the scheme's duty. Steps and agreed instalments are kept with their papers;
money comes in through recoveries alone. One person proposes a conclusion, another takes it; where it
is a write-off, the claim's own step does that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar, Final

from shared.life_cycle import LifeCycle, Move, Wait, Words, another_person_than
from shared.refusals import Refused

BANK = frozenset({"bank_operator"})
MAKER = frozenset({"finance_maker"})
CHECKER = frozenset({"finance_checker"})
_RUNS_IT = BANK | MAKER


class State(StrEnum):
    """Where a collection is."""

    COLLECTING = "collecting"
    PROPOSED = "proposed"
    CONCLUDED = "concluded"


class Action(StrEnum):
    """What is done to a collection."""

    BEGIN = "begin"
    RECORD = "record"
    AGREE = "agree"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    CONCLUDE = "conclude"


class Kind(StrEnum):
    """What was done to collect."""

    LETTER = "letter"
    CALL = "call"
    VISIT = "visit"
    SUIT = "suit"
    JUDGMENT = "judgment"
    ENFORCEMENT = "enforcement"
    SETTLEMENT = "settlement"


KINDS: Final[Mapping[str, Words]] = {
    Kind.LETTER: Words("催收函", "letter"),
    Kind.CALL: Words("电话催收", "call"),
    Kind.VISIT: Words("上门催收", "visit"),
    Kind.SUIT: Words("提起诉讼", "suit filed"),
    Kind.JUDGMENT: Words("判决或调解", "judgment"),
    Kind.ENFORCEMENT: Words("申请执行", "enforcement"),
    Kind.SETTLEMENT: Words("和解或还款协议", "settlement agreement"),
}


class Conclusion(StrEnum):
    """To what a collection has come."""

    RECOVERED = "recovered"
    SETTLED = "settled"
    WRITTEN_OFF = "written_off"


CONCLUSIONS: Final[Mapping[str, Words]] = {
    Conclusion.RECOVERED: Words("全额收回", "recovered in full"),
    Conclusion.SETTLED: Words("和解履行完毕", "settled as agreed"),
    Conclusion.WRITTEN_OFF: Words("转核销", "to be written off"),
}

_ANOTHER = "another person than the proposer"

LIFE_CYCLE = LifeCycle(
    goal=State.CONCLUDED,
    noun=Words("追偿", "collection"),
    moves=(
        Move(None, Action.BEGIN, State.COLLECTING, _RUNS_IT),
        Move(State.COLLECTING, Action.RECORD, State.COLLECTING, _RUNS_IT),
        Move(State.COLLECTING, Action.AGREE, State.COLLECTING, _RUNS_IT),
        Move(
            State.COLLECTING,
            Action.PROPOSE,
            State.PROPOSED,
            _RUNS_IT,
            tells=("collection.conclusion-proposed.v1",),
        ),
        Move(State.PROPOSED, Action.SEND_BACK, State.COLLECTING, CHECKER),
        Move(
            State.PROPOSED,
            Action.CONCLUDE,
            State.CONCLUDED,
            CHECKER,
            guards=(_ANOTHER,),
            tells=("collection.concluded.v1",),
        ),
    ),
    guards={_ANOTHER: another_person_than("proposed_by", zh="结论", en="the conclusion")},
    states={
        State.COLLECTING: Words("追偿中", "collecting"),
        State.PROPOSED: Words("已拟结论", "proposed for conclusion"),
        State.CONCLUDED: Words("已结束", "concluded"),
    },
    actions={
        Action.BEGIN: Words("开始追偿", "begun"),
        Action.RECORD: Words("登记追偿措施", "given a step"),
        Action.AGREE: Words("登记还款安排", "given instalments"),
        Action.PROPOSE: Words("拟定结论", "proposed for conclusion"),
        Action.SEND_BACK: Words("退回", "sent back"),
        Action.CONCLUDE: Words("作出结论", "concluded"),
    },
    waits={
        State.COLLECTING: Wait(
            roles=("bank_operator",),
            words=Words("银行追偿中", "The bank is collecting."),
            stands=True,
        ),
        State.PROPOSED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人决定", "waits for another person's decision"),
        ),
    },
)


class ClaimNotCompensated(Refused):
    """What was not compensated is the bank's own to collect."""

    code: ClassVar[str] = "claim-not-compensated"


class CollectionBegun(Refused):
    """A claim has one collection."""

    code: ClassVar[str] = "collection-begun"


class NotAllRecovered(Refused):
    """Recovered in full: every party has back what it bore."""

    code: ClassVar[str] = "not-all-recovered"


class InstalmentsOpen(Refused):
    """Settled as agreed: every instalment is met by recoveries."""

    code: ClassVar[str] = "instalments-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """An agreed instalment."""

    due_on: date
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentStands:
    """How an instalment stands: what of it is met by recoveries, and whether its day has passed."""

    due_on: date
    amount_fen: int
    met_fen: int
    standing: str
    """met, late, or due: the day is to come."""


class Stage(StrEnum):
    """How far the day of an instalment is when the bank is reminded of it."""

    AHEAD = "ahead"
    DUE = "due"
    LATE = "late"


REMINDED_DAYS_AHEAD: Final = 5
"""So many days before its day the bank is reminded of an instalment (assumed; no measure says)."""


def stage_of(due_on: date, *, today: date) -> Stage:
    """The stage at which a reminder is given today."""
    if due_on < today:
        return Stage.LATE
    return Stage.DUE if due_on == today else Stage.AHEAD


def standings(
    instalments: Sequence[Instalment], *, recovered_fen: int, today: date
) -> list[InstalmentStands]:
    """Recoveries since the agreement meet the instalments in the order of their days."""
    assert recovered_fen >= 0
    left, found = recovered_fen, []
    for one in sorted(instalments, key=lambda each: each.due_on):
        met = min(left, one.amount_fen)
        left -= met
        standing = "met" if met == one.amount_fen else "late" if one.due_on < today else "due"
        found.append(
            InstalmentStands(
                due_on=one.due_on, amount_fen=one.amount_fen, met_fen=met, standing=standing
            )
        )
    return found
