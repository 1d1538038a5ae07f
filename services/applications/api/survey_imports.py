"""Surveys over HTTP: a table of demands or of parks comes in, every row has its result."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, cast, get_args
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.demand_models import DemandBody
from services.applications.api.financing_demands import Bureau
from services.applications.api.parks import ParkRow
from services.applications.api.sent_tables import (
    ROWS_TO_MEND,
    TABLE_BODY,
    WORKBOOK,
    FaultAnswer,
    FileName,
    rows_shown,
    rows_to_mend,
    workbook_answer,
)
from services.applications.api.workbooks import workbook
from services.applications.bank_files.survey_columns import COLUMNS, SurveyKind
from services.applications.domain.financing_demand import DemandPosted
from services.applications.handlers import surveys
from services.applications.handlers.surveys import Bringing
from services.applications.queries import survey_imports as reads
from services.applications.tables.demand_rows import SurveyImportRow
from services.applications.tables.parks import ParkSaid
from shared.http.context import CurrentContext
from shared.http.field_errors import faults_in
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.refusals import FieldFault, NotFound
from shared.sheets.headings import REASONS

router = APIRouter(tags=["survey-imports"])

LARGEST: Final = 10 * 1024 * 1024
BODY_LIMITS: Final = {"/api/v1/surveys/*": LARGEST}
_ALL: Final = ("全部", "all", "全部银行")
KindInPath = Annotated[str, Path(max_length=40, examples=["demands"])]


class CellFaultAnswer(FaultAnswer):
    """The same with the heading that the field stands under."""

    column: str


class RowAnswer(BaseModel):
    """What became of a row; `line` counts from 1 as a spreadsheet does."""

    line: int
    outcome: Literal["kept", "unchanged", "refused"]
    name: str
    faults: list[CellFaultAnswer] = Field(default_factory=list)


class SurveySummary(BaseModel):
    """A survey that was brought in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: SurveyKind
    file_name: str
    sha256: str
    kept: int
    unchanged: int
    refused: int
    brought_by_name: str
    brought_at: datetime


class SurveyAnswer(SurveySummary):
    """The same with its rows: those that are refused, and the first hundred of the others."""

    rows: list[RowAnswer]


@router.get("/survey-imports")
async def list_imports(
    caller: Bureau, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[SurveySummary]:
    """What was brought in, the last first."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await reads.imports(session, after=after, limit=limit + 1)
    items = [SurveySummary.model_validate(row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get(
    "/survey-templates/{kind}",
    response_class=Response,
    responses=WORKBOOK,
)
async def read_template(kind: KindInPath, caller: Bureau) -> Response:
    """The workbook to fill in: headings, names of the API, units, drop-downs, an explanation."""
    content = await asyncio.to_thread(workbook, COLUMNS[_kind(kind)], {})
    return workbook_answer(content, f"survey-{kind}")


@router.get("/survey-imports/{import_id}")
async def read_import(import_id: UUID, caller: Bureau, context: CurrentContext) -> SurveyAnswer:
    """One survey with the result of its rows."""
    async with context.database.reading(caller.institution) as session:
        return _answer(await reads.one(session, import_id))


@router.get(
    "/survey-imports/{import_id}/wrong-rows",
    response_class=Response,
    responses=ROWS_TO_MEND,
)
async def read_wrong_rows(import_id: UUID, caller: Bureau, context: CurrentContext) -> Response:
    """The refused rows as they were written, each with what is wrong: mend them and send them."""
    async with context.database.reading(caller.institution) as session:
        row = await reads.one(session, import_id)
    lines = []
    for one in row.results:
        if one["outcome"] == "refused":
            why = "；".join(f"{x['column'] or x['field']}：{x['zh']}" for x in one["faults"])
            lines.append([*row.wrong_rows[str(one["line"])], one["line"], why])
    return rows_to_mend(import_id, [*row.heading, *REASONS], lines)


@router.post(
    "/surveys/{kind}", status_code=201, response_model=SurveyAnswer, openapi_extra=TABLE_BODY
)
async def bring_survey_in(
    kind: KindInPath,
    request: Request,
    caller: Bureau,
    context: CurrentContext,
    file_name: FileName = "",
) -> Response:
    """Bring a survey in (`demands`, `parks`): XLSX or CSV (UTF-8, GB18030) as the body itself, up to
    5,000 rows. Valid rows are kept, each wrong one is named with field, code and words. A demand that
    a firm has open already with the same amount, term and purpose changes nothing."""
    known = _kind(kind)
    content = await request.body()
    # A large workbook takes seconds; others are served meanwhile.
    survey = await asyncio.to_thread(surveys.read_survey, content, known)
    sha256 = hashlib.sha256(content).hexdigest()

    async def work(conn: asyncpg.Connection) -> Answer:
        bringing = Bringing(
            conn=conn, import_id=surveys.new_import(), by=caller, now=context.clock.now()
        )
        await surveys.bring_in(
            bringing, known, survey, read=partial(_read, known), file_name=file_name, sha256=sha256
        )
        row = await reads.kept(conn, bringing.import_id)
        return Answer(201, _answer(SurveyImportRow(**dict(row))))

    return await idempotently(request, caller, context.database, work)


def _kind(kind: str) -> SurveyKind:
    if kind not in get_args(SurveyKind):
        raise NotFound("没有这种调查表", "There is no such kind of survey.")
    return cast(SurveyKind, kind)


def _read(
    kind: SurveyKind, said: Mapping[str, Any]
) -> DemandPosted | ParkSaid | tuple[FieldFault, ...]:
    """A row as a request would be read: the same models, the same faults."""
    item = dict(said)
    try:
        if kind == "parks":
            return ParkRow.model_validate(item).as_park()
        banks = item.get("banks")
        if isinstance(banks, str):
            names = [one for one in banks.replace("，", ",").replace("、", ",").split(",") if one]
            item["banks"] = [one.strip() for one in names]
            if banks.strip().lower() in _ALL:
                item |= {"banks": [], "to_all_banks": True}
        rights = item.get("rights")
        if isinstance(rights, list):
            item["rights"] = [one for one in rights if one]
        return DemandBody.model_validate(item).as_demand()
    except ValidationError as error:
        return faults_in(error, item)


def _answer(row: SurveyImportRow) -> SurveyAnswer:
    return SurveyAnswer(
        **SurveySummary.model_validate(row).model_dump(),
        rows=[RowAnswer(**one) for one in rows_shown(row.results)],
    )
