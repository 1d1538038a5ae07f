"""Money in and out by hand over HTTP: contributions, interest of the account, fees."""

from datetime import date
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Response
from fastapi import Request as Request
from pydantic import ConfigDict, Field

from services.risk_pool.api.responses import Money
from services.risk_pool.domain.cash_entries import CashEntry
from services.risk_pool.handlers import cash
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.requests import IsoDate, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen

router = APIRouter(tags=["ledger"])

Maker = Annotated[Identity, Depends(requires("finance_maker"))]


class Contribution(RequestBody):
    """Money that a party has paid into the pool."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "party_code": "DL-FIN",
                    "amount": "30000000.00",
                    "received_on": "2026-01-05",
                    "note": "首期出资",
                }
            ]
        },
    )

    party_code: ShortText
    amount_fen: RequestFen
    received_on: IsoDate
    note: str = Field("", max_length=400)


class Interest(RequestBody):
    """Interest that the account's bank has credited; it stays in the pool."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen
    received_on: IsoDate
    note: str = Field("", max_length=400)


class Fee(RequestBody):
    """Costs of the account, of audit or of law, paid out of the pool."""

    model_config = ConfigDict(**MONEY_NAMES)

    amount_fen: RequestFen
    paid_on: IsoDate
    note: str = Field("", max_length=400)


class Entered(Money):
    """What was booked, and what the pool has now."""

    number: str = Field(examples=["DL-K-2026-0001"])
    reference: str
    seq: int
    amount_fen: Fen
    booked_on: date
    available_fen: Fen
    cash_fen: Fen


@router.post("/pools/{code}/contributions", status_code=201, response_model=Entered)
async def contribute(
    code: str, body: Contribution, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book what a party has paid in."""
    entry = CashEntry(
        kind="contribution",
        amount_fen=body.amount_fen,
        day=body.received_on,
        note=body.note,
        party_code=body.party_code,
    )
    return await _enter(code, request, caller, context, entry)


@router.post("/pools/{code}/interest", status_code=201, response_model=Entered)
async def credit_interest(
    code: str, body: Interest, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book interest of the dedicated account; it accrues to the pool."""
    entry = CashEntry(
        kind="interest",
        amount_fen=body.amount_fen,
        day=body.received_on,
        note=body.note,
    )
    return await _enter(code, request, caller, context, entry)


@router.post("/pools/{code}/fees", status_code=201, response_model=Entered)
async def pay_fee(
    code: str, body: Fee, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book costs paid out of the dedicated account."""
    entry = CashEntry(
        kind="fee",
        amount_fen=body.amount_fen,
        day=body.paid_on,
        note=body.note,
    )
    return await _enter(code, request, caller, context, entry)


async def _enter(
    code: str, request: Request, caller: Identity, context: Context, entry: CashEntry
) -> Response:
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        booked = await cash.enter(conn, code, entry, by=caller, now=now)
        answer = Entered(
            number=booked.number,
            reference=booked.reference,
            seq=booked.seq,
            amount_fen=entry.amount_fen,
            booked_on=entry.day,
            available_fen=booked.available_fen,
            cash_fen=booked.cash_fen,
        )
        return Answer(201, answer, {"Location": f"/api/v1/pools/{code}/transfers/{booked.seq}"})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)
