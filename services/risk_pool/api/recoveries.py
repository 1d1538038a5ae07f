"""Recoveries over HTTP: a bank reports what came in, finance confirms it."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as Request
from pydantic import ConfigDict, Field
from sqlmodel import col, select

from services.risk_pool.api.case_responses import (
    MoveAnswer,
    RecoveryAnswer,
    RecoveryDetail,
    version_check,
)
from services.risk_pool.api.claims import Refusal
from services.risk_pool.cases import told
from services.risk_pool.domain.recovery import LIFE_CYCLE, ROUTES, Reported, State
from services.risk_pool.handlers import recoveries as handlers
from services.risk_pool.tables import claims
from services.risk_pool.tables.rows.claims import Recovery
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import IsoDate, RequestBody
from shared.money import MONEY_NAMES, NIL, RequestFen, RequestFenOrZero
from shared.refusals import NotFound

router = APIRouter(tags=["recoveries"])

Route = Literal[ROUTES]  # type: ignore[valid-type] # the words of the domain


class NewRecovery(RequestBody):
    """Money that came in on a compensated loan, before costs."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "received_on": "2026-08-18",
                    "route": "auction",
                    "from_pledged_ip": True,
                    "gross": "1250000.00",
                    "costs": "48637.40",
                }
            ]
        },
    )

    received_on: IsoDate
    route: Route = Field(examples=["auction"])
    from_pledged_ip: bool = Field(
        description="Proceeds of the pledged IP count in full, others by the IP share (H.21)."
    )
    gross_fen: RequestFen = Field(examples=["1250000.00"])
    costs_fen: RequestFenOrZero = Field(0, examples=["48637.40"], json_schema_extra=NIL)


@router.post("/claims/{claim_id}/recoveries", status_code=201, response_model=RecoveryDetail)
async def report_recovery(
    claim_id: UUID,
    body: NewRecovery,
    request: Request,
    caller: Annotated[Identity, Depends(requires("bank_operator"))],
    context: CurrentContext,
) -> Response:
    """Report what has come in on an approved claim; finance confirms it."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        recovery_id = await handlers.report(
            conn,
            claim_id,
            reported=Reported(
                received_on=body.received_on, gross_fen=body.gross_fen, costs_fen=body.costs_fen
            ),
            route=body.route,
            from_pledged_ip=body.from_pledged_ip,
            caller=caller,
            now=now,
            working_days=context.working_days,
        )
        answer = await detail(conn, recovery_id, caller)
        where = f"/api/v1/recoveries/{recovery_id}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/recoveries/{recovery_id}/confirm", response_model=RecoveryDetail)
async def confirm_recovery(
    recovery_id: UUID,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """Finance confirms (finance_checker): costs first, then back by what each party bore."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.confirm(
            conn, recovery_id, caller=caller, now=now, check_version=version_check(request)
        )
        answer = await detail(conn, recovery_id, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/recoveries/{recovery_id}/refuse", response_model=RecoveryDetail)
async def refuse_recovery(
    recovery_id: UUID,
    body: Refusal,
    request: Request,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> Response:
    """Finance sends a report back (finance_checker); the bank reports anew."""
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.refuse(
            conn,
            recovery_id,
            reason=body.reason,
            caller=caller,
            now=now,
            check_version=version_check(request),
        )
        answer = await detail(conn, recovery_id, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.get("/recoveries")
async def list_recoveries(
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
    pool: Annotated[str | None, Query(max_length=40)] = None,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    state: State | None = None,
    claim_id: UUID | None = None,
    received_from: date | None = None,
    received_to: date | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[RecoveryAnswer]:
    """Recoveries, the newest first. A bank sees its own."""
    query = select(Recovery).order_by(col(Recovery.id).desc()).limit(limit + 1)
    for column, value in (
        (Recovery.pool_code, pool),
        (Recovery.bank_code, bank),
        (Recovery.state, state),
        (Recovery.claim_id, claim_id),
    ):
        if value is not None:
            query = query.where(col(column) == value)
    if received_from is not None:
        query = query.where(col(Recovery.received_on) >= received_from)
    if received_to is not None:
        query = query.where(col(Recovery.received_on) <= received_to)
    if cursor is not None:
        (before,) = decode_cursor(cursor, UUID)
        query = query.where(col(Recovery.id) < before)
    async with context.database.reading(caller.institution) as session:
        rows = (await session.exec(query)).all()
    return Page(
        items=[
            RecoveryAnswer(**told(LIFE_CYCLE, row.model_dump(), caller)) for row in rows[:limit]
        ],
        next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@router.get("/recoveries/{recovery_id}")
async def show_recovery(
    recovery_id: UUID,
    response: Response,
    caller: Annotated[Identity, Depends(requires())],
    context: CurrentContext,
) -> RecoveryDetail:
    """A recovery with its shares, the explanation, people and history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await detail(conn, recovery_id, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


async def detail(conn: asyncpg.Connection, recovery_id: UUID, caller: Identity) -> RecoveryDetail:
    """A recovery as the caller may see it. Raises NotFound."""
    row = await conn.fetchrow("select * from recoveries where id = $1", recovery_id)
    if row is None:
        raise NotFound("没有该追偿回款", "There is no such recovery.")
    why = await conn.fetchrow(
        "select explanation, people from explanations where id = $1", row["explanation_id"]
    )
    return RecoveryDetail(
        **told(LIFE_CYCLE, dict(row), caller),
        explanation=why["explanation"] if why else None,
        people=why["people"] if why else None,
        history=[MoveAnswer(**move) for move in await claims.history(conn, recovery_id)],
    )
