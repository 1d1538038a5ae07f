"""Objections to public notices, for the bureau's people: all of them, and one with its answer."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import OBJECTION
from services.console.cases.listing import render_list
from services.console.cases.lists_of_finance import OBJECTIONS
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext

router = APIRouter()


@router.get("/objections")
async def objections(page: Page) -> Response:
    """Every objection, the newest first."""
    return await render_list(page, "objections.html", OBJECTIONS)


@router.get("/objections/{objection_id}")
async def objection(page: Page, objection_id: UUID) -> Response:
    """One objection with what was written."""
    return await _show(page, objection_id, NOTHING_SENT)


@router.post("/objections/{objection_id}/{action}")
async def act_on_objection(page: Page, objection_id: UUID, action: str) -> Response:
    """Propose an answer, send it back, or decide."""
    path = f"/objections/{objection_id}"
    return await act(
        page, OBJECTION, action, api=page.risk_pool, path=path, back=path,
        show=lambda attempt: _show(page, objection_id, attempt),
    )  # fmt: skip


async def _show(page: PageContext, objection_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/objections/{objection_id}")
    return await render_case(
        page,
        OBJECTION,
        answer,
        attempt,
        choices={"propose": list(page.texts.codes("objection_verdict"))},
        choices_named={"propose": "objection_verdict"},
    )
