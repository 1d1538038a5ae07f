"""Lists of dishonest or abnormal firms over HTTP: a table comes in, every row has its result."""

import asyncio
import hashlib
from typing import Annotated, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.list_answers import (
    Lister,
    ListImportAnswer,
    ListImportSummary,
    ListReader,
    import_answer,
)
from services.applications.api.right_requests import Day
from services.applications.api.sent_tables import (
    ROWS_TO_MEND,
    TABLE_BODY,
    WORKBOOK,
    FileName,
    table_to_fill_in,
    workbook_answer,
    wrong_rows,
)
from services.applications.domain.list_rows import COLUMNS, MOST_ROWS
from services.applications.domain.listed_firms import ListName
from services.applications.handlers import list_imports as handler
from services.applications.queries import list_imports
from shared.http.context import CurrentContext
from shared.http.field_messages import ONE_LINE
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["listed firms"])

LARGEST: Final = 20 * 1024 * 1024
BODY_LIMITS: Final = {"/api/v1/list-imports": LARGEST}
_SAMPLE: Final = (
    "津海机床有限公司", "91120110MA06ABCDX2", "张三", "2026-02-11", "", "天津市东丽区人民法院",
    "（2026）津0110执12号", "有履行能力而拒不履行",
)  # fmt: skip
_NOTES: Final = (
    "每行一条记录；列入日期必填，企业名称与信用代码至少填一项。",
    "有信用代码的按代码比对；只有名称的须由人确认是否为同一企业。",
    "填移出日期的，终止该条记录；完整名单未再列出的记录自名单日期起终止。",
    "日期可写 2026-03-02、2026/3/2、2026年3月2日、20260302。", f"每次最多 {MOST_ROWS} 行。",
)  # fmt: skip


@router.post(
    "/list-imports", status_code=201, response_model=ListImportAnswer, openapi_extra=TABLE_BODY
)
async def bring_list_in(
    request: Request,
    caller: Lister,
    context: CurrentContext,
    list_name: Annotated[ListName, Query(alias="list", description="See `GET /credit-lists`.")],
    list_date: Annotated[Day, Query(description="The day of the list.")],
    source: Annotated[
        str,
        Query(min_length=1, max_length=200, pattern=ONE_LINE, description="Who publishes it."),
    ],
    whole: Annotated[
        bool,
        Query(description="It names everybody who stands on the list: what it does not name ends."),
    ] = False,
    document: Annotated[UUID | None, Query(description="The stored paper it is from.")] = None,
    file_name: FileName = "",
) -> Response:
    """Bring a list in: XLSX or CSV (UTF-8, GB18030) as the body itself, up to 20,000 rows. Valid rows
    begin or end entries, each wrong one is named with field, code and words; a row that says what
    stands already changes nothing. A whole list with a wrong row ends nothing until it is mended."""
    content = await request.body()
    # A large workbook takes seconds; others are served meanwhile.
    table = await asyncio.to_thread(handler.read_table, content)
    brought = handler.List(
        name=list_name,
        day=list_date,
        source=source,
        whole=whole,
        document_id=document,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
    )

    async def work(conn: asyncpg.Connection) -> Answer:
        import_id = await handler.bring_in(conn, table, brought, by=caller, now=context.clock.now())
        return Answer(201, import_answer(await list_imports.kept(conn, import_id)))

    return await idempotently(request, caller, context.database, work)


@router.get("/list-imports")
async def list_list_imports(
    caller: ListReader, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[ListImportSummary]:
    """What was brought in, the last first."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await list_imports.imports(session, after=after, limit=limit + 1)
    items = [ListImportSummary.model_validate(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/list-imports/{import_id}")
async def read_list_import(
    import_id: UUID, caller: ListReader, context: CurrentContext
) -> ListImportAnswer:
    """One import with the result of its rows."""
    async with context.database.reading(caller.institution) as session:
        return import_answer(await list_imports.one(session, import_id))


@router.get(
    "/list-imports/{import_id}/wrong-rows",
    response_class=Response,
    responses=ROWS_TO_MEND,
)
async def read_wrong_list_rows(
    import_id: UUID, caller: ListReader, context: CurrentContext
) -> Response:
    """The refused rows as they were written, each with what is wrong: mend them and send them."""
    async with context.database.reading(caller.institution) as session:
        row = await list_imports.one(session, import_id)
    return wrong_rows(import_id, heading=row.heading, results=row.results, rows=row.wrong_rows)


@router.get(
    "/list-import-template",
    response_class=Response,
    responses=WORKBOOK,
)
async def read_list_template(caller: Lister) -> Response:
    """The workbook to fill in, with an example and a sheet that explains the columns."""
    content = await asyncio.to_thread(table_to_fill_in, "名单", COLUMNS, _SAMPLE, _NOTES)
    return workbook_answer(content, "listed-firms")
