"""Several cases in one request: each is taken, given or put back, or says why not."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.applications.domain.desk import AlreadyTheirs, PersonAway, person_faults
from services.applications.domain.guards import ConflictOfInterest
from services.applications.domain.life_cycle import Action
from services.applications.domain.waiting import FIRST_REVIEW
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.decisions import NOBODYS, NOT_APPROVED
from services.applications.queries.moves import clock_began
from services.applications.tables import desk
from services.applications.tables.cases import APPLICATIONS, locked_with_desk, move_on
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.life_cycle import Row
from shared.refusals import FieldsWrong, NotFound, Refused
from shared.transitions import Step, Transition, checked

Seen = Callable[[Row], None]
"""Lets a case pass that stands as it was seen. Raises Refused for another."""


def any_version(row: Row) -> None:
    """Whoever says nothing of versions moves the cases as they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one case: where it stands now, or why it did not move."""

    case_id: UUID
    number: str
    done: Transition | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who acts on cases, in which transaction, by which calendar, and when."""

    conn: asyncpg.Connection
    caller: Identity
    working_days: WorkingDays
    now: datetime

    def in_hand(self, row: Row) -> CaseInHand:
        """A locked case in the hands of who acts."""
        return CaseInHand(
            row=row, conn=self.conn, caller=self.caller, working_days=self.working_days,
            now=self.now,
        )  # fmt: skip

    async def move(
        self,
        case_ids: Sequence[UUID],
        step_of: Callable[[CaseInHand], Awaitable[Step]],
        *,
        as_seen: Seen = any_version,
    ) -> list[Verdict]:
        """Move those cases that can be moved, in the order asked; all move or none where we fail.

        A case that is refused does not keep the others. `as_seen` refuses one that
        has moved on since it was seen.
        """
        rows = await locked_with_desk(self.conn, case_ids, today=business_date(self.now))
        steps: list[Step] = []
        refused: dict[UUID, Refused] = {}
        for row in rows:
            try:
                as_seen(row)
                step = await step_of(self.in_hand(row))
                checked(APPLICATIONS, step)
            except Refused as refusal:
                refused[row["id"]] = refusal
            else:
                steps.append(step)
        done = {one.case_id: one for one in await move_on(self.conn, steps, now=self.now)}
        numbers = {row["id"]: row["number"] for row in rows}
        unknown = NotFound("没有这个申请", "There is no such application.")
        return [
            Verdict(
                case_id=one,
                number=numbers.get(one, ""),
                done=done.get(one),
                refusal=refused.get(one) if one in numbers else unknown,
            )
            for one in dict.fromkeys(case_ids)
        ]


async def take(
    desk_: Desk, case_ids: Sequence[UUID], *, as_seen: Seen = any_version
) -> list[Verdict]:
    """A reviewer takes cases from the queue."""
    caller = desk_.caller
    changes = {"assigned_to": caller.subject, "assigned_name": caller.name}
    decision = Decision(changes=changes)
    return await desk_.move(
        case_ids, lambda case: case.step(Action.TAKE, decision), as_seen=as_seen
    )


async def assign(
    desk_: Desk,
    case_ids: Sequence[UUID],
    *,
    person: str,
    reason: str,
    as_seen: Seen = any_version,
) -> list[Verdict]:
    """A manager gives cases to a reviewer, whoever has them. Raises FieldsWrong, PersonAway."""
    known = await desk.staff_named(desk_.conn, person)
    if faults := person_faults("person", known and known["roles"]):
        raise FieldsWrong(faults)
    assert known is not None
    today = business_date(desk_.now)
    away = await desk.absences_meeting(desk_.conn, subject=person, from_day=today, to_day=today)
    if away:
        raise PersonAway(
            f"{known['name']}今日缺勤，请分派给他人", f"{known['name']} is away today.",
            to_day=str(away[0]["to_day"]),
        )  # fmt: skip
    decision = Decision(
        reason=reason,
        detail={"assigned_to": person, "assigned_name": known["name"]},
        changes={"assigned_to": person, "assigned_name": known["name"]},
        facts={"assigned_to": person, "assigned_name": known["name"], "reason": reason},
    )

    async def step(case: CaseInHand) -> Step:
        case.must_allow(Action.ASSIGN)
        if case.row["assigned_to"] == person:
            raise AlreadyTheirs(f"此件已在{known['name']}名下", "The case is theirs already.")
        if person in case.row["conflicted"]:
            raise ConflictOfInterest(
                f"{known['name']}与本案或该企业有利益冲突，不能分派",
                f"{known['name']} has a conflict of interest in this case or its firm.",
            )
        return await case.step(Action.ASSIGN, decision)

    return await desk_.move(case_ids, step, as_seen=as_seen)


async def put_back(
    desk_: Desk, case_ids: Sequence[UUID], *, reason: str, as_seen: Seen = any_version
) -> list[Verdict]:
    """A manager puts cases back into the queue, whoever has them."""

    async def step(case: CaseInHand) -> Step:
        return await put_back_step(case, reason=reason)

    return await desk_.move(case_ids, step, as_seen=as_seen)


async def put_back_step(case: CaseInHand, *, reason: str) -> Step:
    """Nobody's again; an opinion that was given counts no more, and its review's clock runs on."""
    began = await clock_began(case.conn, case.row["id"], FIRST_REVIEW)
    decision = Decision(reason=reason, changes=NOBODYS | NOT_APPROVED)
    return await case.step(Action.PUT_BACK, decision, since=began)
