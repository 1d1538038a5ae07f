"""What a settled month leaves to read over HTTP: a line per loan, and a statement for each party."""

import asyncio
from typing import Annotated, Literal

import asyncpg
from fastapi import APIRouter, Path, Query, Response

from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.settlement_responses import LineAnswer
from services.risk_pool.api.signing import settings_of
from services.risk_pool.handlers.signed_statements import is_signed, signed_pdf
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries import statements
from services.risk_pool.reports.comma_separated import as_csv
from services.risk_pool.reports.pdf import as_pdf
from services.risk_pool.reports.plain import as_json
from services.risk_pool.reports.signing import signing_of
from services.risk_pool.reports.workbook import as_xlsx
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound

router = APIRouter()

PoolCode = Annotated[str, Path(max_length=40, examples=["dongli"])]
MonthText = Annotated[
    str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-03"], alias="month")
]


async def found_or_refused(conn: asyncpg.Connection, code: str, month: Month) -> asyncpg.Record:
    """The settlement of a month. Raises NotFound."""
    settlement = await known.find(conn, code, month)
    if settlement is None:
        raise NotFound("该月尚无结算", "There is no settlement of that month.")
    return settlement


@router.get("/{month}/lines")
async def list_lines(
    code: PoolCode,
    month: MonthText,
    caller: Anyone,
    context: CurrentContext,
    bank: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[LineAnswer]:
    """A line per loan that was covered in the month, by bank and number."""
    after = decode_cursor(cursor, str, str) if cursor is not None else ("", "")
    async with context.database.looking(caller.institution) as conn:
        settlement = await found_or_refused(conn, code, Month.parse(month))
        rows = await known.lines_page(
            conn, settlement["id"], bank=bank, after=(after[0], after[1]), limit=limit + 1
        )
    items = [LineAnswer(**row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.bank_code, item.number))


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@router.get(
    "/{month}/statements/{party_code}.{form}",
    response_class=Response,
    responses={
        200: {
            "content": {
                MEDIA_TYPES["pdf"]: {"schema": {"type": "string", "format": "binary"}},
                MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
                "text/csv": {"schema": {"type": "string"}},
                MEDIA_TYPES["json"]: {"schema": {"type": "object"}},
            }
        }
    },
)
async def show_statement(
    code: PoolCode,
    month: MonthText,
    party_code: Annotated[str, Path(max_length=40, examples=["ICBC-TJ"])],
    form: Literal["pdf", "xlsx", "csv", "json"],
    caller: Anyone,
    context: CurrentContext,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """A party's statement, as a PDF (of a posted month: signed), a workbook to calculate with, its
    entries as CSV (UTF-8 with a byte order mark), or JSON. The pool's own
    statement goes by the pool's code. A bank gets its own."""
    async with context.database.looking(caller.institution) as conn:
        settlement = await found_or_refused(conn, code, Month.parse(month))
        # Asked with the caller's own eyes: row-level security answers who may see it.
        if await known.statement_of(conn, settlement["id"], party_code) is None:
            raise NotFound("没有该对账单", "There is no such statement.")
    async with context.database.looking(EVERYWHERE) as conn:
        statement = await statements.statement(conn, settlement, party_code)
        assert statement is not None
        bank = None if party_code == code else party_code
        if form == "json":
            body = await as_json(conn, settlement, statement, bank)
        elif form == "csv":
            body = as_csv(statement, language=lang)
        elif form == "xlsx":
            body = await as_xlsx(conn, settlement, statement, bank, language=lang)
        elif not is_signed(settlement):
            body = await as_pdf(conn, settlement, statement, bank, language=lang)
    if form == "pdf" and is_signed(settlement):
        body = await signed_pdf(
            context.database,
            await asyncio.to_thread(signing_of, settings_of(context)),
            settlement,
            statement,
            bank,
            language=lang,
            now=context.clock.now(),
        )
    name = f"{code}-{month}-{party_code}.{form}"
    return Response(
        body,
        media_type=MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "ETag": etag(settlement["version"]),
        },
    )
