"""The desk: the queue, several cases at once, what is urgent, and who looked."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.common import Cursor, Limit, PlainCode, on_case, unmoved
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
from services.applications.api.responses import CaseSummary, MovedAnswer
from services.applications.domain.life_cycle import LEADER, LIFE_CYCLE, MANAGER, Action
from services.applications.domain.waiting import lamp_days
from services.applications.handlers import desk as handler
from services.applications.handlers import many_cases
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.many_cases import Desk, Verdict
from services.applications.queries import cases, desk
from services.applications.queries.queue import SORTS, QueueFilter, Watcher, queue, summed
from services.applications.tables.desk import seen
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.http.grids import GridPage, Totals, another_order
from shared.http.idempotency import Answer, idempotently
from shared.http.list_filters import Amount, fen_between
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.money import format_fen

router = APIRouter(tags=["desk"])

Bureau = Annotated[Identity, Depends(requires("reviewer", "approver", LEADER, MANAGER))]
Manager = Annotated[Identity, Depends(requires(MANAGER))]
Watches = Annotated[Identity, Depends(requires(MANAGER, "auditor"))]
Taker = Annotated[Identity, part_in(LIFE_CYCLE, Action.TAKE)]
Assigner = Annotated[Identity, part_in(LIFE_CYCLE, Action.ASSIGN)]
PutsBack = Annotated[Identity, part_in(LIFE_CYCLE, Action.PUT_BACK)]
Who = Annotated[
    str | None,
    Query(
        max_length=200,
        pattern=NO_NUL,
        description="`me`, `nobody`, or the subject of somebody: only what they have taken; "
        "`signature`: only what waits for your countersignature.",
    ),
]


_SORT = Literal[tuple(word for name in SORTS for word in (name, f"-{name}"))]  # type: ignore[valid-type] # the words of the query


@router.get("/queue")
async def read_queue(
    caller: Bureau,
    context: CurrentContext,
    pool: PlainCode = None,
    bank: PlainCode = None,
    who: Who = None,
    lamp: Literal["red", "yellow"] | None = None,
    priority: Annotated[int | None, Query(ge=0, le=2)] = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    sort: Annotated[
        _SORT | None,  # type: ignore[valid-type]
        Query(description="A column, with `-` before it downwards."),
    ] = None,
    totals: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> GridPage[CaseSummary]:
    """What you can work on, or, of a manager, all that waits: the most urgent first, then the
    longest waiting, where `sort` says nothing else; each with a lamp by working days left."""
    now, days = context.clock.now(), context.working_days
    today = business_date(now)
    watcher = Watcher(
        subject=caller.subject,
        reviews="reviewer" in caller.roles,
        approves="approver" in caller.roles,
        manages=MANAGER in caller.roles,
        roles=caller.roles,
        today=today,
    )
    wanted = QueueFilter(
        pool_code=pool,
        bank_code=bank,
        fen=fen_between("amount", amount_from, amount_to),
        who=who,
        due=lamp_days(lamp, today=today, working_days=days) if lamp else None,
        priority=priority,
    )
    after = _place_in_queue(sort, cursor)
    async with context.database.begin(caller.institution) as conn:
        await seen(conn, caller, now=now)
    async with context.database.reading(caller.institution) as session:
        rows = await queue(session, watcher, wanted, sort=sort, after=after, limit=limit + 1)
        whole = await summed(session, watcher, wanted) if totals else None
    items = [presenters.summary(row, now=now, working_days=days) for row in rows]
    part = page_of(items, limit, lambda item: _cursor_in_queue(sort, item))
    sums = whole and Totals(count=whole[0], more=False, sums={"amount": format_fen(whole[1])})
    return GridPage(
        items=part.items, next_cursor=part.next_cursor, previous_cursor=None, totals=sums
    )


def _cursor_in_queue(sort: str | None, item: CaseSummary) -> str:
    if sort is None:
        return encode_cursor(item.priority, item.since, item.id)
    name = sort.removeprefix("-")
    value = item.amount_fen if name == "amount" else getattr(item, name)
    return encode_cursor(sort, value, item.id)


def _place_in_queue(sort: str | None, cursor: str | None) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    if sort is None:
        return decode_cursor(cursor, int, datetime, UUID)
    kind = {"number": str, "amount": int}.get(sort.removeprefix("-"), datetime)
    word, *at = decode_cursor(cursor, str, kind, UUID)
    if word != sort:
        raise another_order()
    return tuple(at)


@router.post("/applications/take", response_model=CasesMoved)
async def take_several(
    body: CasesBody, request: Request, caller: Taker, context: CurrentContext
) -> Response:
    """Take several cases from the queue."""
    return await _several(request, caller, context, partial(many_cases.take, case_ids=body.cases))


@router.post("/applications/reassign", response_model=CasesMoved)
async def reassign(
    body: ReassignBody, request: Request, caller: Assigner, context: CurrentContext
) -> Response:
    """Give one case or several to a reviewer, whoever has taken them; their time runs on."""
    step = partial(many_cases.assign, case_ids=body.cases, person=body.person, reason=body.reason)
    return await _several(request, caller, context, step)


@router.post("/applications/put-back", response_model=CasesMoved)
async def put_back(
    body: PutBackBody, request: Request, caller: PutsBack, context: CurrentContext
) -> Response:
    """Put one case or several back into the queue, whoever has taken them; an opinion that is not
    decided on counts no more."""
    step = partial(many_cases.put_back, case_ids=body.cases, reason=body.reason)
    return await _several(request, caller, context, step)


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
