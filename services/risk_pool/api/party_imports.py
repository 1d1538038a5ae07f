"""Parties and lines from a table over HTTP: checked first, then taken, with the result of each row."""

import asyncio
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.risk_pool.api.pools import NewParty
from services.risk_pool.handlers.party_imports import PartyRow, import_parties
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.field_errors import faults_in
from shared.http.files_of_rows import FILE_BODY
from shared.http.idempotency import Answer, idempotently
from shared.http.table_imports import TableImportAnswer, answer_of, rows_in, template_of
from shared.sheets.file_rows import RowRead
from shared.sheets.party_columns import COLUMNS, EXAMPLE, party_column

router = APIRouter(tags=["pools"])

Manager = Annotated[Identity, Depends(requires("pool_manager"))]


@router.get(
    "/party-import-template",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def read_template(caller: Manager) -> Response:
    """The table to fill in, as CSV that spreadsheets open; its second row is an example."""
    return template_of(COLUMNS, EXAMPLE, name="参与方与额度.csv")


@router.post(
    "/pools/{code}/party-imports",
    status_code=201,
    response_model=TableImportAnswer,
    openapi_extra=FILE_BODY,
)
async def bring_parties_in(
    code: str,
    request: Request,
    caller: Manager,
    context: CurrentContext,
    only_check: Annotated[
        bool, Query(description="Say what would come of it, and keep nothing.")
    ] = False,
) -> Response:
    """Let parties and banks with their lines in by a table: XLSX, CSV (UTF-8, GB18030) or NDJSON as the
    body itself, up to 500 rows. Valid rows are taken by the same rules as single ones; each wrong one
    says which field and why. A row that stands already is known, so that the same table again does
    nothing twice. Once anything is booked in the pool lines are given by agreements of two persons."""
    content = await request.body()
    rows = await asyncio.to_thread(lambda: [_party(row) for row in rows_in(content, party_column)])
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        verdicts = await import_parties(
            conn, code, rows, only_check=only_check, by=caller.subject, now=now
        )
        return Answer(201, answer_of(verdicts, only_check=only_check))

    return await idempotently(request, caller, context.database, work)


def _party(row: RowRead) -> PartyRow:
    if row.faults:
        return PartyRow(row, None, row.faults)
    said: dict[str, Any] = dict(row.said)
    if not any((said.get("line") or {}).values()):
        said.pop("line", None)
    try:
        return PartyRow(row, NewParty.model_validate(said).joining())
    except ValidationError as error:
        return PartyRow(row, None, faults_in(error, said))
