"""Credit repair (信用修复) over HTTP: asked for with evidence, decided by two persons."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.list_answers import (
    RepairAnswer,
    RepairMove,
    RepairSummary,
    repair_summary,
)
from services.applications.api.requests import OpinionBody
from services.applications.api.rights import Reader
from services.applications.domain.credit_repair import LIFE_CYCLE, Action, Ground, State
from services.applications.handlers import credit_repairs as handler
from services.applications.queries import listed_firms as reads
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import LongText, RequestBody
from shared.identifiers import Uscc
from shared.refusals import NotFound

router = APIRouter(tags=["listed firms"])

Requester = Annotated[Identity, part_in(LIFE_CYCLE, Action.REQUEST)]
Recommender = Annotated[Identity, part_in(LIFE_CYCLE, Action.RECOMMEND)]
Approver = Annotated[Identity, part_in(LIFE_CYCLE, Action.APPROVE)]
Refuser = Annotated[Identity, part_in(LIFE_CYCLE, Action.REFUSE)]


class RepairBody(RequestBody):
    """Why an entry is to end, and the paper that shows it."""

    borrower_uscc: Uscc
    ground: Ground
    reason: LongText
    document: UUID


@router.post("/listed-firms/{entry_id}/repairs", status_code=201, response_model=RepairAnswer)
async def request_repair(
    entry_id: UUID, body: RepairBody, request: Request, caller: Requester, context: CurrentContext
) -> Response:
    """Ask that an entry be ended: the firm has made it good (`corrected`), or it was wrong
    (`objection`). A bank asks for firms of its own cases."""

    async def work(conn: asyncpg.Connection) -> Answer:
        repair_id = await handler.request(
            conn, entry_id, borrower_uscc=body.borrower_uscc, ground=body.ground,
            reason=body.reason, document_id=body.document, by=caller, now=context.clock.now(),
            working_days=context.working_days,
        )  # fmt: skip
        return Answer(201, await _repair(conn, repair_id, caller))

    return await idempotently(request, caller, context.database, work)


@router.get("/credit-repairs")
async def list_repairs(
    caller: Reader,
    context: CurrentContext,
    state: Annotated[State | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RepairSummary]:
    """Credit repairs, the newest first; a bank reads its own."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.repairs(
            conn, institution=caller.institution, states=None if state is None else [state],
            before=before, limit=limit + 1,
        )  # fmt: skip
    items = [repair_summary(row, caller) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/credit-repairs/{repair_id}")
async def read_repair(repair_id: UUID, caller: Reader, context: CurrentContext) -> RepairAnswer:
    """One credit repair with its history."""
    async with context.database.looking(caller.institution) as conn:
        return await _repair(conn, repair_id, caller)


@router.post("/credit-repairs/{repair_id}/recommend", response_model=RepairAnswer)
async def recommend_repair(
    repair_id: UUID, body: OpinionBody, request: Request, caller: Recommender,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """Give an opinion on a repair that another person has asked for; a third one decides."""
    step = partial(handler.recommend, working_days=context.working_days)
    return await _step(repair_id, body, request, caller, context, step)


@router.post("/credit-repairs/{repair_id}/approve", response_model=RepairAnswer)
async def approve_repair(
    repair_id: UUID, body: OpinionBody, request: Request, caller: Approver, context: CurrentContext
) -> Response:
    """Grant a repair: the entry ends today, and is held against the firm no more."""
    step = partial(handler.decide, action=Action.APPROVE)
    return await _step(repair_id, body, request, caller, context, step)


@router.post("/credit-repairs/{repair_id}/refuse", response_model=RepairAnswer)
async def refuse_repair(
    repair_id: UUID, body: OpinionBody, request: Request, caller: Refuser, context: CurrentContext
) -> Response:
    """Refuse a repair: the entry stands."""
    step = partial(handler.decide, action=Action.REFUSE)
    return await _step(repair_id, body, request, caller, context, step)


async def _step(
    repair_id: UUID,
    body: OpinionBody,
    request: Request,
    caller: Identity,
    context: CurrentContext,
    step: Callable[..., Awaitable[Any]],
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        await step(conn, repair_id, opinion=body.opinion, by=caller, now=context.clock.now())
        return Answer(200, await _repair(conn, repair_id, caller))

    return await idempotently(request, caller, context.database, work)


async def _repair(conn: asyncpg.Connection, repair_id: UUID, caller: Identity) -> RepairAnswer:
    found = await reads.repairs(conn, institution=caller.institution, repair_id=repair_id, limit=1)
    if not found:
        raise NotFound("没有这项信用修复", "There is no such credit repair.")
    history = await reads.history(conn, repair_id)
    return RepairAnswer(
        **repair_summary(found[0], caller).model_dump(),
        history=[RepairMove(**one) for one in history],
    )
