"""Money in suspense over HTTP: each step is proposed by one person and released by another."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.account_answers import READERS
from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.suspense import (
    KIND_WORDS,
    LIFE_CYCLE,
    WHY_WORDS,
    Action,
    Kind,
    State,
    Target,
    Why,
)
from services.risk_pool.handlers import suspense as handlers
from services.risk_pool.queries import account_matches as known
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["account"])

Proposes = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Readers = Annotated[Identity, Depends(requires(*READERS))]


class IntoSuspense(RequestBody):
    """Why a credit is nobody's yet."""

    model_config = ConfigDict(**MONEY_NAMES)

    why: Why
    amount_fen: RequestFen | None = Field(None, description="All that is open, if left out.")
    note: LongText


class PayBack(RequestBody):
    """Money in suspense goes back to who sent it."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen
    paid_on: IsoDate | None = Field(None, description="Today, if left out.")
    note: LongText


class MoveOut(RequestBody):
    """What money in suspense turned out to be."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen
    target: Target
    party_code: ShortText | None = Field(None, description="Of a contribution: whose.")
    note: LongText


class TakeBack(RequestBody):
    """What it is by now, and will be booked as."""

    note: LongText


class BookingAnswer(Money):
    """Money taken into suspense, or what became of it."""

    id: UUID
    number: str = Field(examples=["DL-Z-2026-0001"])
    pool_code: str
    kind: Kind
    kind_zh: str
    kind_en: str
    why: Why
    why_zh: str
    why_en: str
    root_id: UUID = Field(description="The money in suspense that it is about.")
    line_id: UUID | None
    amount_fen: Fen
    left_fen: Fen = Field(description="Of money in suspense: neither paid back nor moved.")
    value_date: date
    target: Target | None
    party_code: str | None
    note: str
    state: State
    state_zh: str
    state_en: str
    version: int
    proposed_by: str
    proposed_name: str
    proposed_at: datetime
    released_by: str | None
    released_name: str | None
    booked_on: date | None
    seq: int | None = Field(description="The transfer that it booked.")
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class BookingDetail(BookingAnswer):
    """A booking with every move that it has made."""

    history: list[MoveAnswer]


def booking_answer(row: Mapping[str, Any], caller: Identity) -> BookingAnswer:
    """A booking as the caller sees it."""
    return BookingAnswer(**_shown(row, caller))


def _shown(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    kind, why = KIND_WORDS[row["kind"]], WHY_WORDS[row["why"]]
    is_held = row["kind"] == Kind.RECEIVED and row["seq"] is not None
    return {
        **presented(LIFE_CYCLE, row, caller),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "kind_zh": kind.zh,
        "kind_en": kind.en,
        "why_zh": why.zh,
        "why_en": why.en,
        "left_fen": row["left_fen"] if is_held else 0,
    }


async def detail(conn: asyncpg.Connection, booking_id: UUID, caller: Identity) -> BookingDetail:
    """A booking with its history. Raises NotFound."""
    row = await known.find_booking(conn, booking_id)
    if row is None:
        raise NotFound("没有该暂收登记", "There is no such booking.")
    history = [MoveAnswer(**move) for move in await history_of(conn, booking_id)]
    return BookingDetail(**_shown(row, caller), history=history)


@router.post("/account-lines/{line_id}/suspend", status_code=201, response_model=BookingDetail)
async def suspend(
    line_id: UUID, body: IntoSuspense, request: Request, caller: Proposes, context: CurrentContext
) -> Response:
    """Book a credit, or what is open of it, as nobody's yet (finance_maker)."""
    proposing = step_context(request, caller, context)
    return await _proposed(
        request, caller, context,
        lambda conn: handlers.suspend(conn, line_id, proposing, **dict(body)),
    )  # fmt: skip


@router.post(
    "/account-bookings/{booking_id}/pay-back", status_code=201, response_model=BookingDetail
)
async def pay_back(
    booking_id: UUID, body: PayBack, request: Request, caller: Proposes, context: CurrentContext
) -> Response:
    """Pay money in suspense back (finance_maker). The line that shows it is matched with it."""
    proposing = step_context(request, caller, context)
    return await _proposed(
        request, caller, context,
        lambda conn: handlers.pay_back(conn, booking_id, proposing, **dict(body)),
    )  # fmt: skip


@router.post("/account-bookings/{booking_id}/move", status_code=201, response_model=BookingDetail)
async def move_out(
    booking_id: UUID, body: MoveOut, request: Request, caller: Proposes, context: CurrentContext
) -> Response:
    """Move money in suspense to what it turned out to be (finance_maker)."""
    proposing = step_context(request, caller, context)
    return await _proposed(
        request, caller, context,
        lambda conn: handlers.move(conn, booking_id, proposing, **dict(body)),
    )  # fmt: skip


@router.post(
    "/account-bookings/{booking_id}/take-back", status_code=201, response_model=BookingDetail
)
async def take_back(
    booking_id: UUID, body: TakeBack, request: Request, caller: Proposes, context: CurrentContext
) -> Response:
    """Take money in suspense back out of the books (finance_maker), for what it is will be booked
    in its own way; its line is open again."""
    proposing = step_context(request, caller, context)
    return await _proposed(
        request, caller, context,
        lambda conn: handlers.take_back(conn, booking_id, proposing, note=body.note),
    )  # fmt: skip


async def _proposed(
    request: Request,
    caller: Identity,
    context: Context,
    propose: Callable[[asyncpg.Connection], Awaitable[UUID]],
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        booking_id = await propose(conn)
        answer = await detail(conn, booking_id, caller)
        where = f"/api/v1/account-bookings/{booking_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/account-bookings")
async def list_bookings(
    code: str,
    caller: Readers,
    context: CurrentContext,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[BookingAnswer]:
    """Money in suspense and what became of it, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.bookings(conn, code, state=state, before=before, limit=limit + 1)
    items = [booking_answer(row, caller) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/account-bookings/{booking_id}")
async def show_booking(
    booking_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> BookingDetail:
    """A booking with every move that it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, booking_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


add_steps(
    router,
    "/account-bookings/{booking_id}",
    (
        CaseStep(
            action=Action.RELEASE,
            handler=handlers.release,
            body=None,
            name="release_account_booking",
            description="Another person (finance_checker) releases it: it is booked, and matched.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_account_booking",
            description="It is not booked.",
        ),
    ),
    show=detail,
    answer=BookingDetail,
)
