"""The ledger over HTTP: balances of any day, a transfer and why it was booked, the export."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask

from services.risk_pool.api.responses import Money
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.audit.bundle import write_bundle
from services.risk_pool.audit.export import exported
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.chain import canonical_text
from services.risk_pool.domain.statement import account_words, in_words
from services.risk_pool.handlers.explain import as_read
from services.risk_pool.queries import ledger as queries
from services.risk_pool.queries.facts import fact_behind
from services.risk_pool.queries.parties import party_names
from services.risk_pool.reports import trial_balance
from services.risk_pool.tables.ledger import turnovers
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.requests import IsoDate, IsoDateTime
from shared.money import Fen
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound

router = APIRouter(tags=["ledger"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]


class Balance(Money):
    """An account. `balance` counts in the account's own direction."""

    account: str = Field(examples=["covered:ICBC-TJ"])
    zh: str = Field(examples=["在保本金 中国工商银行天津分行"])
    en: str
    off_balance: bool = Field(description="Exposure and what is bound (表外); no money.")
    counts: str = Field(description="debit: debits less credits; credit: the other way.")
    balance_fen: Fen
    debited_fen: Fen
    credited_fen: Fen


class Totals(Money):
    """What several accounts come to; the two sides are equal, always."""

    debited_fen: Fen
    credited_fen: Fen


class Balances(Money):
    """A trial balance. Money and exposure are never added to one another: each has its own totals,
    whose two sides are equal, always."""

    pool_code: str
    as_of: date | None
    booked_by: datetime | None
    accounts: list[Balance]
    money: Totals = Field(description="What the accounts of money come to (表内).")
    exposure: Totals = Field(description="What those of exposure come to (表外).")
    paid_in_fen: Fen
    available_fen: Fen


class TransferInList(Money):
    """A booked transfer."""

    seq: int
    reference: str
    kind: str
    debit: str
    debit_zh: str = Field(examples=["应收 中国工商银行天津分行"])
    debit_en: str
    credit: str
    credit_zh: str
    credit_en: str
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
        names = await party_names(conn, code)
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
                zh=account_words(account, names).zh,
                en=account_words(account, names).en,
                off_balance=accounts.is_off_balance(account),
                counts=(
                    "debit" if accounts.account_kind(account) in accounts.DEBIT_KINDS else "credit"
                ),
                balance_fen=held[account],
                debited_fen=debited,
                credited_fen=credited,
            )
            for account, (debited, credited) in totals.items()
        ],
        money=_together(totals, off_balance=False),
        exposure=_together(totals, off_balance=True),
        paid_in_fen=accounts.paid_in_fen(held),
        available_fen=accounts.available_fen(held),
    )


@router.get(
    "/pools/{code}/balances.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def show_balances_as_workbook(
    code: str,
    caller: Bureau,
    context: CurrentContext,
    as_of: IsoDate | None = None,
    booked_by: IsoDateTime | None = None,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """The trial balance as a workbook: money and exposure on a sheet of their own, totals as
    formulas."""
    told = await show_balances(code, caller, context, as_of, booked_by)
    day = as_of or business_date(context.clock.now())
    lines = [
        trial_balance.Line(
            account=one.account,
            words=one.zh if lang == "zh" else one.en,
            off_balance=one.off_balance,
            debited_fen=one.debited_fen,
            credited_fen=one.credited_fen,
            balance_fen=one.balance_fen,
        )
        for one in told.accounts
    ]
    return Response(
        trial_balance.as_workbook(f"{code} {day}", lines, language=lang),
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{code}-balances-{day}.xlsx"'},
    )


def _together(totals: Mapping[str, tuple[int, int]], *, off_balance: bool) -> Totals:
    alike = [
        sides
        for account, sides in totals.items()
        if accounts.is_off_balance(account) == off_balance
    ]
    return Totals(
        debited_fen=sum(debited for debited, _ in alike),
        credited_fen=sum(credited for _, credited in alike),
    )


@router.get("/pools/{code}/transfers/{seq}")
async def show_transfer(
    code: str, seq: int, caller: Bureau, context: CurrentContext
) -> TransferAnswer:
    """One transfer: the business fact, the rule and figures behind it, the people, its hash."""
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        row = await queries.find_transfer(conn, code, seq)
        if row is None:
            raise NotFound(f"没有第 {seq} 笔", f"There is no transfer {seq}.")
        why = await queries.find_explanation(conn, code, row["explanation_id"])
        fact = FactAnswer(**await fact_behind(conn, row, code))
        names = await party_names(conn, code)
    transfer = accounts.Transfer(
        **{name: row[name] for name in accounts.Transfer.__dataclass_fields__}
    )
    text = canonical_text(code, seq, transfer, row["booked_at"])
    return TransferAnswer(
        **{**row, **in_words(row, names)},
        text=text,
        explanation=Why(**why) if why else None,
        fact=fact,
    )


@router.get("/pools/{code}/explanations/{explanation_id}")
async def show_explanation(
    code: str,
    explanation_id: UUID,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Why:
    """Why a decision came out as it did. A bank sees those about its own loans."""
    async with context.database.looking(caller.institution) as conn:
        why = await queries.find_explanation(conn, code, explanation_id)
        if why is None:
            raise NotFound("没有该说明", "There is no such explanation.")
        stored = await as_read(conn, caller, why["explanation"])
    return Why(**{**why, "explanation": stored})


@router.get(
    "/pools/{code}/ledger-export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def export_ledger(
    code: str,
    caller: Annotated[Identity, Depends(requires("auditor", "finance_checker"))],
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


@router.get(
    "/pools/{code}/audit-export",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def export_for_audit(
    code: str,
    caller: Annotated[Identity, Depends(requires("auditor", "finance_checker"))],
    context: CurrentContext,
) -> FileResponse:
    """The whole ledger as a zip to hand over, with a `verify.py` that needs nothing but Python."""
    now = context.clock.now()
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
    folder = tempfile.TemporaryDirectory(prefix="zhidai-export-")
    path = Path(folder.name) / f"{code}-audit.zip"
    async with context.database.looking(EVERYWHERE) as conn:
        await write_bundle(path, exported(conn, code, now=now), now=now)
    return FileResponse(
        path,
        media_type="application/zip",
        filename=path.name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(folder.cleanup),
    )
