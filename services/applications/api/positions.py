"""The positions of loans: reported month by month, and read again."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.common import Anyone, BankOperator, Cursor, Limit
from services.applications.api.position_requests import PositionItem, PositionsBody
from services.applications.api.requests import Month
from services.applications.api.responses import PositionAnswer, PositionsAnswer, RowVerdict
from services.applications.domain.positions import Remark, ReportedRow
from services.applications.handlers import reporting
from services.applications.queries import loans
from shared.http.context import CurrentContext
from shared.http.field_errors import faults_in, json_pointer
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor

router = APIRouter(tags=["loans"])

_ITEMS: Final = TypeAdapter(list[PositionItem])
_ITEM: Final = TypeAdapter(PositionItem)


@router.post("/positions", response_model=PositionsAnswer)
async def report_positions(
    body: PositionsBody, request: Request, caller: BankOperator, context: CurrentContext
) -> Response:
    """Report where up to 1,000 loans stood at a month's end. Every row gets its own verdict; rows
    that are wrong do not stop the others. A second report of a month is kept as a new version."""
    items = read_items(body.items)

    async def work(conn: asyncpg.Connection) -> Answer:
        verdicts = await reporting.report(
            body.month,
            items,
            caller=caller,
            conn=conn,
            working_days=context.working_days,
            now=context.clock.now(),
        )
        answer = PositionsAnswer(
            month=body.month,
            accepted=sum(verdict.accepted for verdict in verdicts),
            refused=sum(not verdict.accepted for verdict in verdicts),
            verdicts=[RowVerdict.model_validate(verdict) for verdict in verdicts],
        )
        return Answer(200, answer)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


def read_items(given: Sequence[Any]) -> list[ReportedRow | tuple[Remark, ...]]:
    """Every row as a position, or as what is wrong with it."""
    try:
        return [item.as_row() for item in _ITEMS.validate_python(given)]
    except ValidationError:
        return [_read_item(one) for one in given]


def _read_item(given: Any) -> ReportedRow | tuple[Remark, ...]:
    try:
        return _ITEM.validate_python(given).as_row()
    except ValidationError as error:
        return tuple(
            Remark(wrong.code, wrong.zh, wrong.en, json_pointer(wrong.place).removeprefix("#"))
            for wrong in faults_in(error, given)
        )


@router.get("/loans/{loan_id}/positions")
async def list_positions(
    loan_id: UUID,
    caller: Anyone,
    context: CurrentContext,
    month: Annotated[Month | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PositionAnswer]:
    """What was reported of a loan and when: every month, every version."""
    after = decode_cursor(cursor, str, int) if cursor else None
    async with context.database.reading(caller.institution) as session:
        await loans.loan(session, loan_id)
        rows = await loans.positions(
            session,
            loan_id,
            month=month,
            after=after,
            limit=limit + 1,
        )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[presenters.position(row) for row in rows[:limit]],
        next_cursor=encode_cursor(last.month, last.version) if last else None,
    )
