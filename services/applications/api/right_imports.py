"""The census of rights over HTTP: a table comes in, every row has its result."""

import asyncio
import hashlib
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.rights import Keeper
from services.applications.api.sent_tables import (
    ROWS_TO_MEND,
    TABLE_BODY,
    WORKBOOK,
    FaultAnswer,
    FileName,
    rows_shown,
    table_to_fill_in,
    workbook_answer,
    wrong_rows,
)
from services.applications.domain.census import COLUMNS, MOST_ROWS
from services.applications.handlers import census
from services.applications.queries import right_imports
from services.applications.tables.right_rows import RightImportRow
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["rights"])

LARGEST: Final = 20 * 1024 * 1024
BODY_LIMITS: Final = {"/api/v1/right-imports": LARGEST}
_SAMPLE: Final = ("发明专利", "ZL 2015 1 0958772.0", "", "一种投放广告的方法", "", "", "有效")


_NOTES: Final = (
    "每行一项权利；种类、号码必填，商标须填类别。", "号码列须为文本格式；写法任意，按登记机关的形式比对。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。", f"每次最多 {MOST_ROWS} 行。",
)  # fmt: skip


class RowAnswer(BaseModel):
    """What became of a row; `line` counts from 1 as a spreadsheet does."""

    line: int
    outcome: Literal["kept", "unchanged", "refused"]
    number: str
    faults: list[FaultAnswer] = Field(default_factory=list)


class ImportSummary(BaseModel):
    """A list that was brought in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    bank_code: str
    file_name: str
    sha256: str
    kept: int
    unchanged: int
    refused: int
    brought_by_name: str
    brought_at: datetime


class ImportAnswer(ImportSummary):
    """The same with its rows: those that are refused, and the first hundred of the others."""

    rows: list[RowAnswer]


def _answer(row: RightImportRow) -> ImportAnswer:
    return ImportAnswer(
        **ImportSummary.model_validate(row).model_dump(),
        rows=[RowAnswer(**one) for one in rows_shown(row.results)],
    )


@router.post(
    "/right-imports", status_code=201, response_model=ImportAnswer, openapi_extra=TABLE_BODY
)
async def bring_rights_in(
    request: Request,
    caller: Keeper,
    context: CurrentContext,
    file_name: FileName = "",
) -> Response:
    """Bring a census of rights in: XLSX or CSV (UTF-8, GB18030) as the body itself, up to 20,000 rows.
    Valid rows are kept, each wrong one is named with field, code and words; a row that says what
    your last import said changes nothing. What the bureau brings in, everybody reads."""
    content = await request.body()
    # A large workbook takes seconds; others are served meanwhile.
    table = await asyncio.to_thread(census.read_table, content)
    sha256 = hashlib.sha256(content).hexdigest()

    async def work(conn: asyncpg.Connection) -> Answer:
        now = context.clock.now()
        import_id = await census.bring_in(
            conn, table, file_name=file_name, sha256=sha256, by=caller, now=now
        )
        row = await right_imports.kept(conn, import_id)
        return Answer(201, _answer(RightImportRow(**dict(row))))

    return await idempotently(request, caller, context.database, work)


@router.get("/right-imports")
async def list_imports(
    caller: Keeper, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[ImportSummary]:
    """What was brought in, the last first: your own bank's; of the bureau, all."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await right_imports.imports(session, after=after, limit=limit + 1)
    items = [ImportSummary.model_validate(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/right-imports/{import_id}")
async def read_import(import_id: UUID, caller: Keeper, context: CurrentContext) -> ImportAnswer:
    """One import with the result of its rows."""
    async with context.database.reading(caller.institution) as session:
        return _answer(await right_imports.one(session, import_id))


@router.get(
    "/right-imports/{import_id}/wrong-rows",
    response_class=Response,
    responses=ROWS_TO_MEND,
)
async def read_wrong_rows(
    import_id: UUID, caller: Keeper, context: CurrentContext
) -> Response:  # fmt: skip
    """The refused rows as they were written, each with what is wrong: mend them and send them."""
    async with context.database.reading(caller.institution) as session:
        row = await right_imports.one(session, import_id)
    return wrong_rows(import_id, heading=row.heading, results=row.results, rows=row.wrong_rows)


@router.get(
    "/right-import-template",
    response_class=Response,
    responses=WORKBOOK,
)
async def read_template(caller: Keeper) -> Response:
    """The workbook to fill in, with an example and a sheet that explains the columns."""
    content = await asyncio.to_thread(table_to_fill_in, "权利", COLUMNS, _SAMPLE, _NOTES)
    return workbook_answer(content, "right-census")
