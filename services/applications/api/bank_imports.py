"""Banks from a table over HTTP: checked first, then registered, with the result of each row."""

import asyncio
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.banks import Admin
from services.applications.api.requests import BankBody
from services.applications.handlers.bank_imports import BankRow, import_banks
from shared.http.context import CurrentContext
from shared.http.field_errors import faults_in
from shared.http.files_of_rows import FILE_BODY
from shared.http.idempotency import Answer, idempotently
from shared.http.table_imports import TableImportAnswer, answer_of, rows_in, template_of
from shared.sheets.bank_columns import COLUMNS, EXAMPLE, bank_column
from shared.sheets.file_rows import RowRead

router = APIRouter(tags=["banks"])


@router.get(
    "/bank-import-template",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def read_template(caller: Admin) -> Response:
    """The table to fill in, as CSV that spreadsheets open; its second row is an example."""
    return template_of(COLUMNS, EXAMPLE, name="银行.csv")


@router.post(
    "/bank-imports", status_code=201, response_model=TableImportAnswer, openapi_extra=FILE_BODY
)
async def register_banks(
    request: Request,
    caller: Admin,
    context: CurrentContext,
    only_check: Annotated[
        bool, Query(description="Say what would come of it, and keep nothing.")
    ] = False,
) -> Response:
    """Register banks by a table: XLSX, CSV (UTF-8, GB18030) or NDJSON as the body itself, up to 500 rows.
    Valid rows are taken by the same rules as single ones; each wrong one says which field and why. A bank
    that is registered as the row says is known, so that the same table again does nothing twice."""
    content = await request.body()
    rows = await asyncio.to_thread(lambda: [_bank(row) for row in rows_in(content, bank_column)])
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        verdicts = await import_banks(conn, rows, only_check=only_check, now=now)
        return Answer(201, answer_of(verdicts, only_check=only_check))

    return await idempotently(request, caller, context.database, work)


def _bank(row: RowRead) -> BankRow:
    if row.faults:
        return BankRow(row, faults=row.faults)
    try:
        bank = BankBody.model_validate(row.said)
    except ValidationError as error:
        return BankRow(row, faults=faults_in(error, row.said))
    return BankRow(row, bank.code, bank.name, bank.uscc)
