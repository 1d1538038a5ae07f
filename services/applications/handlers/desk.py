"""Who is away and who keeps out: entered, ended, declared, lifted; and how urgent a case is."""

from dataclasses import replace
from datetime import date
from typing import Literal
from uuid import UUID

from services.applications.domain.desk import (
    IN_HAND,
    PRIORITISED_IN,
    Absence,
    AlreadyOver,
    ConflictKnown,
    NotWaiting,
    absence_faults,
    must_be_own_or_managers,
    person_faults,
    unknown_person,
)
from services.applications.domain.life_cycle import Action, State
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.decisions import NOBODYS, withdraw_opinion
from services.applications.handlers.many_cases import Desk, put_back_step
from services.applications.tables import desk
from services.applications.tables.cases import locked, locked_with_desk
from shared.clock import business_date
from shared.contracts.desk import AbsenceChangedV1
from shared.messaging import outbox
from shared.refusals import FieldsWrong, NotFound


async def enter_absence(at: Desk, absence: Absence) -> UUID:
    """Somebody is away and another stands in. Raises NotYours, FieldsWrong."""
    must_be_own_or_managers(absence.subject, by=at.caller.subject, roles=at.caller.roles)
    await desk.lock_absences(at.conn)
    person = await desk.staff_named(at.conn, absence.subject)
    delegate = await desk.staff_named(at.conn, absence.delegate)
    faults = [] if person else [unknown_person("subject")]
    faults += person_faults("delegate", delegate and delegate["roles"])
    faults += absence_faults(
        absence,
        today=business_date(at.now),
        own=await _meeting(at, absence.subject, absence),
        delegates=await _meeting(at, absence.delegate, absence),
    )
    if faults:
        raise FieldsWrong(faults)
    absence_id = await desk.add_absence(
        at.conn, subject=absence.subject, delegate=absence.delegate, from_day=absence.from_day,
        to_day=absence.to_day, reason=absence.reason, by=at.caller, now=at.now,
    )  # fmt: skip
    await _tell_of_absence(at, absence_id, "entered")
    return absence_id


async def _tell_of_absence(at: Desk, absence_id: UUID, what: Literal["entered", "ended"]) -> None:
    row = await desk.absence_told(at.conn, absence_id)
    await outbox.append(at.conn, [AbsenceChangedV1(what=what, **row)], now=at.now)


async def _meeting(at: Desk, subject: str, absence: Absence) -> list[date]:
    rows = await desk.absences_meeting(
        at.conn, subject=subject, from_day=absence.from_day, to_day=absence.to_day
    )
    return [row["from_day"] for row in rows]


async def end_absence(at: Desk, absence_id: UUID) -> None:
    """Who was away is back today. Raises NotFound, NotYours, AlreadyOver."""
    row = await desk.locked_absence(at.conn, absence_id)
    if row is None:
        raise NotFound("没有这项缺勤", "There is no such absence.")
    must_be_own_or_managers(row["subject"], by=at.caller.subject, roles=at.caller.roles)
    today = business_date(at.now)
    if row["ended_on"] is not None or row["to_day"] < today:
        raise AlreadyOver("该缺勤已经结束", "The absence is over.")
    await desk.end_absence(at.conn, absence_id, on=today, by=at.caller.subject)
    await _tell_of_absence(at, absence_id, "ended")


async def declare_conflict(
    at: Desk, *, subject: str, case_id: UUID | None, borrower_uscc: str | None, reason: str
) -> UUID:
    """Somebody keeps out of a case or of all of a firm's; what they have in hand goes back.

    An opinion that they gave and that is not decided on counts no more. Raises NotYours, NotFound,
    FieldsWrong, ConflictKnown.
    """
    must_be_own_or_managers(subject, by=at.caller.subject, roles=at.caller.roles)
    if await desk.staff_named(at.conn, subject) is None:
        raise FieldsWrong([unknown_person("subject")])
    today = business_date(at.now)
    if case_id is not None:
        if await locked(at.conn, case_id, today=today) is None:
            raise NotFound("没有这个申请", "There is no such application.")
        theirs = [case_id]
    else:
        theirs = await desk.cases_in_hand(
            at.conn, subject=subject, borrower_uscc=borrower_uscc or "", states=IN_HAND
        )
    rows = await locked_with_desk(at.conn, theirs, today=today)
    conflict_id = await desk.add_conflict(
        at.conn, subject=subject, case_id=case_id, borrower_uscc=borrower_uscc, reason=reason,
        by=at.caller, now=at.now,
    )  # fmt: skip
    if conflict_id is None:
        raise ConflictKnown("已登记过该回避", "It has been declared before.")
    for row in rows:
        await _let_go(at.in_hand(row), subject, why=f"回避：{reason}")
    return conflict_id


async def _let_go(case: CaseInHand, subject: str, *, why: str) -> None:
    """Put a case back that somebody has taken or recommended who is to keep out of it."""
    row = case.row
    has_it = row["state"] == State.UNDER_REVIEW and row["assigned_to"] == subject
    gave_opinion = row["state"] == State.RECOMMENDED and row["recommended_by"] == subject
    if not has_it and not gave_opinion:
        return
    if case.caller.subject != subject:
        await case.carry_out(await put_back_step(case, reason=why))
        return
    if gave_opinion:
        await withdraw_opinion(case, reason=why)
        again = await locked(case.conn, row["id"], today=case.today)
        assert again is not None
        case = replace(case, row=again)
    await case.take_step(Action.RELEASE, Decision(reason=why, changes=NOBODYS))


async def lift_conflict(at: Desk, conflict_id: UUID, *, reason: str) -> None:
    """A manager finds that it does not hold any more. Raises NotFound, NotYours, AlreadyOver."""
    row = await desk.locked_conflict(at.conn, conflict_id)
    if row is None:
        raise NotFound("没有这项回避", "There is no such conflict of interest.")
    if row["lifted_at"] is not None:
        raise AlreadyOver("该回避已经解除", "The conflict of interest is lifted.")
    await desk.lift_conflict(at.conn, conflict_id, reason=reason, by=at.caller, now=at.now)


async def prioritise(case: CaseInHand, *, priority: int, reason: str) -> None:
    """A manager says how urgent a waiting case is. Raises NotWaiting."""
    if case.row["state"] not in PRIORITISED_IN:
        raise NotWaiting(
            "本申请不在待办队列中，不能设置优先级", "The case does not wait in the queue."
        )
    await desk.prioritise(
        case.conn, case.row, priority=priority, reason=reason, by=case.caller, now=case.now
    )
