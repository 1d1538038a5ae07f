"""Parties and lines from a table over HTTP: checked first, then taken, with the result of each row."""

import asyncio
import csv
import io
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.risk_pool.api.pools import NewParty
from services.risk_pool.handlers.party_imports import PartyRow, import_parties
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.disposition import disposition
from shared.http.field_errors import faults_in
from shared.http.files_of_rows import FILE_BODY
from shared.http.idempotency import Answer, idempotently
from shared.sheets.file_rows import FileOfRows, RowRead, form_of
from shared.sheets.party_columns import COLUMNS, EXAMPLE, party_column
from shared.sheets.refusal import SheetUnreadable
from shared.sheets.verdicts import Outcome, RowVerdict

router = APIRouter(tags=["pools"])

LARGEST_TABLE: Final = 1024 * 1024
MOST_ROWS: Final = 500
Manager = Annotated[Identity, Depends(requires("pool_manager"))]


class PartyFaultAnswer(BaseModel):
    """One thing that is wrong with a row, and the heading that it stands under."""

    field: str
    column: str
    code: str
    zh: str
    en: str


class PartyRowAnswer(BaseModel):
    """What became of a row; `line` counts from 1 as a spreadsheet does."""

    line: int
    outcome: Outcome
    code: str
    faults: list[PartyFaultAnswer]


class PartyImportAnswer(BaseModel):
    """A table of parties, and what its rows came to."""

    only_check: bool
    taken: int
    known: int
    fine: int
    wrong: int
    rows: list[PartyRowAnswer]


@router.get(
    "/party-import-template",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
async def read_template(caller: Manager) -> Response:
    """The table to fill in, as CSV that spreadsheets open; its second row is an example."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([f"{one.zh}（{one.unit}）" if one.unit else one.zh for one in COLUMNS])
    rows.writerow(["示例" + EXAMPLE[0], *EXAMPLE[1:]])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition("参与方与额度.csv")},
    )


@router.post(
    "/pools/{code}/party-imports",
    status_code=201,
    response_model=PartyImportAnswer,
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
    rows = await asyncio.to_thread(_read, content)
    now = context.clock.now()

    async def work(conn: asyncpg.Connection) -> Answer:
        verdicts = await import_parties(
            conn, code, rows, only_check=only_check, by=caller.subject, now=now
        )
        return Answer(201, _answer(verdicts, only_check=only_check))

    return await idempotently(request, caller, context.database, work)


def _read(content: bytes) -> list[PartyRow]:
    file = io.BytesIO(content)
    rows: list[PartyRow] = []
    for row in FileOfRows(file, form_of(file), party_column).rows():
        if len(rows) == MOST_ROWS:
            raise SheetUnreadable(
                f"一个文件最多 {MOST_ROWS} 行，请拆成几个文件。",
                f"A table has {MOST_ROWS} rows at the most; split it.",
            )
        rows.append(_party(row))
    return rows


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


def _answer(verdicts: list[RowVerdict], *, only_check: bool) -> PartyImportAnswer:
    def count(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in verdicts)

    return PartyImportAnswer(
        only_check=only_check,
        taken=count(Outcome.TAKEN),
        known=count(Outcome.KNOWN),
        fine=count(Outcome.FINE),
        wrong=count(Outcome.WRONG),
        rows=[
            PartyRowAnswer(
                line=one.line,
                outcome=one.outcome,
                code=one.reference,
                faults=[
                    PartyFaultAnswer(
                        field=fault.field, column=fault.column, code=fault.code,
                        zh=fault.zh, en=fault.en,
                    )
                    for fault in one.faults
                ],
            )
            for one in verdicts
        ],
    )  # fmt: skip
