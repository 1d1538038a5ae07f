"""Conditions of an approval on the page of its case: said to be met, confirmed, refused."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Page
from services.console.pages.cases import show_case
from services.console.upstream.client import not_found

router = APIRouter()

_SAID: Final = {"meet": ("text", "sha256"), "confirm": (), "refuse": ("reason",)}


@router.post("/conditions/{case_id}/{condition_no}/{action}")
async def act(page: Page, case_id: UUID, condition_no: int, action: str) -> Response:
    """Say by what a condition is met, confirm that it is, or refuse what was said."""
    names = _SAID.get(action)
    if names is None:
        raise not_found()
    path = f"/applications/{case_id}/conditions/{condition_no}/{action}"
    return await page.answer_form(
        lambda form: page.applications.post(
            path, {name: text(form, name) for name in names} if names else None, key=once(form)
        ),
        action=f"condition-{action}-{condition_no}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}", f"done.condition-{action}"),
    )
