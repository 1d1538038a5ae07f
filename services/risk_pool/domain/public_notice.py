"""Public notices (公示): claims and subsidies are shown to everybody before they are decided.

One person prepares a list, another approves it; from its day on it can be read and objected to by
anybody, for so many working days as the scheme says. It ends when its days are over and every
objection is decided; its end is what the step `public_notice` of a claim came to (programmes D, 19).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from shared.life_cycle import (
    SYSTEM_ROLE,
    LifeCycle,
    Move,
    Wait,
    Words,
    another_person_than,
)
from shared.refusals import Refused

FIRST = frozenset({"finance_maker", "reviewer"})
"""Who prepares a notice, and may end one whose days are over: the people of the claim's step."""
SECOND = frozenset({"approver", "finance_checker"})
_CLOCK = frozenset({SYSTEM_ROLE})

CLAIM: Final = "claim"
SUBSIDY: Final = "subsidy"
KINDS: Final[Mapping[str, Words]] = {
    CLAIM: Words("风险补偿", "compensation of a loan"),
    SUBSIDY: Words("补贴", "subsidy"),
}
MOST_CASES: Final = 200
"""On one list."""
LONGEST_WORKING_DAYS: Final = 60
"""What a person may ask for beyond the scheme's days; ours, no measure says."""


class State(StrEnum):
    """Where a notice is."""

    PREPARED = "prepared"
    APPROVED = "approved"
    PUBLISHED = "published"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"


class Action(StrEnum):
    """What is done to a notice."""

    PREPARE = "prepare"
    APPROVE = "approve"
    PUBLISH = "publish"
    END = "end"
    WITHDRAW = "withdraw"
    CORRECT = "correct"


_ANOTHER = "another person than who prepared it"

LIFE_CYCLE = LifeCycle(
    goal=State.ENDED,
    noun=Words("公示", "public notice"),
    moves=(
        Move(None, Action.PREPARE, State.PREPARED, FIRST),
        Move(State.PREPARED, Action.APPROVE, State.APPROVED, SECOND, guards=(_ANOTHER,)),
        Move(State.APPROVED, Action.PUBLISH, State.PUBLISHED, _CLOCK),
        Move(State.PUBLISHED, Action.END, State.ENDED, FIRST | _CLOCK),
        Move(State.PREPARED, Action.WITHDRAW, State.WITHDRAWN, FIRST | SECOND),
        Move(State.APPROVED, Action.WITHDRAW, State.WITHDRAWN, FIRST | SECOND),
        # What the public has read is taken back by the second person alone.
        Move(State.PUBLISHED, Action.WITHDRAW, State.WITHDRAWN, SECOND),
        # A new notice that says what this one should have said is published in its place.
        Move(State.PUBLISHED, Action.CORRECT, State.CORRECTED, _CLOCK),
    ),
    guards={_ANOTHER: another_person_than("prepared_by", zh="核准公示", en="the approval")},
    states={
        State.PREPARED: Words("待核准", "to be approved"),
        State.APPROVED: Words("已核准，待公示", "approved, to be published"),
        State.PUBLISHED: Words("公示中", "on notice"),
        State.ENDED: Words("公示期满", "ended"),
        State.WITHDRAWN: Words("已撤下", "withdrawn"),
        State.CORRECTED: Words("已更正", "corrected"),
    },
    actions={
        Action.PREPARE: Words("拟定公示", "prepared"),
        Action.APPROVE: Words("核准公示", "approved"),
        Action.PUBLISH: Words("开始公示", "published"),
        Action.END: Words("结束公示", "ended"),
        Action.WITHDRAW: Words("撤下公示", "withdrawn"),
        Action.CORRECT: Words("更正", "corrected"),
    },
    waits={
        State.PREPARED: Wait(
            roles=("approver", "finance_checker"),
            words=Words("等待另一人核准公示", "waits for a second person's approval"),
            source="拟定的公示起始日",
        ),
        State.APPROVED: Wait(
            roles=(),
            words=Words("等待公示起始日", "waits for the day on which it is published"),
            stands=True,
        ),
        State.PUBLISHED: Wait(
            roles=(),
            words=Words("公示期内", "is on notice until its last day"),
            step="public_notice",
            stands=True,
        ),
    },
)

LIVE: Final = frozenset({State.PREPARED, State.APPROVED, State.PUBLISHED})
"""Not over: a case stands on one such notice at most."""
HANGS: Final = frozenset({State.PUBLISHED})
"""Objections are taken until its last day."""
READABLE: Final = frozenset({State.PUBLISHED, State.ENDED})
"""What the public reads."""


class NoticeStillHangs(Refused):
    """The days of the notice are not over."""

    code: ClassVar[str] = "notice-still-hangs"


class ObjectionsOpen(Refused):
    """An objection is not decided; nothing ends or is corrected over it."""

    code: ClassVar[str] = "objections-open"


class NoticeCasesMoved(Refused):
    """A case on the list waits for its notice no longer: prepare the list anew."""

    code: ClassVar[str] = "notice-cases-moved"


class PublicNoticeNeeded(Refused):
    """What a public notice has to come to first; `notice` names the one that there is."""

    code: ClassVar[str] = "public-notice-needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One case of a list: what the public reads of it, and how the notice knows it."""

    kind: str
    case_id: UUID
    case_number: str
    review: int
    """Which review of the claim it followed; 0 of a subsidy."""
    bank_code: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    last_day: date
    """The earliest on which its own scheme lets the notice end."""
    days_after: int
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the last notice of a case stands; the case may have none."""

    number: str
    state: str
    last_day: date
    open_objections: int
    outcome: str = ""


def require_over(last_day: date, today: date, open_objections: int) -> None:
    """A notice ends the day after its last one, with no objection open. Raises NoticeStillHangs,
    ObjectionsOpen."""
    if today <= last_day:
        raise NoticeStillHangs(
            f"公示至 {last_day}，尚未结束。", f"The notice hangs until {last_day}.",
            last_day=str(last_day),
        )  # fmt: skip
    if open_objections:
        raise objections_open(open_objections)


def objections_open(count: int) -> ObjectionsOpen:
    """So many objections are to be decided first."""
    return ObjectionsOpen(
        f"还有 {count} 件异议未决定。", f"{count} objections are not decided.", open=count
    )


def outcome_of(upheld_places: Sequence[int | None], place: int) -> str:
    """What the notice came to for the case at a place: an upheld objection against it, or against the
    list as a whole (None), makes it unfavourable."""
    hit = None in upheld_places or place in upheld_places
    return "unfavourable" if hit else "favourable"


def opinion_of(number: str, first: date, last: date, *, objections: int, upheld: int) -> str:
    """What the claim's step says of the notice; never who objected, nor why."""
    if not objections:
        return f"公示 {number}（{first} 至 {last}）期满，无异议。"
    return f"公示 {number}（{first} 至 {last}）期满，异议 {objections} 件，成立 {upheld} 件。"


def needed(standing: Standing | None) -> PublicNoticeNeeded:
    """Why a claim's step is not recorded by hand, and what it waits for."""
    zh, en = _lacks(standing)
    return PublicNoticeNeeded(
        f"公示步骤由公示期满自动登记，不能手工登记：{zh}。",
        f"The step is recorded by the end of a public notice, not by hand: {en}.",
        notice=None if standing is None else standing.number,
    )


def require_favourable(standing: Standing | None) -> None:
    """A subsidy whose scheme wants a public notice is approved after one that came to nothing against
    it. Raises PublicNoticeNeeded."""
    if standing is not None and standing.outcome == "favourable":
        return
    if standing is not None and standing.outcome:
        raise PublicNoticeNeeded(
            f"公示 {standing.number} 期间的异议成立，不能批准；请不予补贴，或更正后重新公示。",
            f"An objection was upheld while it was on notice ({standing.number}): refuse it, or put it "
            "on notice anew.",
            notice=standing.number,
        )
    zh, en = _lacks(standing)
    raise PublicNoticeNeeded(
        f"本方案规定补贴须先公示：{zh}。", f"The scheme wants a public notice first: {en}.",
        notice=None if standing is None else standing.number,
    )  # fmt: skip


def _lacks(standing: Standing | None) -> tuple[str, str]:
    if standing is None or standing.state not in LIVE:
        return "尚未拟定公示", "no notice is prepared"
    words = LIFE_CYCLE.states[standing.state]
    if standing.open_objections:
        count = standing.open_objections
        return (
            f"公示 {standing.number} 还有 {count} 件异议未决定",
            f"the notice {standing.number} has {count} objections that are not decided",
        )
    return (
        f"公示 {standing.number} 目前为“{words.zh}”，至 {standing.last_day}",
        f"the notice {standing.number} is {words.en}, until {standing.last_day}",
    )
