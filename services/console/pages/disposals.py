"""Disposals of pledged rights: the list, opening one, and one with its rounds and its money."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.choices import offered
from services.console.cases.kinds import DISPOSAL
from services.console.cases.listing import render_list
from services.console.cases.lists import DISPOSALS
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext

router = APIRouter()


@router.get("/disposals")
async def disposals(page: Page) -> Response:
    """Disposals, the newest first where nothing else is asked for."""
    return await render_list(page, "disposals.html", DISPOSALS)


@router.get("/coverages/{loan_id}/dispose")
async def new_disposal(page: Page, loan_id: UUID) -> Response:
    """The form to open a disposal of a loan's rights."""
    return await _show_new(page, loan_id, NOTHING_SENT)


@router.post("/coverages/{loan_id}/dispose")
async def open_disposal(page: Page, loan_id: UUID) -> Response:
    """Open it, then look at it."""

    async def send(form: FormData) -> Any:
        body = {"rights": rights_chosen(form), "reason": text(form, "reason")}
        path = f"/coverages/{loan_id}/disposals"
        return await page.risk_pool.post(path, body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_new(page, loan_id, attempt),
        done=lambda made: page.redirect(f"/disposals/{made['id']}", "done.disposal-open"),
    )


def rights_chosen(form: FormData) -> list[dict[str, str]]:
    """The rights that are ticked, each by its kind and number."""
    ticked = [str(value).strip().partition("/") for value in form.getlist("right")]
    return [{"kind": kind, "number": number} for kind, _, number in ticked]


async def _show_new(page: PageContext, loan_id: UUID, attempt: Attempt) -> Response:
    loan = await page.risk_pool.get(f"/coverages/{loan_id}")
    pledges = await page.risk_pool.get(f"/coverages/{loan_id}/pledges")
    chosen = rights_chosen(attempt.form) if attempt.form else []
    places = {f"{one['kind']}/{one['number']}": place for place, one in enumerate(chosen)}
    return page.render(
        "disposal_new.html", loan=loan, attempt=attempt, pledges=pledges["items"], places=places
    )


@router.get("/disposals/{disposal_id}")
async def disposal(page: Page, disposal_id: UUID) -> Response:
    """One disposal: rights, rounds, costs, its buyer, and the recoveries of its money."""
    return await _show(page, disposal_id, NOTHING_SENT)


@router.post("/disposals/{disposal_id}/{action}")
async def act_on_disposal(page: Page, disposal_id: UUID, action: str) -> Response:
    """Appraise, offer, sell, enter a cost, close, end or withdraw."""
    path = f"/disposals/{disposal_id}"
    return await act(
        page,
        DISPOSAL,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, disposal_id, attempt),
    )


async def _show(page: PageContext, disposal_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/disposals/{disposal_id}")
    stored = await shown(page, papers_of_case("disposals", answer.body))
    return await render_case(
        page, DISPOSAL, answer, attempt, stored=stored, **offered(DISPOSAL, page.texts, attempt)
    )
