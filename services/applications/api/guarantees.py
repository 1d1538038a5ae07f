"""Guarantees and re-guarantees for the loan of a case: recorded, changed, ended, listed."""

from datetime import date
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.enhancement_answers import GuaranteeAnswer, guarantee
from services.applications.api.enhancement_pages import (
    DaysAhead,
    Ender,
    Endorser,
    Keeper,
    OverToo,
    enhancements_page,
    found_or_refused,
)
from services.applications.api.enhancement_requests import EndBody, GuaranteeBody, GuaranteeChange
from services.applications.api.rights import Code, Reader
from services.applications.domain.enhancement import GuaranteeKind
from services.applications.handlers import enhancements as handler
from services.applications.queries import enhancements as known
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page

router = APIRouter(tags=["guarantees"])


@router.post("/applications/{case_id}/guarantees", status_code=201, response_model=GuaranteeAnswer)
async def record_guarantee(
    case_id: UUID, body: GuaranteeBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Record a guarantee for the loan of a case, or a re-guarantee behind one."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        kept = await handler.record(conn, body.as_recorded(case_id), by=caller, now=now)
        return Answer(201, await _guarantee(conn, kept, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.get("/guarantees")
async def list_guarantees(
    caller: Reader,
    context: CurrentContext,
    guarantor: Code = None,
    kind: GuaranteeKind | None = None,
    within_days: DaysAhead = None,
    over_too: OverToo = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[GuaranteeAnswer]:
    """Guarantees that you may see, the first to end first."""
    today = business_date(context.clock.now())
    wanted = known.Wanted(
        form="guarantee", issuer_uscc=guarantor, kind=kind,
        not_over_on=None if over_too else today, within_days=within_days,
    )  # fmt: skip
    return await enhancements_page(
        context, caller, wanted, cursor=cursor, limit=limit,
        answer=lambda one: guarantee(one, caller, today=today),
    )  # fmt: skip


@router.get("/guarantees/{guarantee_id}")
async def read_guarantee(
    guarantee_id: UUID, caller: Reader, context: CurrentContext
) -> GuaranteeAnswer:
    """One guarantee with every version."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        return await _guarantee(conn, guarantee_id, caller, today)


@router.post("/guarantees/{guarantee_id}/change", response_model=GuaranteeAnswer)
async def change_guarantee(
    guarantee_id: UUID, body: GuaranteeChange, request: Request, caller: Endorser,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """What was agreed anew: a new version from a day on, the whole of its terms."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.endorse(
            conn, "guarantee", guarantee_id, body.as_promise(body.effective_on),
            paper=body.paper(), reason=body.reason, by=caller, now=now,
        )  # fmt: skip
        return Answer(200, await _guarantee(conn, guarantee_id, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


@router.post("/guarantees/{guarantee_id}/end", response_model=GuaranteeAnswer)
async def end_guarantee(
    guarantee_id: UUID, body: EndBody, request: Request, caller: Ender, context: CurrentContext
) -> Response:
    """The guarantee is released before its last day."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handler.end(
            conn, "guarantee", guarantee_id, ended_on=body.ended_on, reason=body.reason,
            by=caller, now=now,
        )  # fmt: skip
        return Answer(200, await _guarantee(conn, guarantee_id, caller, business_date(now)))

    return await idempotently(request, caller, context.database, work)


async def _guarantee(
    conn: asyncpg.Connection, guarantee_id: UUID, caller: Identity, today: date
) -> GuaranteeAnswer:
    shown = await found_or_refused(conn, guarantee_id, form="guarantee", caller=caller)
    return guarantee(shown, caller, today=today)
