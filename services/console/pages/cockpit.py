"""The cockpit (数字驾驶舱) for those who lead: a period at a glance, every figure opening to its rows."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists_of_books import COUNTED_CASES, COUNTED_LOANS
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.reports import render_counted
from services.console.rendering.cockpit_views import Answers, views
from services.console.upstream.client import Problem
from services.console.upstream.optional import items, nothing, or_none
from shared.months import Month, add_months

router = APIRouter()

CHAPTERS = ("business", "risk", "where", "targets")
Text = Annotated[str, Query(max_length=60)]
Pools = Annotated[list[str], Query(max_length=200)]


@router.get("/cockpit")
async def cockpit(
    page: Page,
    pool: Pools = [],  # noqa: B006 (FastAPI copies it)
    period: Text = "",
    since: Text = "",
    until: Text = "",
    screen: bool = False,
) -> Response:
    """A period of one pool or of all; `since` and `until` are months, and mean the stretch between."""
    chosen = [one for one in pool if one]
    wanted = period_of(since, until) if since and until else period
    try:
        return await _show(page, chosen, wanted, screen=screen)
    except Problem as problem:
        if problem.status != 422:
            raise
        return await _show(page, chosen, "", screen=screen, attempt=Attempt(problem=problem))


@router.get("/cockpit/cases")
async def cases(page: Page) -> Response:
    """The cases behind a figure of the funnel or of the approvals."""
    return await render_list(page, "cockpit_cases.html", COUNTED_CASES)


@router.get("/reports/loans")
async def loans(page: Page) -> Response:
    """The loans behind a figure of several pools."""
    return await render_counted(page, COUNTED_LOANS)


def period_of(since: str, until: str) -> str:
    """The months from one to another as a month, a quarter or a year where they are just that."""
    if since == until:
        return since
    year = since[:4]
    if year == until[:4]:
        if (since[5:], until[5:]) == ("01", "12"):
            return year
        for number in range(1, 5):
            if (since[5:], until[5:]) == (f"{number * 3 - 2:02d}", f"{number * 3:02d}"):
                return f"{year}-Q{number}"
    return f"{since}..{until}"


def offered(day: str) -> list[tuple[str, str]]:
    """(Name, period) of the stretches that a leader asks for most, on a day."""
    month = Month.parse(day[:7])
    return [
        ("month", str(month)),
        ("quarter", f"{month.year}-Q{(month.number + 2) // 3}"),
        ("year", f"{month.year}"),
        ("year-before", f"{month.year - 1}"),
        ("twelve", f"{Month.of(add_months(month.first, -11))}..{month}"),
    ]


async def _show(
    page: PageContext,
    chosen: Sequence[str],
    period: str,
    *,
    screen: bool,
    attempt: Attempt = NOTHING_SENT,
) -> Response:
    report, listed, day = await asyncio.gather(
        page.risk_pool.get("/reports/cockpit", pool=chosen, period=period),
        page.risk_pool.get("/pools", ceilings="true"),
        today(page),
    )
    pools = [one for one in items(listed) if not chosen or one["code"] in chosen]
    months = next(one for one in report["tables"] if one["code"] == "months")["rows"]
    days = report["first"], report["last"]
    shown = f"{months[0]['key']}-01", str(Month.parse(months[-1]["key"]).last)
    flow, trend = await asyncio.gather(
        _flow(page, chosen, *days),
        _flow(page, chosen, *shown) if shown != days else nothing(),
    )
    found = Answers(
        report=report,
        flow=flow,
        trend=trend if shown != days else flow,
        pools=pools,
    )
    made = views(found, page.texts, chosen)
    return page.render(
        "cockpit.html",
        attempt=attempt,
        found=found,
        chapters=[
            (name, of_chapter)
            for name in CHAPTERS
            if (of_chapter := [one for one in made if one.chapter == name])
        ],
        pools=items(listed),
        chosen=chosen,
        offered=offered(day),
        day=day,
        screen=screen,
        query=urlencode([("pool", one) for one in chosen] + [("period", report["period"])]),
    )


async def _flow(page: PageContext, chosen: Sequence[str], first: str, last: str) -> Any:
    return await or_none(page.applications.get("/case-flow", first=first, last=last, pool=chosen))
