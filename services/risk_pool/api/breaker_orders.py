"""Suspending and resuming by hand over HTTP: one person proposes, another decides."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import (
    Anyone,
    CaseStep,
    add_steps,
    presented,
    step_context,
)
from services.risk_pool.api.coverages import Waiting
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.breaker_order import LIFE_CYCLE, SEEN_BY_BANKS, Action, Order
from services.risk_pool.handlers import breaker_orders as handlers
from services.risk_pool.queries import breaker_orders as known
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import LongText, RequestBody
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["banks"])

Manager = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]


class NewOrder(RequestBody):
    """Suspend or resume a bank by hand, or the pool for everybody."""

    bank_code: str = Field(
        "", max_length=40, examples=["ICBC-TJ"], description="Left out: the whole pool."
    )
    order: Order
    reason: LongText = Field(examples=["银行风控系统停用，暂缓入库。"])


class OrderAnswer(BaseModel):
    """An order, with who proposed it and who decided."""

    id: UUID
    pool_code: str
    bank_code: str = Field(description="Empty: the whole pool.")
    order: Order
    reason: str
    state: str
    state_zh: str
    state_en: str
    version: int
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime
    decided_by: str | None
    decided_by_name: str | None
    decided_at: datetime | None
    refusal: str
    pending_actions: list[str]
    waiting_for: Waiting | None


class OrderDetail(OrderAnswer):
    """An order with its history."""

    history: list[MoveAnswer]


@router.post("/pools/{code}/breaker-orders", status_code=201, response_model=OrderDetail)
async def propose_order(
    code: str, body: NewOrder, request: Request, caller: Manager, context: CurrentContext
) -> Response:
    """Propose to suspend or resume by hand; another person decides."""
    proposing = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        order_id = await handlers.propose(conn, code, **dict(body), context=proposing)
        answer = await detail(conn, order_id, caller)
        where = f"/api/v1/breaker-orders/{order_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/breaker-orders")
async def list_orders(
    code: str,
    caller: Anyone,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[OrderAnswer]:
    """A pool's orders by hand, the newest first; a bank sees those about itself
    that were carried out."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.of_pool(
            conn, code, states=_states_of(caller), before=before, limit=limit + 1
        )
    items = [OrderAnswer(**_shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/breaker-orders/{order_id}")
async def show_order(
    order_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> OrderDetail:
    """One order, with its history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, order_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, order_id: UUID, caller: Identity) -> OrderDetail:
    """An order as the caller may see it. Raises NotFound."""
    row = await known.find(conn, order_id, states=_states_of(caller))
    if row is None:
        raise NotFound("没有该指令", "There is no such order.")
    history = [MoveAnswer(**move) for move in await history_of(conn, order_id)]
    return OrderDetail(**_shown(row, caller), history=history)


def _states_of(caller: Identity) -> list[str] | None:
    """What a bank learns of orders about itself is what was done, as by `bank.suspended.v1`; what is
    proposed or refused stays in the house."""
    return None if caller.bank is None else sorted(SEEN_BY_BANKS)


def _shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    return {
        **presented(LIFE_CYCLE, row, caller),
        "order": row["order_kind"],
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
    }


add_steps(
    router,
    "/breaker-orders/{order_id}",
    (
        CaseStep(
            action=Action.CONFIRM,
            handler=handlers.confirm,
            body=None,
            name="confirm_breaker_order",
            description="Another person agrees (approver, finance_checker); it is carried out at once.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_breaker_order",
            description="It is not carried out (approver, finance_checker).",
        ),
    ),
    show=detail,
    answer=OrderDetail,
)
