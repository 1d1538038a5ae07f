"""Registered pledges in the fields of the national record: looked at, and exported."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import asyncpg
import xlsxwriter
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.applications.api.common import PlainCode
from services.applications.api.right_requests import Day
from services.applications.api.rights import Reader
from services.applications.api.sent_tables import as_csv
from services.applications.api.workbooks import XLSX
from services.applications.domain.pledge_record import FIELDS, PledgeRecord, RecordField, record_of
from services.applications.queries import lists, pledge_files
from services.applications.queries import pledge_records as known
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Asked, GridPage, Listed, Rows, asked_of, page_asked, sort_of
from shared.http.list_filters import Words
from shared.postgres.grids import page
from shared.refusals import FieldFault, FieldsWrong, Refused

router = APIRouter(tags=["pledges"])

MOST: Final = 20_000
_NAME: Final = "pledge-records-{}.{}"
First = Annotated[
    Day | None, Query(alias="from", description="The first day of the period; else of this year.")
]
Last = Annotated[Day | None, Query(alias="to", description="Its last day; else today.")]


class TooManyPledges(Refused):
    """An export is one file; a longer period is exported in parts."""

    code = "too-many-pledges"
    status = 422
    place = ("query", "to")


class RecordFieldAnswer(BaseModel):
    """A field of the record."""

    name: str
    zh: str
    en: str
    assumed: bool = Field(description="Not of the published record, but added here.")


class PledgeRecordAnswer(BaseModel):
    """One pledge as it would be exported."""

    pledge_id: UUID
    case_id: UUID
    collateral_no: int
    case_number: str
    pool_code: str
    bank_code: str
    record: dict[str, str] = Field(description="By field; empty where there is nothing.")
    missing: list[RecordFieldAnswer] = Field(
        description="Fields without which the record is not whole."
    )


Row = tuple[asyncpg.Record, PledgeRecord]


async def _wanted(
    caller: Reader,
    context: CurrentContext,
    first: First = None,
    last: Last = None,
    pool: PlainCode = None,
    bank: PlainCode = None,
    q: Words = None,
) -> dict[str, Any]:
    """`q`: an entry, a case, a right's number, a credit code, a part of a name."""
    today = business_date(context.clock.now())
    begins, ends = first or today.replace(month=1, day=1), last or today
    if ends < begins:
        raise FieldsWrong(
            [FieldFault(("to",), "ends-before-it-begins", "止日早于起日",
                        "The period ends before it begins.", location="query")]
        )  # fmt: skip
    return {
        **known.in_period(begins, ends, bank=caller.bank or bank),
        "{} = bank_code": bank,
        "pool_code = {}": pool,
        **known.meant(q),
    }


Wanted = Annotated[dict[str, Any], Depends(_wanted)]


async def _answers(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[PledgeRecordAnswer]:
    return [
        PledgeRecordAnswer(
            pledge_id=row["id"],
            case_id=row["application_id"],
            collateral_no=row["collateral_no"],
            case_number=row["case_number"],
            pool_code=row["pool_code"],
            bank_code=row["bank_code"],
            record=dict(record.values),
            missing=[_field(one) for one in record.missing],
        )
        for row, record in await _records(conn, rows)
    ]


LISTED = Listed(
    zh="质押登记",
    en="Pledges",
    grid=known.PLEDGES,
    answers=_answers,
    names=lists.names,
    columns=(),
)
"""Its file is that of the record, below, with columns of its own."""
Part = Annotated[Asked, Depends(asked_of(known.PLEDGES))]
Sort = sort_of(known.PLEDGES)


@router.get("/pledge-records")
async def list_pledge_records(
    caller: Reader, context: CurrentContext, where: Wanted, asked: Part
) -> GridPage[PledgeRecordAnswer]:
    """Pledges that were entered, changed or ended in a period, of the year so far where none is named,
    in the fields of the enterprise-credit publicity record, each with what is missing of it. A bank
    sees its own."""
    return await page_asked(context, caller, LISTED, where, asked)


@router.get(
    "/pledge-records/export.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The records as a table."}},
)
async def export_pledge_records_csv(
    caller: Reader, context: CurrentContext, where: Wanted, sort: Sort = None,  # type: ignore[valid-type]
) -> Response:  # fmt: skip
    """The records as CSV; the last column names what is missing of each."""
    rows = await _all(context, caller, where, sort)
    lines = [[*one.values.values(), _named(one.missing)] for _, one in rows]
    heading = [*(one.zh for one in FIELDS), "缺失栏目"]
    return as_csv(_NAME.format(business_date(context.clock.now()), "csv"), heading, lines)


@router.get(
    "/pledge-records/export.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "The records as a workbook."}},
)
async def export_pledge_records_xlsx(
    caller: Reader, context: CurrentContext, where: Wanted, sort: Sort = None,  # type: ignore[valid-type]
) -> Response:  # fmt: skip
    """The records as a workbook, with a sheet of what is missing and one that explains the fields."""
    rows = await _all(context, caller, where, sort)
    name = _NAME.format(business_date(context.clock.now()), "xlsx")
    return Response(
        await asyncio.to_thread(_workbook, [one for _, one in rows]),
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _all(
    context: Context, caller: Identity, where: Mapping[str, Any], sort: str | None
) -> list[Row]:
    async with context.database.looking(caller.institution) as conn:
        order = known.PLEDGES.order(sort)
        rows = await page(conn, known.PLEDGES, where, order, after=None, limit=MOST + 1)
        if len(rows) > MOST:
            raise TooManyPledges(
                f"超过 {MOST} 条，请缩短期间", f"More than {MOST} pledges; take a shorter period."
            )
        return await _records(conn, rows)


async def _records(conn: asyncpg.Connection, rows: Rows) -> list[Row]:
    history = await pledge_files.history(conn, [row["id"] for row in rows])
    return [(row, record_of(row, history.get(row["id"], []))) for row in rows]


def _field(one: RecordField) -> RecordFieldAnswer:
    return RecordFieldAnswer(name=one.name, zh=one.zh, en=one.en, assumed=one.is_assumed)


def _named(missing: Sequence[RecordField]) -> str:
    return "、".join(one.zh for one in missing)


def _workbook(records: Sequence[PledgeRecord]) -> bytes:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E4EEF8", "border": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    gap = book.add_format({"num_format": "@", "bg_color": "#FDE9D9"})
    sheet, lacks, about = (book.add_worksheet(name) for name in ("质押登记", "缺失", "栏目说明"))
    for one in (sheet, lacks, about):
        one.freeze_panes(1, 0)
        one.set_column(0, len(FIELDS), 22, text)
    sheet.write_row(0, 0, [one.zh for one in FIELDS], head)
    lacks.write_row(0, 0, ["行", "登记证号", "缺失栏目", "接口名称"], head)
    about.write_row(0, 0, ["栏目", "接口名称", "来源"], head)
    line = 0
    for row, record in enumerate(records, start=1):
        missing = {one.name for one in record.missing}
        for place, (name, value) in enumerate(record.values.items()):
            sheet.write_string(row, place, value, gap if name in missing else text)
        for field in record.missing:
            line += 1
            number = record.values["registration_no"]
            lacks.write_row(line, 0, [str(row + 1), number, field.zh, field.name])
    for row, field in enumerate(FIELDS, start=1):
        source = "本系统补充（假定）" if field.is_assumed else "企业信用信息公示：知识产权出质登记"
        about.write_row(row, 0, [field.zh, field.name, source])
    book.close()
    return written.getvalue()
