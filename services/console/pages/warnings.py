"""Early warnings: the register, one warning with its measures, raising one, and counts by month."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.choices import offered
from services.console.cases.kinds import WARNING
from services.console.cases.listing import render_list
from services.console.cases.lists import WARNINGS
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/warnings")
async def warnings(page: Page) -> Response:
    """The register, the newest first where nothing else is chosen."""
    return await render_list(page, "warnings.html", WARNINGS)


@router.get("/pools/{code}/warnings")
async def by_month(page: Page, code: CodeInPath, year: str = "") -> Response:
    """How many came and went in each month of a year, beside the year before."""
    chosen = year or (await today(page))[:4]
    pool, rows = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/warnings/monthly", year=chosen),
    )
    return page.render("warnings_monthly.html", pool=pool, rows=items(rows), year=chosen)


@router.get("/coverages/{loan_id}/warn")
async def new_warning(page: Page, loan_id: UUID) -> Response:
    """The form to raise a warning about a loan."""
    return await _show_new(page, loan_id, NOTHING_SENT)


@router.post("/coverages/{loan_id}/warn")
async def raise_warning(page: Page, loan_id: UUID) -> Response:
    """Raise it, then look at it."""
    loan = await page.risk_pool.get(f"/coverages/{loan_id}")

    async def send(form: FormData) -> Any:
        body = {name: text(form, name) for name in ("cause", "level", "text")}
        path = f"/pools/{loan['pool_code']}/warnings"
        return await page.risk_pool.post(path, body | {"loan_id": str(loan_id)}, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_new(page, loan_id, attempt),
        done=lambda made: page.redirect(f"/warnings/{made['id']}", "done.warning-raise"),
    )


async def _show_new(page: PageContext, loan_id: UUID, attempt: Attempt) -> Response:
    loan = await page.risk_pool.get(f"/coverages/{loan_id}")
    return page.render(
        "warning_new.html",
        loan=loan,
        attempt=attempt,
        causes=page.texts.codes("warning_cause"),
        levels=page.texts.codes("warning_level"),
    )


@router.get("/warnings/{warning_id}")
async def warning(page: Page, warning_id: UUID) -> Response:
    """One warning: what it rests on, what is done about it, its conclusion."""
    return await _show(page, warning_id, NOTHING_SENT)


@router.post("/warnings/{warning_id}/{action}")
async def act_on_warning(page: Page, warning_id: UUID, action: str) -> Response:
    """Enter a measure, mark one as done, watch it on, or conclude."""
    path = f"/warnings/{warning_id}"
    return await act(
        page,
        WARNING,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, warning_id, attempt),
    )


async def _show(page: PageContext, warning_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/warnings/{warning_id}")
    stored = await shown(page, papers_of_case("warnings", answer.body))
    return await render_case(
        page, WARNING, answer, attempt, stored=stored, **offered(WARNING, page.texts, attempt)
    )
