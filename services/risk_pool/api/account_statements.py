"""Statements of the dedicated account over HTTP: a file is sent, every row has its result."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response

from services.risk_pool.api.account_answers import (
    READERS,
    ImportAnswer,
    LineAnswer,
    RowAnswer,
    StatementAnswer,
    StatementInList,
)
from services.risk_pool.api.cases import step_context
from services.risk_pool.api.roles import require_pool
from services.risk_pool.bank_files.reading import read_statement
from services.risk_pool.domain.account_statement import StatementRead
from services.risk_pool.handlers.account_statements import (
    Imported,
    StatedBeside,
    import_statement,
)
from services.risk_pool.queries import account_lines as known
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import IsoDate
from shared.money import parse_fen
from shared.refusals import FieldFault, FieldsWrong, NotFound

router = APIRouter(tags=["account"])

Finance = Annotated[Identity, Depends(requires("finance_maker", "finance_checker"))]
Readers = Annotated[Identity, Depends(requires(*READERS))]

FORMS = (
    "application/xml",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {form: {"schema": {"type": "string", "format": "binary"}} for form in FORMS},
    }
}


@router.post(
    "/pools/{code}/account-statements",
    status_code=201,
    response_model=ImportAnswer,
    openapi_extra=_BODY,
)
async def import_account_statement(
    code: str,
    request: Request,
    caller: Finance,
    context: CurrentContext,
    file_name: Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    account: Annotated[
        str, Query(max_length=34, description="Its number, where the pool has several.")
    ] = "",
    opening: Annotated[
        str | None, Query(description="What it held before, where the file does not say.")
    ] = None,
    closing: Annotated[str | None, Query(description="And after.")] = None,
    covers_until: Annotated[
        IsoDate | None, Query(description="The last day that it tells of; its last entry's if not.")
    ] = None,
) -> Response:
    """Send a statement as the bank gave it: camt.053 (02, 06, 08, 12), CSV or XLSX, the body of the
    request itself (finance_maker, finance_checker).

    What is there already is recognised by reference, day, amount and balance and never taken twice.
    A file with a row that cannot be read, a balance that breaks or a gap before it is refused as a
    whole, and every such row is named.
    """
    stated = StatedBeside(
        account_number=account,
        opening_fen=_fen("opening", opening),
        closing_fen=_fen("closing", closing),
        covers_until=covers_until,
        file_name=file_name,
    )
    importing = step_context(request, caller, context)
    content = await request.body()
    # A large spreadsheet takes seconds; others are served meanwhile.
    read = await asyncio.to_thread(read_statement, content)

    async def work(conn: asyncpg.Connection) -> Answer:
        done = await import_statement(conn, code, content, read, stated, importing)
        where = f"/api/v1/account-statements/{done.statement_id or done.repeats or ''}"
        status = 201 if done.statement_id else 200
        headers = {"Location": where} if done.statement_id or done.repeats else {}
        return Answer(status, _imported(read, done), headers)

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


def _fen(name: str, text: str | None) -> int | None:
    if text is None or text == "":
        return None
    try:
        return parse_fen(text)
    except ValueError:
        raise FieldsWrong(
            [
                FieldFault(
                    (name,), "amount_malformed", "须为金额，如 1000000.00",
                    'an amount is a decimal string such as "1000000.00"', location="query",
                )
            ]
        ) from None  # fmt: skip


def _imported(read: StatementRead, done: Imported) -> ImportAnswer:
    known_lines = {one.line for one in done.part.known}
    rows = []
    for row in read.rows:
        if row.outcome != "read":
            rows.append(RowAnswer(line=row.line, outcome=row.outcome, zh=row.zh, en=row.en))
        elif row.line in known_lines:
            rows.append(
                RowAnswer(line=row.line, outcome="known", zh="此前已导入", en="imported before")
            )
        else:
            rows.append(RowAnswer(line=row.line, outcome="new", zh="已导入", en="imported"))
    return ImportAnswer(
        statement_id=done.statement_id,
        repeats=done.repeats,
        account_number=done.account_number,
        opening_fen=done.statement.opening_fen,
        closing_fen=done.statement.closing_fen,
        entries_new=len(done.part.new),
        entries_known=len(done.part.known),
        matched=done.matched,
        rows=rows,
    )


@router.get("/pools/{code}/account-statements")
async def list_account_statements(
    code: str,
    caller: Readers,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[StatementInList]:
    """Statements of the pool's accounts, the newest first."""
    before = decode_cursor(cursor, UUID)[0] if cursor is not None else None
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.statements(conn, code, before=before, limit=limit + 1)
    items = [StatementInList(**row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/account-statements/{statement_id}")
async def show_account_statement(
    statement_id: UUID, caller: Readers, context: CurrentContext
) -> StatementAnswer:
    """A statement with the lines that it brought, and what is open of each."""
    async with context.database.looking(caller.institution) as conn:
        row = await known.find_statement(conn, statement_id)
        if row is None:
            raise NotFound("没有该对账单", "There is no such statement.")
        lines = await known.lines_of(conn, statement_id)
    return StatementAnswer(**row, lines=[LineAnswer(**line) for line in lines])


@router.get("/pools/{code}/account-lines")
async def list_account_lines(
    code: str,
    caller: Readers,
    context: CurrentContext,
    from_day: IsoDate | None = None,
    to_day: IsoDate | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[LineAnswer]:
    """Lines of the pool's accounts, the latest first."""
    before: tuple[date, UUID] | None = None
    if cursor is not None:
        before = decode_cursor(cursor, date, UUID)
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await known.page(
            conn, code, from_day=from_day, to_day=to_day, before=before, limit=limit + 1
        )
    items = [LineAnswer(**row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.booked_on, item.id))
