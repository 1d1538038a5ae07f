"""Payment files over HTTP: prepared by one person, released by another, downloaded, heard of."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.account_answers import READERS
from services.risk_pool.api.case_requests import AccountNumber, Reason, Refusal
from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import CaseStep, add_steps, presented, step_context
from services.risk_pool.api.payment_answers import (
    PaymentFileAnswer,
    PaymentFileDetail,
    PaymentOrderAnswer,
    StatusTaken,
)
from services.risk_pool.api.roles import require_pool
from services.risk_pool.bank_files.pain002 import read_status
from services.risk_pool.domain import payment_order
from services.risk_pool.domain.payment_file import (
    LIFE_CYCLE,
    MOST_ORDERS,
    TO_DOWNLOAD,
    Action,
    NotReleasedYet,
    State,
    Wanted,
)
from services.risk_pool.handlers import payment_preparing, payment_status
from services.risk_pool.handlers import payments as handlers
from services.risk_pool.queries import payments as known
from shared.amount_in_words import amount_in_words
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.requests import IsoDate, RequestBody
from shared.refusals import NotFound
from shared.transitions import history_of

router = APIRouter(tags=["payments"])

Maker = Annotated[Identity, part_in(LIFE_CYCLE, Action.PREPARE)]
Finance = Annotated[Identity, Depends(requires("finance_maker", "finance_checker"))]
Readers = Annotated[Identity, Depends(requires(*READERS))]


class NewOrder(RequestBody):
    """An open item to be paid, as far as it is open and nobody has entered it."""

    item: str = Field(min_length=1, max_length=200, examples=["claim:DL-C-2026-0001"])
    confirm_double_of: UUID | None = Field(
        None, description="The cash entry that it resembles, once you know it is another payment."
    )


class NewPaymentFile(RequestBody):
    """What the bank is to pay, and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "execution_on": "2026-04-10",
                    "orders": [{"item": "settlement:dongli:2026-03:ICBC"}],
                }
            ]
        }
    )

    execution_on: IsoDate = Field(description="When the bank is to pay; today or later.")
    orders: list[NewOrder] = Field(min_length=1, max_length=MOST_ORDERS)
    account: AccountNumber = Field("", description="Paid from, where the pool has several.")


@router.post("/pools/{code}/payment-files", status_code=201, response_model=PaymentFileDetail)
async def prepare_payment_file(
    code: str, body: NewPaymentFile, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Prepare orders over open items (finance_maker): each enters its cash entry. An item in another
    live file, and one whose payee has no account, is refused; all of them are named."""
    preparing = step_context(request, caller, context)
    wanted = [Wanted(**dict(one)) for one in body.orders]

    async def work(conn: asyncpg.Connection) -> Answer:
        file_id = await payment_preparing.prepare(
            conn,
            code,
            preparing,
            wanted=wanted,
            execution_on=body.execution_on,
            account=body.account.replace(" ", ""),
        )
        answer = await detail(conn, file_id, caller)
        where = f"/api/v1/payment-files/{file_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/payment-files")
async def list_payment_files(
    code: str,
    caller: Readers,
    context: CurrentContext,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[PaymentFileAnswer]:
    """Payment files of a pool, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(conn, code, state=state, before=before, limit=limit + 1)
    items = [PaymentFileAnswer(**shown(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/payment-files/{file_id}")
async def show_payment_file(
    file_id: UUID, response: Response, caller: Readers, context: CurrentContext
) -> PaymentFileDetail:
    """A file with its orders, its sum and every amount read back, and every move it has made."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, file_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get(
    "/payment-files/{file_id}/pain.001",
    response_class=Response,
    responses={
        200: {"content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def download_payment_file(
    file_id: UUID, caller: Finance, context: CurrentContext
) -> Response:
    """The bytes for the bank (pain.001.001.09), once another person has released them; the same
    every time."""
    async with context.database.looking(caller.institution) as conn:
        file = await _found(conn, file_id)
        if file["state"] not in TO_DOWNLOAD:
            raise NotReleasedYet(
                "付款文件未放行，不能下载。", "The file is not released and cannot be downloaded."
            )
        content = await known.content(conn, file_id)
    name = f"{file['number']}.pain.001.xml"
    return Response(
        content,
        media_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.post(
    "/pools/{code}/payment-status",
    response_model=StatusTaken,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_payment_status(
    code: str, request: Request, caller: Finance, context: CurrentContext
) -> Response:
    """Send the bank's report as it came (pain.002), the body of the request itself. It is taken as a
    whole or refused with every row that is wrong. A rejected order frees its item."""
    taking = step_context(request, caller, context)
    content = await request.body()
    report = read_status(content)

    async def work(conn: asyncpg.Connection) -> Answer:
        file, rows = await payment_status.take(conn, code, content, report, taking)
        taken = {"file_id": file["id"], "number": file["number"], "message": report.message}
        return Answer(200, StatusTaken.model_validate(taken | {"rows": rows}), {})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _found(conn: asyncpg.Connection, file_id: UUID) -> asyncpg.Record:
    row = await known.find(conn, file_id)
    if row is None:
        raise NotFound("没有该付款文件", "There is no such payment file.")
    return row


async def detail(conn: asyncpg.Connection, file_id: UUID, caller: Identity) -> PaymentFileDetail:
    """A file as the caller may see it. Raises NotFound."""
    row = await _found(conn, file_id)
    orders = await known.orders_of(conn, file_id)
    return PaymentFileDetail(
        **shown(row, caller),
        payment_orders=[PaymentOrderAnswer(**_order(one)) for one in orders],
        history=[MoveAnswer(**move) for move in await history_of(conn, file_id)],
    )


def shown(row: asyncpg.Record, caller: Identity) -> dict[str, Any]:
    """A file as it is answered: its state in words, what may be done, its sum read back."""
    return presented(LIFE_CYCLE, row, caller) | {
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "total_in_words": amount_in_words(row["total_fen"]),
    }


def _order(row: asyncpg.Record) -> dict[str, Any]:
    words = payment_order.LIFE_CYCLE.states[row["state"]]
    rejected = row["state"] == payment_order.State.REJECTED
    is_booked = row["entry_released_on"] is not None
    advice = payment_order.what_to_do(row["reason_code"], is_booked=is_booked) if rejected else None
    wait = payment_order.waits_for(row["state"], is_booked=is_booked)
    return {
        **row,
        "since": row["state_since"],
        "waits_zh": wait.zh if wait else None,
        "waits_en": wait.en if wait else None,
        "state_zh": words.zh,
        "state_en": words.en,
        "amount_in_words": amount_in_words(row["amount_fen"]),
        "what_to_do_zh": advice.zh if advice else "",
        "what_to_do_en": advice.en if advice else "",
    }


add_steps(
    router,
    "/payment-files/{file_id}",
    (
        CaseStep(
            action=Action.RELEASE,
            handler=handlers.release,
            body=None,
            name="release_payment_file",
            description="Another person than who prepared it (finance_checker) releases it.",
        ),
        CaseStep(
            action=Action.REFUSE,
            handler=handlers.refuse,
            body=Refusal,
            name="refuse_payment_file",
            description="It does not leave (finance_checker); its items are free again.",
        ),
        CaseStep(
            action=Action.WITHDRAW,
            handler=handlers.withdraw,
            body=Reason,
            name="withdraw_payment_file",
            description="Who prepared it takes it back before its release; its items are free.",
        ),
    ),
    show=detail,
    answer=PaymentFileDetail,
)
