"""A joint meeting: called by a manager, voted by its members, concluded by two persons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.guards import no_conflict_of_interest
from services.applications.domain.meeting import (
    LIFE_CYCLE,
    Action,
    AlreadyVoted,
    Meeting,
    MeetingNotHeldYet,
    MeetingOver,
    NotAMember,
    Part,
    State,
    Voice,
    case_fault,
    counted,
    meeting_faults,
    seat_fault,
)
from services.applications.handlers.many_cases import Desk
from services.applications.handlers.paper_references import stored_paper
from services.applications.tables import desk, meetings
from services.applications.tables.cases import locked, locked_all
from services.applications.tables.stored_papers import use
from shared.clock import business_date
from shared.life_cycle import Row, Wait
from shared.papers import PaperNamed
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.transitions import Step, Transition, apply_transition


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Who is called, by subject, name and part, and the locked cases of the agenda."""

    members: Sequence[tuple[str, str, Part]]
    cases: Sequence[Row]

    @property
    def numbers(self) -> tuple[str, ...]:
        """Of the cases."""
        return tuple(case["number"] for case in self.cases)

    @property
    def names(self) -> tuple[str, ...]:
        """Of who is called."""
        return tuple(name for _, name, _ in self.members)

    @property
    def called(self) -> tuple[str, ...]:
        """The subjects of who is called."""
        return tuple(subject for subject, _, _ in self.members)


async def convene(at: Desk, meeting: Meeting) -> Transition:
    """Call a meeting. Raises FieldsWrong with everything that speaks against it."""
    move = LIFE_CYCLE.require(None, Action.CONVENE, at.caller)
    looked = await looked_up(at, meeting)
    row = await meetings.add_meeting(
        at.conn, uuid7(), meeting, state=move.target, by=at.caller, now=at.now
    )
    await meetings.add_members(at.conn, row["id"], looked.members)
    await meetings.put_on_agenda(at.conn, row["id"], looked.cases)
    facts = {
        "place": meeting.place,
        "cases": looked.numbers,
        "members": looked.names,
        "called": looked.called,
    }
    begun = {**dict(row), "state": None, "version": 0}
    return await step(at, begun, Action.CONVENE, facts=facts)


async def looked_up(at: Desk, meeting: Meeting, *, of: UUID | None = None) -> Looked:
    """People and cases of a meeting (`of`: one that is called already). Raises FieldsWrong."""
    faults = meeting_faults(meeting, today=business_date(at.now))
    if not await meetings.pool_is_known(at.conn, meeting.pool_code):
        faults.append(
            FieldFault(("pool_code",), "pool-unknown", "没有这个资金池", "There is no such pool.")
        )
    members = []
    for index, seat in enumerate(meeting.seats):
        known = await desk.staff_named(at.conn, seat.subject)
        if fault := seat_fault(index, known and known["roles"]):
            faults.append(fault)
        elif known is not None:
            members.append((seat.subject, known["name"], seat.part))
    by_id = {row["id"]: row for row in await locked_all(at.conn, meeting.cases)}
    elsewhere = await meetings.on_other_agendas(at.conn, meeting.cases, than=of)
    for index, one in enumerate(meeting.cases):
        case = by_id.get(one)
        if fault := case_fault(
            index, case, pool_code=meeting.pool_code, elsewhere=one in elsewhere
        ):
            faults.append(fault)
    if faults:
        raise FieldsWrong(faults)
    return Looked(members=members, cases=[by_id[one] for one in meeting.cases])


async def keep_minutes(at: Desk, meeting_id: UUID, *, text: str, paper: PaperNamed) -> Row:
    """Store a meeting's minutes, or other ones. Raises NotFound, MeetingOver, MeetingNotHeldYet,
    FieldsWrong."""
    row = await _held(at, meeting_id)
    document_id, faults = await stored_paper(at.conn, paper, bank_code=EVERYWHERE)
    if document_id is None:
        raise FieldsWrong(faults)
    place = f"meeting:{meeting_id}"
    await use(at.conn, [document_id], bank_code=EVERYWHERE, place=place, now=at.now)
    await meetings.keep_minutes(
        at.conn, meeting_id, document_id=document_id, text=text, by=at.caller, now=at.now
    )
    return row


async def vote(at: Desk, meeting_id: UUID, case_id: UUID, *, voice: Voice, reason: str) -> Row:
    """A member votes on a case, by himself and once.

    Raises NotFound, MeetingOver, MeetingNotHeldYet, NotAMember, ConflictOfInterest, AlreadyVoted,
    FieldsWrong where the case is not on the agenda.
    """
    row = await _held(at, meeting_id)
    seats = {one["subject"]: one for one in await meetings.members_of(at.conn, meeting_id)}
    seat = seats.get(at.caller.subject)
    if seat is None or seat["part"] == "secretary":
        raise NotAMember("您不是本次会议有表决权的成员", "You do not vote in this meeting.")
    if case_id not in {
        one["application_id"] for one in await meetings.agenda_of(at.conn, meeting_id)
    }:
        raise FieldsWrong(
            [FieldFault(("case",), "not-on-agenda", "不在会议议程中", "Not on the agenda.")]
        )
    case = await locked(at.conn, case_id, today=business_date(at.now))
    assert case is not None, "what is on an agenda is there"
    if refusal := no_conflict_of_interest(case, at.caller):
        raise refusal
    kept = await meetings.add_vote(
        at.conn, meeting_id, case_id, voice=voice, reason=reason, by=at.caller, now=at.now
    )
    if not kept:
        raise AlreadyVoted("您已对本案投票", "You have voted on this case.")
    return row


async def propose(at: Desk, meeting_id: UUID) -> Transition:
    """Propose what the votes have resolved; another person confirms it."""
    row = await _held(at, meeting_id)
    changes = {"proposed_by": at.caller.subject, "proposed_name": at.caller.name}
    return await step(at, row, Action.PROPOSE, changes=changes)


async def send_back(at: Desk, meeting_id: UUID, *, reason: str) -> Transition:
    """The conclusion does not stand: votes and minutes are open again."""
    row = await meeting_at(at, meeting_id)
    changes = {"proposed_by": None, "proposed_name": None}
    return await step(at, row, Action.SEND_BACK, reason=reason, changes=changes)


async def conclude(at: Desk, meeting_id: UUID) -> Transition:
    """What the votes have resolved of each case holds from now on; votes of members with a conflict
    of interest do not count."""
    row = await meeting_at(at, meeting_id)
    LIFE_CYCLE.require(row, Action.CONCLUDE, at.caller)
    votes = await meetings.votes_of(at.conn, meeting_id)
    resolved = []
    for case in await meetings.agenda_of(at.conn, meeting_id):
        count = counted(
            [
                one["voice"]
                for one in votes
                if one["application_id"] == case["application_id"] and one["counts"]
            ],
            quorum=row["quorum"],
        )
        await meetings.keep_outcome(at.conn, meeting_id, case["application_id"], count)
        resolved.append({"number": case["number"], "loan_id": case["application_id"],
                         "outcome": count.outcome, "in_favour": count.in_favour,
                         "against": count.against, "abstained": count.abstained})  # fmt: skip
    changes = {"concluded_by": at.caller.subject, "concluded_name": at.caller.name}
    return await step(
        at, row, Action.CONCLUDE, changes=changes, facts={"resolved": tuple(resolved)}
    )


async def call_off(at: Desk, meeting_id: UUID, *, reason: str) -> Transition:
    """The meeting does not take place."""
    row = await meeting_at(at, meeting_id)
    called = tuple(one["subject"] for one in await meetings.members_of(at.conn, meeting_id))
    facts = {"reason": reason, "called": called}
    return await step(at, row, Action.CALL_OFF, reason=reason, facts=facts)


async def meeting_at(at: Desk, meeting_id: UUID) -> asyncpg.Record:
    """A meeting, locked. Raises NotFound."""
    row = await meetings.locked_meeting(at.conn, meeting_id)
    if row is None:
        raise NotFound(meetings.MEETINGS.absent.zh, meetings.MEETINGS.absent.en)
    return row


async def _held(at: Desk, meeting_id: UUID) -> Row:
    row: Row = await meeting_at(at, meeting_id)
    if row["state"] != State.CONVENED:
        raise MeetingOver(
            "会议结论已提出或会议已结束，不再接受投票和纪要",
            "The meeting takes no votes and no minutes any more.",
        )
    if business_date(at.now) < row["held_on"]:
        raise MeetingNotHeldYet(
            f"会议于 {row['held_on']} 举行", f"The meeting is on {row['held_on']}."
        )
    return row


async def step(
    at: Desk,
    row: Row,
    action: Action,
    *,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Transition:
    """Move a locked meeting on."""

    def until(wait: Wait) -> date | None:
        if wait.working_days is None:
            return None
        return at.working_days.add(business_date(at.now), wait.working_days)

    taken = Step(
        case=row,
        action=action,
        by=at.caller,
        reason=reason,
        changes=changes or {},
        detail=detail or {},
        facts=facts or {},
        term=until,
    )
    return await apply_transition(at.conn, meetings.MEETINGS, taken, now=at.now)
