"""Reports of a pool over HTTP: as JSON, as a workbook, and the policies behind a figure."""

import asyncio
from datetime import date
from typing import Annotated, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from services.risk_pool.api.report_responses import (
    PolicyCounted,
    ReportAnswer,
    ReportInList,
)
from services.risk_pool.api.roles import BUREAU, require_pool
from services.risk_pool.domain.report_period import last_over, parse
from services.risk_pool.domain.report_tables import Report
from services.risk_pool.domain.report_words import DIMENSIONS, MEASURES
from services.risk_pool.queries.insurance import policies
from services.risk_pool.reports.made import KINDS, make_report
from services.risk_pool.reports.table_workbook import as_workbook
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["reports"], prefix="/pools/{code}/reports")

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
PoolCode = Annotated[str, Path(max_length=40, examples=["dongli"])]
ReportCode = Literal[
    "business",
    "classes",
    "overdue",
    "scorecard",
    "largest",
    "vintages",
    "national",
    "indicators",
]
Measure = Literal[
    "lent", "entered", "covered", "overdue", "bad", "claimed", "compensated", "paid", "recovered"
]
Division = Literal[
    "pool", "bank", "mode", "area", "province", "city", "ip_kind", "industry", "park", "size", "inclusive_ip_kind",
    "first_loan", "patent_trademark", "class",
    "borrower", "quarter",
]  # fmt: skip
assert get_args(ReportCode) == tuple(KINDS)
assert get_args(Measure) == tuple(MEASURES)
assert get_args(Division) == tuple(DIMENSIONS)
PeriodText = Annotated[
    str | None,
    Query(
        max_length=16,
        examples=["2026-03", "2026-Q1", "2026", "2025-07..2026-06"],
        description="Month, quarter, year, or from a month to a month; left out, the last one that is "
        "over.",
    ),
]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
async def list_reports(
    code: PoolCode, caller: Bureau, context: CurrentContext
) -> Page[ReportInList]:
    """The reports that can be made, of which spans of time, divided by what."""
    async with context.looking_for_reports(caller.institution) as conn:
        await require_pool(conn, code)
    items = [
        ReportInList(
            code=name,
            zh=kind.words.zh,
            en=kind.words.en,
            spans=list(kind.spans),
            divisions=list(DIMENSIONS) if kind.make is None else [],
        )
        for name, kind in KINDS.items()
    ]
    return Page(items=items)


@router.get("/policies")
async def list_policies_counted(
    code: PoolCode,
    caller: Bureau,
    context: CurrentContext,
    period: PeriodText = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[PolicyCounted]:
    """The policies that a figure of what is insured counts: those that begin in the period, of the
    pool's cases and of its firms alone; they sum to the figure, to the fen."""
    asked = parse(period or last_over(_today(context), "year").text)
    async with context.looking_for_reports(caller.institution) as conn:
        await require_pool(conn, code)
        rows = await policies(
            conn,
            code,
            asked,
            after=decode_cursor(cursor, UUID)[0] if cursor is not None else None,
            limit=limit + 1,
        )
    items = [PolicyCounted(**row) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.policy_id))


@router.get(
    "/{report}.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def show_workbook(
    code: PoolCode,
    report: ReportCode,
    caller: Bureau,
    context: CurrentContext,
    period: PeriodText = None,
    by: Division = "bank",
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """A report as a workbook: a sheet for each table, and one with the address of every figure."""
    made = await _made(context, caller, code, report, period, by)
    body = await asyncio.to_thread(as_workbook, made.as_data(), language=lang)
    name = f"{code}-{report}-{made.period}.xlsx"
    return Response(
        body,
        media_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/{report}")
async def show_report(
    code: PoolCode,
    report: ReportCode,
    caller: Bureau,
    context: CurrentContext,
    period: PeriodText = None,
    by: Division = "bank",
) -> ReportAnswer:
    """A report of a month, a quarter or a year. Each figure has the address of what it counts."""
    made = await _made(context, caller, code, report, period, by)
    return ReportAnswer.model_validate(made.as_data())


async def _made(
    context: Context, caller: Identity, code: str, report: str, period: str | None, by: str
) -> Report:
    wanted = period or last_over(_today(context), KINDS[report].spans[0]).text
    async with context.looking_for_reports(caller.institution) as conn:
        await require_pool(conn, code)
        return await make_report(conn, code, report, wanted, by)


def _today(context: Context) -> date:
    return business_date(context.clock.now())
