"""The desk: the queue, several cases at once, what is urgent, and who looked."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import on_case, unmoved
from services.applications.api.desk_answers import (
    CaseLookAnswer,
    CasesBody,
    CasesMoved,
    PriorityAnswer,
    PriorityBody,
    PutBackBody,
    ReassignBody,
    cases_moved,
)
from services.applications.api.responses import MovedAnswer
from services.applications.domain.life_cycle import LEADER, LIFE_CYCLE, MANAGER, Action
from services.applications.handlers import desk as handler
from services.applications.handlers import many_cases
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.many_cases import Desk, Verdict
from services.applications.queries import cases, desk
from services.applications.tables.desk import seen
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import stale
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.life_cycle import Row

router = APIRouter(tags=["desk"])

Bureau = Annotated[Identity, Depends(requires("reviewer", "approver", LEADER, MANAGER))]
Manager = Annotated[Identity, Depends(requires(MANAGER))]
Watches = Annotated[Identity, Depends(requires(MANAGER, "auditor"))]
Taker = Annotated[Identity, part_in(LIFE_CYCLE, Action.TAKE)]
Assigner = Annotated[Identity, part_in(LIFE_CYCLE, Action.ASSIGN)]
PutsBack = Annotated[Identity, part_in(LIFE_CYCLE, Action.PUT_BACK)]


@router.post("/applications/take", response_model=CasesMoved)
async def take_several(
    body: CasesBody, request: Request, caller: Taker, context: CurrentContext
) -> Response:
    """Take several cases from the queue."""
    return await _several(
        request,
        caller,
        context,
        partial(many_cases.take, case_ids=body.cases, as_seen=_as_seen(body.versions)),
    )


@router.post("/applications/reassign", response_model=CasesMoved)
async def reassign(
    body: ReassignBody, request: Request, caller: Assigner, context: CurrentContext
) -> Response:
    """Give one case or several to a reviewer, whoever has taken them; their time runs on."""
    step = partial(
        many_cases.assign, case_ids=body.cases, as_seen=_as_seen(body.versions), person=body.person,
        reason=body.reason,
    )  # fmt: skip
    return await _several(request, caller, context, step)


@router.post("/applications/put-back", response_model=CasesMoved)
async def put_back(
    body: PutBackBody, request: Request, caller: PutsBack, context: CurrentContext
) -> Response:
    """Put one case or several back into the queue, whoever has taken them; an opinion that is not
    decided on counts no more."""
    step = partial(
        many_cases.put_back,
        case_ids=body.cases,
        as_seen=_as_seen(body.versions),
        reason=body.reason,
    )
    return await _several(request, caller, context, step)


def _as_seen(versions: Mapping[UUID, int]) -> Callable[[Row], None]:
    def check(row: Row) -> None:
        if versions.get(row["id"], row["version"]) != row["version"]:
            raise stale(row["version"])

    return check


async def _several(
    request: Request,
    caller: Identity,
    context: Context,
    step: Callable[[Desk], Awaitable[list[Verdict]]],
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        return Answer(200, cases_moved(await step(await at_desk(conn, caller, context))))

    return await idempotently(request, caller, context.database, work)


async def at_desk(conn: asyncpg.Connection, caller: Identity, context: Context) -> Desk:
    """Somebody of the bureau, seen here now."""
    now = context.clock.now()
    await seen(conn, caller, now=now)
    return Desk(conn=conn, caller=caller, working_days=context.working_days, now=now)


@router.post("/applications/{case_id}/priority", response_model=MovedAnswer)
async def set_priority(
    case_id: UUID, body: PriorityBody, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """Say how urgent a waiting case is, and why: it stands before the others in the queue."""

    async def work(case: CaseInHand) -> Answer:
        await handler.prioritise(case, priority=body.priority, reason=body.reason)
        return unmoved(case)

    return await on_case(request, caller, context, case_id, work)


@router.get("/applications/{case_id}/priorities")
async def read_priorities(
    case_id: UUID, caller: Bureau, context: CurrentContext
) -> Page[PriorityAnswer]:
    """How urgent a case was said to be, the last word first."""
    async with context.database.reading(caller.institution) as session:
        await cases.case(session, case_id)
        rows = await desk.priorities(session, case_id)
    return Page(items=[PriorityAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/applications/{case_id}/looks")
async def read_case_looks(
    case_id: UUID, caller: Watches, context: CurrentContext
) -> Page[CaseLookAnswer]:
    """Who of the bureau looked at a case and when, the last first."""
    async with context.database.reading(caller.institution) as session:
        await cases.case(session, case_id)
        rows = await desk.looks(session, case_id)
    return Page(items=[CaseLookAnswer.model_validate(row) for row in rows], next_cursor=None)
