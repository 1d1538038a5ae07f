"""What a settled month leaves to read over HTTP: a line per loan, and a statement for each party."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal

import asyncpg
from fastapi import APIRouter, Path, Query, Response

from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.documents import sent, unnamed, write_all
from services.risk_pool.api.settlement_responses import EntryAnswer, LineAnswer
from services.risk_pool.api.signing import settings_of
from services.risk_pool.handlers.signed_statements import is_signed, signed_pdf
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries import statement_entries, statements
from services.risk_pool.reports.comma_separated import entries_as_csv, lines_as_csv
from services.risk_pool.reports.pdf import as_pdf, entries_name, lines_name
from services.risk_pool.reports.plain import as_json
from services.risk_pool.reports.signing import signing_of
from services.risk_pool.reports.workbook import write_xlsx
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.months import MONTH_PATTERN, Month
from shared.postgres.database import EVERYWHERE
from shared.refusals import NotFound

router = APIRouter()

PoolCode = Annotated[str, Path(max_length=40, examples=["dongli"])]
MonthText = Annotated[str, Path(pattern=MONTH_PATTERN, examples=["2026-03"], alias="month")]
PartyCode = Annotated[str, Path(max_length=40, examples=["ICBC-TJ"])]


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
            conn, settlement["id"], own=caller.bank, bank=bank, after=(after[0], after[1]), limit=limit + 1,
        )  # fmt: skip
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
    party_code: PartyCode,
    form: Literal["pdf", "xlsx", "csv", "json"],
    caller: Anyone,
    context: CurrentContext,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """A party's statement, as a PDF (of a posted month: signed), a workbook to calculate with, its
    entries as CSV (UTF-8 with a byte order mark), or JSON. The pool's own statement goes by the
    pool's code. A bank gets its own. A PDF with more than 400 entries or loans names the file that has
    them, its rows and its SHA-256; JSON has the first 1,000 of each and says where all of them are."""
    settlement = await _seen(context, caller, code, month, party_code)
    bank = None if party_code == code else party_code
    file = unnamed()
    async with context.database.looking(EVERYWHERE) as conn:
        statement = await _statement(conn, settlement, party_code)
        if form == "json":
            file.write(await as_json(conn, settlement, statement, bank))
        elif form == "csv":
            entries = statement_entries.in_parts(conn, settlement, statement)
            await write_all(file, entries_as_csv(entries, language=lang))
        elif form == "xlsx":
            await write_xlsx(file, conn, settlement, statement, bank, language=lang)
        elif not is_signed(settlement):
            file.write(await as_pdf(conn, settlement, statement, bank, language=lang))
    if form == "pdf" and is_signed(settlement):
        signing = await asyncio.to_thread(signing_of, settings_of(context))
        file.write(
            await signed_pdf(
                context.database,
                signing,
                settlement,
                statement,
                bank,
                language=lang,
                now=context.clock.now(),
            )
        )
    return sent(
        file,
        name=entries_name(settlement, party_code, form),
        media_type=MEDIA_TYPES[form],
        headers={"ETag": etag(settlement["version"])},
    )


@router.get(
    "/{month}/statements/{party_code}/lines.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def show_statement_lines(
    code: PoolCode,
    month: MonthText,
    party_code: PartyCode,
    caller: Anyone,
    context: CurrentContext,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """Every loan of a party's statement as CSV (UTF-8 with a byte order mark): the annex that a
    statement of many loans names by its SHA-256. Of a posted month the bytes never change."""
    settlement = await _seen(context, caller, code, month, party_code)
    bank = None if party_code == code else party_code
    file = unnamed()
    async with context.database.looking(EVERYWHERE) as conn:
        lines = known.lines_in_parts(conn, settlement["id"], bank)
        await write_all(file, lines_as_csv(lines, language=lang))
    return sent(
        file,
        name=lines_name(settlement, party_code),
        media_type=MEDIA_TYPES["csv"],
        headers={"ETag": etag(settlement["version"])},
    )


@router.get("/{month}/statements/{party_code}/entries")
async def list_statement_entries(
    code: PoolCode,
    month: MonthText,
    party_code: PartyCode,
    caller: Anyone,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[EntryAnswer]:
    """The month's entries on the accounts of a party's statement, by day and number."""
    after = decode_cursor(cursor, date, int) if cursor is not None else None
    settlement = await _seen(context, caller, code, month, party_code)
    async with context.database.looking(EVERYWHERE) as conn:
        statement = await _statement(conn, settlement, party_code)
        rows = await statement_entries.page(
            conn,
            settlement,
            statement,
            after=(after[0], after[1]) if after else None,
            limit=limit + 1,
        )
    items = [EntryAnswer(**row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.date, item.seq))


async def _seen(
    context: Context, caller: Identity, code: str, month: str, party_code: str
) -> asyncpg.Record:
    """The settlement, of which the caller may see this party's statement. Raises NotFound."""
    async with context.database.looking(caller.institution) as conn:
        settlement = await found_or_refused(conn, code, Month.parse(month))
        # Asked with the caller's own eyes: row-level security answers who may see it.
        if await known.statement_of(conn, settlement["id"], party_code) is None:
            raise NotFound("没有该对账单", "There is no such statement.")
    return settlement


async def _statement(
    conn: asyncpg.Connection, settlement: asyncpg.Record, party_code: str
) -> dict[str, Any]:
    statement = await statements.statement(conn, settlement, party_code)
    assert statement is not None
    return statement
