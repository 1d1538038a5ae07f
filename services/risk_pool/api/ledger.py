"""The ledger over HTTP: money in and out by hand, balances of any day, transfers, the export."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.risk_pool.api.responses import Money
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.audit.export import exported
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.handlers import cash
from services.risk_pool.queries.facts import fact_behind
from services.risk_pool.tables.ledger import lock_pool, turnovers
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import Context, CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import IsoDate, IsoDateTime, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound

router = APIRouter(tags=["ledger"])

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
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


class Balance(Money):
    """An account. `balance` counts in the account's own direction."""

    account: str = Field(examples=["covered:ICBC-TJ"])
    counts: str = Field(description="debit: debits less credits; credit: the other way.")
    balance_fen: Fen
    debited_fen: Fen
    credited_fen: Fen


class Balances(Money):
    """A trial balance: `debited` and `credited` are equal, always."""

    pool_code: str
    as_of: date | None
    booked_by: datetime | None
    accounts: list[Balance]
    debited_fen: Fen
    credited_fen: Fen
    paid_in_fen: Fen
    available_fen: Fen


class TransferInList(Money):
    """A booked transfer."""

    seq: int
    reference: str
    kind: str
    debit: str
    credit: str
    amount_fen: Fen
    business_date: date
    booked_at: datetime
    loan_id: UUID | None
    explanation_id: UUID | None
    hash: str


class Why(BaseModel):
    """The stored explanation of a decision, and the people who took it."""

    id: UUID
    kind: str
    explanation: dict[str, Any]
    people: dict[str, Any]
    stored_at: datetime


class Mover(BaseModel):
    """Somebody who had a hand in it."""

    subject: str
    name: str
    role: str
    action: str
    at: datetime


class FactAnswer(BaseModel):
    """The business fact that a transfer books."""

    zh: str
    en: str
    figures: dict[str, str]
    people: list[Mover]


class TransferAnswer(TransferInList):
    """A transfer with why it was booked and how it hangs in the chain."""

    fact: FactAnswer

    previous_hash: str
    text: str = Field(description="What is hashed after the previous hash; see the manual.")
    loan_number: str | None
    explanation: Why | None


@router.post("/pools/{code}/contributions", status_code=201, response_model=Entered)
async def contribute(
    code: str, body: Contribution, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book what a party has paid in."""
    return await _enter(
        code,
        request,
        caller,
        context,
        kind="contribution",
        amount_fen=body.amount_fen,
        day=body.received_on,
        note=body.note,
        party_code=body.party_code,
    )


@router.post("/pools/{code}/interest", status_code=201, response_model=Entered)
async def credit_interest(
    code: str, body: Interest, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book interest of the dedicated account; it accrues to the pool."""
    return await _enter(
        code,
        request,
        caller,
        context,
        kind="interest",
        amount_fen=body.amount_fen,
        day=body.received_on,
        note=body.note,
    )


@router.post("/pools/{code}/fees", status_code=201, response_model=Entered)
async def pay_fee(
    code: str, body: Fee, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Book costs paid out of the dedicated account."""
    return await _enter(
        code,
        request,
        caller,
        context,
        kind="fee",
        amount_fen=body.amount_fen,
        day=body.paid_on,
        note=body.note,
    )


async def _enter(
    code: str,
    request: Request,
    caller: Identity,
    context: Context,
    *,
    kind: cash.Kind,
    amount_fen: int,
    day: date,
    note: str,
    party_code: str | None = None,
) -> Response:
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        pool = await lock_pool(conn, code)
        entry = await cash.enter(
            conn,
            pool,
            kind=kind,
            amount_fen=amount_fen,
            day=day,
            note=note,
            by=caller,
            today=business_date(now),
            now=now,
            party_code=party_code,
        )
        answer = Entered(
            number=entry.number,
            reference=entry.reference,
            seq=entry.seq,
            amount_fen=amount_fen,
            booked_on=day,
            available_fen=entry.available_fen,
            cash_fen=entry.cash_fen,
        )
        return Answer(201, answer, {"Location": f"/api/v1/pools/{code}/transfers/{entry.seq}"})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/pools/{code}/balances")
async def show_balances(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    as_of: Annotated[IsoDate | None, Query(description="Business dates up to this day.")] = None,
    booked_by: Annotated[
        IsoDateTime | None, Query(description="What was booked up to this moment.")
    ] = None,
) -> Balances:
    """Every account's balance: as of any business day, as it was known at any moment."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        totals = await turnovers(conn, code, as_of=as_of, booked_by=booked_by)
    held = {
        account: accounts.natural_balance(account, debited_fen=debited, credited_fen=credited)
        for account, (debited, credited) in totals.items()
    }
    return Balances(
        pool_code=code,
        as_of=as_of,
        booked_by=booked_by,
        accounts=[
            Balance(
                account=account,
                counts=(
                    "debit" if accounts.account_kind(account) in accounts.DEBIT_KINDS else "credit"
                ),
                balance_fen=held[account],
                debited_fen=debited,
                credited_fen=credited,
            )
            for account, (debited, credited) in totals.items()
        ],
        debited_fen=sum(debited for debited, _ in totals.values()),
        credited_fen=sum(credited for _, credited in totals.values()),
        paid_in_fen=accounts.paid_in_fen(held),
        available_fen=accounts.available_fen(held),
    )


@router.get("/pools/{code}/transfers")
async def list_transfers(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    account: Annotated[str | None, Query(description="Debited or credited.")] = None,
    reference: Annotated[str | None, Query(description="The beginning of the reference.")] = None,
    kind: str | None = None,
    loan_id: UUID | None = None,
    from_day: IsoDate | None = None,
    to_day: IsoDate | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[TransferInList]:
    """Transfers, newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await conn.fetch(
            """select seq, reference, kind, debit, credit, amount_fen, business_date, booked_at,
                      loan_id, explanation_id, encode(hash, 'hex') as hash
               from transfers
               where pool_code = $1 and ($2::bigint is null or seq < $2)
                 and ($3::text is null or debit = $3 or credit = $3)
                 and ($4::text is null or starts_with(reference, $4))
                 and ($5::text is null or kind = $5) and ($6::uuid is null or loan_id = $6)
                 and ($7::date is null or business_date >= $7)
                 and ($8::date is null or business_date <= $8)
               order by seq desc limit $9""",
            code,
            before,
            account,
            reference,
            kind,
            loan_id,
            from_day,
            to_day,
            limit + 1,
        )
    more = len(rows) > limit
    items = [TransferInList(**row) for row in rows[:limit]]
    return Page[TransferInList](
        items=items, next_cursor=encode_cursor(items[-1].seq) if more else None
    )


@router.get("/pools/{code}/transfers/{seq}")
async def show_transfer(
    code: str, seq: int, caller: Bureau, context: CurrentContext
) -> TransferAnswer:
    """One transfer: the business fact, the rule and figures behind it, the people, its hash."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        if not 0 < seq < 2**63:
            raise NotFound(f"没有第 {seq} 笔", f"There is no transfer {seq}.")
        row = await conn.fetchrow(
            """select t.seq, t.reference, t.kind, t.debit, t.credit, t.amount_fen,
                      t.business_date, t.booked_at, t.loan_id, t.explanation_id,
                      encode(t.hash, 'hex') as hash,
                      coalesce(encode(b.hash, 'hex'), repeat('00', 32)) as previous_hash,
                      c.number as loan_number
               from transfers t
               left join transfers b on b.pool_code = t.pool_code and b.seq = t.seq - 1
               left join coverages c on c.loan_id = t.loan_id
               where t.pool_code = $1 and t.seq = $2""",
            code,
            seq,
        )
        if row is None:
            raise NotFound(f"没有第 {seq} 笔", f"There is no transfer {seq}.")
        why = await _why(conn, code, row["explanation_id"]) if row["explanation_id"] else None
        fact = FactAnswer(**await fact_behind(conn, row, code))
    transfer = accounts.Transfer(
        **{name: row[name] for name in accounts.Transfer.__dataclass_fields__}
    )
    text = accounts.canonical_text(code, seq, transfer, row["booked_at"])
    return TransferAnswer(**row, text=text, explanation=why, fact=fact)


@router.get("/pools/{code}/explanations/{explanation_id}")
async def show_explanation(
    code: str,
    explanation_id: UUID,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Why:
    """Why a decision came out as it did. A bank sees those about its own loans."""
    async with context.database.looking(caller.institution) as conn:
        why = await _why(conn, code, explanation_id)
    if why is None:
        raise NotFound("没有该说明", "There is no such explanation.")
    return why


async def _why(conn: asyncpg.Connection, code: str, explanation_id: UUID) -> Why | None:
    row = await conn.fetchrow(
        """select id, kind, explanation, people, stored_at from explanations
           where pool_code = $1 and id = $2""",
        code,
        explanation_id,
    )
    return Why(**row) if row else None


@router.get(
    "/pools/{code}/ledger-export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def export_ledger(
    code: str,
    caller: Annotated[Identity, Depends(requires("auditor", "finance_checker", "admin"))],
    context: CurrentContext,
) -> StreamingResponse:
    """The whole ledger as NDJSON, for `zhidai audit --file` on a machine of the auditor's own."""
    now = context.clock.now()
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)

    async def lines() -> AsyncIterator[bytes]:
        async with context.database.looking(EVERYWHERE) as conn:
            async for line in exported(conn, code, now=now):
                yield line

    return StreamingResponse(
        lines(),
        media_type="application/x-ndjson",
        headers={
            "Content-Disposition": f'attachment; filename="{code}-ledger.ndjson"',
            "Cache-Control": "no-store",
        },
    )
