"""Matching over HTTP: by the machine, by hand, returns, and what is undone."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from services.risk_pool.api.account_answers import READERS, MatchAnswer, MatchPartAnswer
from services.risk_pool.api.cases import step_context
from services.risk_pool.api.roles import require_pool
from services.risk_pool.handlers import account_confirming
from services.risk_pool.handlers import account_matching as handlers
from services.risk_pool.queries import account_matches as known
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import LongText, RequestBody
from shared.money import MONEY_NAMES, NIL, RequestSignedFen
from shared.refusals import NotFound

router = APIRouter(tags=["account"])

Maker = Annotated[Identity, Depends(requires("finance_maker"))]
Finance = Annotated[Identity, Depends(requires("finance_maker", "finance_checker"))]
Readers = Annotated[Identity, Depends(requires(*READERS))]


class MatchLine(RequestBody):
    """A line of the account, or the part of it that is meant."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    amount_fen: RequestSignedFen | None = Field(None, description="All that is open, if left out.")


class MatchMovement(RequestBody):
    """A booked movement by its number in the ledger, or the part of it that is meant."""

    model_config = ConfigDict(**MONEY_NAMES)

    seq: int = Field(ge=1)
    amount_fen: RequestSignedFen | None = Field(None, description="All that is open, if left out.")


class NewMatch(RequestBody):
    """What is the same money. Movements alone: a booking and its reversal. Lines alone: a payment
    and its return."""

    model_config = ConfigDict(
        **MONEY_NAMES,
        json_schema_extra={
            "examples": [
                {
                    "lines": [{"id": "0197a0c0-0000-7000-8000-000000000001"}],
                    "movements": [{"seq": 12}],
                    "difference": "0.01",
                    "note": "多付一分",
                }
            ]
        },
    )

    lines: list[MatchLine] = Field([], max_length=200)
    movements: list[MatchMovement] = Field([], max_length=200)
    difference_fen: RequestSignedFen = Field(
        0,
        json_schema_extra=NIL,
        description="Lines less movements, where that is not nought: it stays open.",
    )
    note: str = Field("", max_length=400)


class ReturnOf(RequestBody):
    """The payment that came back."""

    of_line: UUID
    reason: LongText


class Undo(RequestBody):
    """Why a match was wrong."""

    reason: LongText


@router.post("/pools/{code}/account-matches", status_code=201, response_model=MatchAnswer)
async def match_by_hand(
    code: str, body: NewMatch, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Say what is the same money (finance_maker). Both sides have the same sum, or the difference
    is named and stays open."""
    matching = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        match_id = await handlers.match(
            conn,
            code,
            matching,
            lines=[handlers.LineNamed(one.id, one.amount_fen) for one in body.lines],
            movements=[handlers.MovementNamed(one.seq, one.amount_fen) for one in body.movements],
            difference_fen=body.difference_fen,
            note=body.note,
        )
        return await _made(conn, match_id)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/pools/{code}/account-matching", response_model=dict[str, int])
async def match_now(
    code: str, request: Request, caller: Finance, context: CurrentContext
) -> Response:
    """Let the machine look again (finance_maker, finance_checker), after something was entered or
    booked."""
    matching = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        return Answer(200, {"matched": await account_confirming.match_now(conn, code, matching)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/account-lines/{line_id}/return", status_code=201, response_model=MatchAnswer)
async def mark_as_return(
    line_id: UUID, body: ReturnOf, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """A credit is a payment that came back (finance_maker): the two lines stand against each other,
    and the booking of the payment is open again, to be paid anew or reversed."""
    matching = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        match_id = await handlers.mark_as_return(conn, line_id, matching, **dict(body))
        return await _made(conn, match_id)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/account-matches/{match_id}/undo", response_model=MatchAnswer)
async def undo_match(
    match_id: UUID, body: Undo, request: Request, caller: Maker, context: CurrentContext
) -> Response:
    """Undo a match, the machine's or a person's (finance_maker); both stay to be seen."""
    matching = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.undo(conn, match_id, matching, reason=body.reason)
        return Answer(200, await _match(conn, match_id))

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _made(conn: asyncpg.Connection, match_id: UUID) -> Answer:
    where = {"Location": f"/api/v1/account-matches/{match_id}"}
    return Answer(201, await _match(conn, match_id), where)


async def _match(conn: asyncpg.Connection, match_id: UUID) -> MatchAnswer:
    row = await known.find(conn, match_id)
    if row is None:
        raise NotFound("没有该勾对", "There is no such match.")
    parts = (await known.parts_shown(conn, [match_id]))[match_id]
    return MatchAnswer(**row, parts=[MatchPartAnswer(**part) for part in parts])


@router.get("/account-matches/{match_id}")
async def show_match(match_id: UUID, caller: Readers, context: CurrentContext) -> MatchAnswer:
    """A match with what it takes of each."""
    async with context.database.looking(caller.institution) as conn:
        return await _match(conn, match_id)


@router.get("/pools/{code}/account-matches")
async def list_matches(
    code: str,
    caller: Readers,
    context: CurrentContext,
    line: UUID | None = None,
    seq: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[MatchAnswer]:
    """Matches of a pool, the newest first, also those that were undone."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(conn, code, line_id=line, seq=seq, before=before, limit=limit + 1)
        parts = await known.parts_shown(conn, [row["id"] for row in rows])
    items = [
        MatchAnswer(**row, parts=[MatchPartAnswer(**part) for part in parts[row["id"]]])
        for row in rows
    ]
    return page_of(items, limit, lambda item: encode_cursor(item.id))
