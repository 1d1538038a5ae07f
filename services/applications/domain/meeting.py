"""A joint meeting (联合评审会) on cases: called, voted on case by case, concluded by two persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from services.applications.domain.life_cycle import APPROVER, LEADER, MANAGER, REVIEWER
from services.applications.domain.life_cycle import State as CaseState
from shared.life_cycle import (
    LifeCycle,
    Move,
    Person,
    Row,
    Wait,
    Words,
    another_person_than,
)
from shared.refusals import FieldFault, Refused

SITS: Final = frozenset({REVIEWER, APPROVER, LEADER, MANAGER})
"""Whose people may be members: those who work at the desk."""
ON_AGENDA_IN: Final = frozenset({CaseState.UNDER_REVIEW, CaseState.RECOMMENDED})
"""A case that a meeting speaks about is reviewed, and not decided on."""
MOST_CASES: Final = 50
MOST_MEMBERS: Final = 30


class State(StrEnum):
    """Where a meeting stands."""

    CONVENED = "convened"
    TO_BE_CONFIRMED = "to_be_confirmed"
    CONCLUDED = "concluded"
    CALLED_OFF = "called_off"


class Action(StrEnum):
    """What moves a meeting."""

    CONVENE = "convene"
    CHANGE = "change"
    PROPOSE = "propose"
    CONCLUDE = "conclude"
    SEND_BACK = "send_back"
    CALL_OFF = "call_off"


class Outcome(StrEnum):
    """What a meeting has resolved of a case."""

    CARRIED = "carried"
    NOT_CARRIED = "not_carried"
    NO_QUORUM = "no_quorum"


Voice = Literal["for", "against", "abstain"]
Part = Literal["chair", "member", "secretary"]


class MinutesMissing(Refused):
    """A meeting is concluded on its minutes."""

    code = "minutes-missing"


class MeetingNotHeldYet(Refused):
    """Nobody votes and nothing is concluded before the day of the meeting."""

    code = "meeting-not-held-yet"


class MeetingOver(Refused):
    """A meeting whose conclusion is proposed takes no more votes and no other minutes."""

    code = "meeting-over"


class MeetingBegun(Refused):
    """A meeting is changed before it has begun: before the first vote and the minutes."""

    code = "meeting-begun"


class NotTheConvener(Refused):
    """Who has called a meeting changes it; another manager may call it off."""

    code = "not-the-convener"
    status = 403


class NotAMember(Refused):
    """The members of a meeting vote, each for himself."""

    code = "not-a-member"
    status = 403


class AlreadyVoted(Refused):
    """A vote that is given stands."""

    code = "already-voted"


S, A = State, Action
_MINUTES, _ANOTHER = "the minutes are stored", "another than who proposed"
_NOT_BEGUN, _CONVENER = "no vote and no minutes", "by who has called it"


def _minutes_are_stored(meeting: Row, by: Person) -> Refused | None:
    if meeting["minutes_id"] is not None:
        return None
    return MinutesMissing(
        "会议纪要尚未存入，不能提出结论", "The minutes are not stored; nothing is concluded before."
    )


def _has_not_begun(meeting: Row, by: Person) -> Refused | None:
    if not meeting["has_votes"] and meeting["minutes_id"] is None:
        return None
    return MeetingBegun(
        "会议已有投票或纪要，不能变更；可以取消后重新召集",
        "There are votes or minutes; the meeting is not changed. Call it off and call another.",
    )


def _by_its_convener(meeting: Row, by: Person) -> Refused | None:
    if meeting["convened_by"] == by.subject:
        return None
    return NotTheConvener(
        "会议只能由召集人变更；其他管理人员可以取消会议",
        "Who has called the meeting changes it; another manager may call it off.",
    )


_SECOND: Final = frozenset({MANAGER, APPROVER, LEADER})
LIFE_CYCLE: Final = LifeCycle(
    goal=S.CONCLUDED,
    usual_start=S.CONVENED,
    noun=Words("会议", "meeting"),
    moves=(
        Move(None, A.CONVENE, S.CONVENED, frozenset({MANAGER}), (), ("meeting.convened.v1",)),
        Move(S.CONVENED, A.CHANGE, S.CONVENED, frozenset({MANAGER}), (_CONVENER, _NOT_BEGUN),
             ("meeting.changed.v1",)),
        Move(S.CONVENED, A.PROPOSE, S.TO_BE_CONFIRMED, frozenset({MANAGER}), (_MINUTES,),
             ("meeting.to-confirm.v1",)),
        Move(S.TO_BE_CONFIRMED, A.CONCLUDE, S.CONCLUDED, _SECOND, (_ANOTHER,),
             ("meeting.concluded.v1",)),
        Move(S.TO_BE_CONFIRMED, A.SEND_BACK, S.CONVENED, _SECOND, (_ANOTHER,)),
        Move(S.CONVENED, A.CALL_OFF, S.CALLED_OFF, frozenset({MANAGER}), (),
             ("meeting.called-off.v1",)),
    ),
    states={
        S.CONVENED: Words("已召集", "called"),
        S.TO_BE_CONFIRMED: Words("待确认结论", "to be confirmed"),
        S.CONCLUDED: Words("已结束", "concluded"),
        S.CALLED_OFF: Words("已取消", "called off"),
    },
    actions={
        A.CONVENE: Words("召集", "called"),
        A.CHANGE: Words("变更", "changed"),
        A.PROPOSE: Words("提出结论", "proposed to be concluded"),
        A.CONCLUDE: Words("确认结论", "concluded"),
        A.SEND_BACK: Words("退回更正", "sent back"),
        A.CALL_OFF: Words("取消", "called off"),
    },
    waits={
        S.CONVENED: Wait(
            roles=(MANAGER,),
            words=Words("成员投票、存入纪要并提出结论", "votes, the minutes and a conclusion"),
        ),
        S.TO_BE_CONFIRMED: Wait(
            roles=(MANAGER, APPROVER, LEADER),
            words=Words("另一人确认结论", "a second person to confirm the conclusion"),
            working_days=5, source="假定",
        ),
    },
    guards={
        _MINUTES: _minutes_are_stored,
        _CONVENER: _by_its_convener,
        _NOT_BEGUN: _has_not_begun,
        _ANOTHER: another_person_than("proposed_by", zh="确认结论", en="the conclusion"),
    },
)  # fmt: skip

OPEN: Final = frozenset({S.CONVENED, S.TO_BE_CONFIRMED})
"""A case is on the agenda of one such meeting at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody who is called to a meeting, and as what. A secretary writes, and does not vote."""

    subject: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting as it is called."""

    pool_code: str
    held_on: date
    place: str
    quorum: int
    """The least votes, abstentions among them, by which anything is resolved of a case."""
    cases: tuple[UUID, ...]
    seats: tuple[Seat, ...]

    @property
    def voters(self) -> int:
        """The seats that vote."""
        return sum(seat.part != "secretary" for seat in self.seats)


def meeting_faults(meeting: Meeting, *, today: date) -> list[FieldFault]:
    """What speaks against calling it so, before people and cases are looked up."""
    faults = []
    if meeting.held_on < today:
        faults.append(
            FieldFault(("held_on",), "in-past", "会议日期早于今日", "The day lies behind.")
        )
    if meeting.quorum > meeting.voters:
        faults.append(
            FieldFault(("quorum",), "over-members", f"有表决权的成员只有 {meeting.voters} 人",
                       f"Only {meeting.voters} members vote.")
        )  # fmt: skip
    if sum(seat.part == "chair" for seat in meeting.seats) != 1:
        faults.append(
            FieldFault(("members",), "one-chair", "须且只能有一名主持人",
                       "One of them is the chair.")
        )  # fmt: skip
    for field, names in (
        ("members", [seat.subject for seat in meeting.seats]),
        ("cases", list(meeting.cases)),
    ):
        seen: set[object] = set()
        for index, name in enumerate(names):
            if name in seen:
                faults.append(FieldFault((field, index), "twice", "重复", "Named twice."))
            seen.add(name)
    return faults


def seat_fault(index: int, roles: Sequence[str] | None) -> FieldFault | None:
    """What speaks against calling somebody with these roles; None: nobody knows them."""
    place = ("members", index, "subject")
    if roles is None:
        return FieldFault(
            place, "person-unknown", "没有这位工作人员：须先登录过一次",
            "There is nobody of that name; they must have signed in once.",
        )  # fmt: skip
    if not SITS & set(roles):
        return FieldFault(
            place, "person-not-of-desk", "该工作人员不参与审批", "They do not work at the desk."
        )
    return None


def case_fault(
    index: int, case: Row | None, *, pool_code: str, elsewhere: bool
) -> FieldFault | None:
    """What speaks against putting a case on the agenda; None: there is none."""
    place = ("cases", index)
    if case is None or case["pool_code"] != pool_code:
        return FieldFault(
            place, "case-unknown", "该资金池没有这个申请", "The pool has no such application."
        )
    if case["state"] not in ON_AGENDA_IN:
        return FieldFault(
            place, "case-not-in-review", "该申请不在审查或待审批阶段",
            "The case is not being reviewed or waiting to be decided.",
        )  # fmt: skip
    if elsewhere:
        return FieldFault(
            place, "case-on-another-agenda", "该申请已列入另一会议",
            "The case is on the agenda of another meeting.",
        )  # fmt: skip
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The votes on a case that count, and what they come to."""

    in_favour: int
    against: int
    abstained: int
    outcome: Outcome


def counted(votes: Sequence[str], *, quorum: int) -> Count:
    """More votes for than against carry a case, of a quorum that abstentions belong to (assumed:
    no measure that we know of says more). A tie carries nothing."""
    in_favour, against = votes.count("for"), votes.count("against")
    if len(votes) < quorum:
        outcome = Outcome.NO_QUORUM
    else:
        outcome = Outcome.CARRIED if in_favour > against else Outcome.NOT_CARRIED
    return Count(
        in_favour=in_favour, against=against, abstained=votes.count("abstain"), outcome=outcome
    )
