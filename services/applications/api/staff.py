"""The people of the desk: who works here, who is away and who stands in, who keeps out of what."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.desk import Bureau, Manager, at_desk
from services.applications.api.desk_answers import (
    AbsenceAnswer,
    AbsenceBody,
    ConflictAnswer,
    ConflictBody,
    LiftBody,
    StaffAnswer,
)
from services.applications.domain.life_cycle import LEADER, MANAGER
from services.applications.handlers import desk as handler
from services.applications.handlers.many_cases import Desk
from services.applications.queries import cases, desk
from services.applications.tables.desk import locked_absence, locked_conflict
from services.applications.tables.desk_rows import AbsenceRow, ConflictRow
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page

router = APIRouter(tags=["desk"])

OfDesk = Annotated[Identity, Depends(requires("reviewer", "approver", LEADER, MANAGER, "auditor"))]


@router.get("/staff")
async def list_staff(caller: OfDesk, context: CurrentContext) -> Page[StaffAnswer]:
    """Everybody of the bureau who was seen here, with the roles of their last token."""
    async with context.database.reading(caller.institution) as session:
        rows = await desk.staff(session)
    return Page(items=[StaffAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/absences")
async def list_absences(caller: OfDesk, context: CurrentContext) -> Page[AbsenceAnswer]:
    """Who is away today or on days to come, and who stands in."""
    today = business_date(context.clock.now())
    async with context.database.reading(caller.institution) as session:
        rows = await desk.absences(session, today=today)
    return Page(items=[AbsenceAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.post("/absences", status_code=201, response_model=AbsenceAnswer)
async def enter_absence(
    body: AbsenceBody, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Enter days on which you are away, or, as a manager, somebody is. Who stands in takes over and
    acts on what the absent person has taken, until the last of these days."""

    async def work(at: Desk) -> Answer:
        absence_id = await handler.enter_absence(at, body.as_absence(caller.subject))
        return Answer(201, await _absence(at, absence_id))

    return await _at_desk(request, caller, context, work)


@router.post("/absences/{absence_id}/end", response_model=AbsenceAnswer)
async def end_absence(
    absence_id: UUID, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Who was away is back today, before the last day."""

    async def work(at: Desk) -> Answer:
        await handler.end_absence(at, absence_id)
        return Answer(200, await _absence(at, absence_id))

    return await _at_desk(request, caller, context, work)


@router.get("/conflicts")
async def list_conflicts(
    caller: OfDesk,
    context: CurrentContext,
    case: Annotated[UUID | None, Query(description="Only those that concern a case.")] = None,
) -> Page[ConflictAnswer]:
    """Who keeps out of which case or firm, and why; also what was lifted."""
    async with context.database.reading(caller.institution) as session:
        row = await cases.case(session, case) if case else None
        rows = await desk.conflicts(session, of_case=row)
    return Page(items=[ConflictAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.post("/conflicts", status_code=201, response_model=ConflictAnswer)
async def declare_conflict(
    body: ConflictBody, request: Request, caller: Bureau, context: CurrentContext
) -> Response:
    """Declare that you, or, as a manager, that somebody keeps out of a case or of all that a firm
    files. What they have taken goes back into the queue, and an opinion of theirs that is not
    decided on counts no more."""

    async def work(at: Desk) -> Answer:
        conflict_id = await handler.declare_conflict(
            at,
            subject=body.subject or caller.subject,
            case_id=body.case,
            borrower_uscc=body.borrower_uscc,
            reason=body.reason,
        )
        return Answer(201, await _conflict(at, conflict_id))

    return await _at_desk(request, caller, context, work)


@router.post("/conflicts/{conflict_id}/lift", response_model=ConflictAnswer)
async def lift_conflict(
    conflict_id: UUID, body: LiftBody, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """A conflict of interest holds no longer, or was entered by mistake."""

    async def work(at: Desk) -> Answer:
        await handler.lift_conflict(at, conflict_id, reason=body.reason)
        return Answer(200, await _conflict(at, conflict_id))

    return await _at_desk(request, caller, context, work)


async def _at_desk(
    request: Request,
    caller: Identity,
    context: Context,
    work: Callable[[Desk], Awaitable[Answer]],
) -> Response:
    async def inside(conn: asyncpg.Connection) -> Answer:
        return await work(await at_desk(conn, caller, context))

    return await idempotently(request, caller, context.database, inside)


async def _absence(at: Desk, absence_id: UUID) -> AbsenceAnswer:
    row = await locked_absence(at.conn, absence_id)
    assert row is not None
    return AbsenceAnswer.model_validate(AbsenceRow(**dict(row)))


async def _conflict(at: Desk, conflict_id: UUID) -> ConflictAnswer:
    row = await locked_conflict(at.conn, conflict_id)
    assert row is not None
    return ConflictAnswer.model_validate(ConflictRow(**dict(row)))
