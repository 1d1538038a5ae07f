"""Reports of a pool: chosen by period and division, shown with a chart, taken away as a workbook."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from services.console.cases.grid import Listing
from services.console.cases.listing import render_list
from services.console.cases.lists_of_books import COUNTED_LOANS_OF_POOL
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

ReportInPath = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")]
Text = Annotated[str, Query(max_length=60)]


@router.get("/pools/{code}/reports")
async def reports(page: Page, code: CodeInPath) -> Response:
    """The reports that can be made, each with the last period that is over."""
    offered = items(await page.risk_pool.get(f"/pools/{code}/reports"))
    return page.render(
        "reports.html", code=code, offered=offered, periods=periods_before(await today(page))
    )


@router.get("/pools/{code}/reports/loans")
async def loans(page: Page, code: CodeInPath) -> Response:
    """The loans behind a figure of a report."""
    return await render_counted(page, COUNTED_LOANS_OF_POOL.in_pool(code), code=code)


async def render_counted(page: PageContext, listing: Listing, code: str = "") -> Response:
    """The loans behind a figure. A report asks for those of no value by an empty one; a list whose
    filters are empty where nothing is chosen says that in a word of its own."""
    query = page.request.query_params.multi_items()
    if ("value", "") in query and "value" not in dict(one for one in query if one[1]):
        others = [one for one in query if one[0] not in ("value", "untold")]
        return page.redirect(f"{listing.path}?{urlencode([*others, ('untold', 'true')])}")
    said = dict(query)
    return await render_list(
        page, "report_loans.html", listing, code=code,
        measure=said.get("measure", ""), period=said.get("period", ""), by=said.get("by", ""),
    )  # fmt: skip


@router.get("/pools/{code}/reports/policies")
async def policies(
    page: Page,
    code: CodeInPath,
    period: Text,
    cursor: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """The policies behind a figure of what is insured."""
    found = await page.risk_pool.get(
        f"/pools/{code}/reports/policies", period=period, cursor=cursor
    )
    return page.render(
        "report_policies.html",
        code=code,
        period=period,
        policies=found["items"],
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/pools/{code}/reports/{report}")
async def report(
    page: Page, code: CodeInPath, report: ReportInPath, period: Text = "", by: Text = "bank"
) -> Response:
    """One report of a period; each figure leads to the loans that it counts."""
    offered = items(await page.risk_pool.get(f"/pools/{code}/reports"))
    kind = next((one for one in offered if one["code"] == report), None)
    periods = periods_before(await today(page))
    wanted = period or (periods[kind["spans"][0]] if kind else "")
    attempt, found = NOTHING_SENT, None
    try:
        found = await page.risk_pool.get(f"/pools/{code}/reports/{report}", period=wanted, by=by)
    except Problem as problem:
        if kind is None or problem.status != 422:
            raise
        attempt = Attempt(problem=problem)
    return page.render(
        "report.html",
        attempt=attempt,
        code=code,
        kind=kind,
        report=found,
        period=wanted,
        by=by,
        periods=periods,
        query=urlencode({"period": wanted, "by": by}),
    )


@router.get("/pools/{code}/reports/{report}/workbook")
async def workbook(
    page: Page, code: CodeInPath, report: ReportInPath, period: Text, by: Text = "bank"
) -> Response:
    """The same as a workbook, in the reader's language."""
    query = urlencode({"period": period, "by": by, "lang": page.texts.language})
    answer = await page.risk_pool.stream(f"/pools/{code}/reports/{report}.xlsx?{query}")
    return pass_on(answer, "content-type", "content-disposition")


def periods_before(day: str) -> dict[str, str]:
    """Span → the last one that is over on a day (YYYY-MM-DD)."""
    year, month = int(day[:4]), int(day[5:7])
    before = (year, month - 1) if month > 1 else (year - 1, 12)
    quarter = (year, (month - 1) // 3) if month > 3 else (year - 1, 4)
    return {
        "month": f"{before[0]:04d}-{before[1]:02d}",
        "quarter": f"{quarter[0]:04d}-Q{quarter[1]}",
        "year": f"{year - 1:04d}",
        "range": f"{year - 1:04d}-{month:02d}..{before[0]:04d}-{before[1]:02d}",
    }
