"""Pledges on the page of their case: what their registers have entered, and the files to register."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Page
from services.console.http.streaming import handed_on
from services.console.pages.cases import show_case
from services.console.upstream.client import not_found

router = APIRouter()

_ENTRY = ("on", "reason")
FIELDS = {
    "change": (*_ENTRY, "item", "before", "after"),
    "extend": (*_ENTRY, "term_until"),
    "cancel": _ENTRY,
    "invalidate": _ENTRY,
    "confirm_cover": ("opinion",),
}
"""What each form has, which the service names alike."""


@router.post("/case-pledges/{case_id}/{pledge_id}/{action}")
async def enter(page: Page, case_id: UUID, pledge_id: UUID, action: str) -> Response:
    """Tell what a register has entered of a pledge, or confirm that the rest covers the loan."""
    if action not in FIELDS:
        raise not_found()

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in FIELDS[action]}
        path = f"/pledges/{pledge_id}/{action.replace('_', '-')}"
        await page.applications.post(path, body, key=once(form))

    return await page.answer_form(
        send,
        action=f"pledge-{pledge_id}-{action}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}#pledges", "done.pledge"),
    )


@router.get("/cases/{case_id}/pledge-files/{register}.xlsx")
async def workbook(page: Page, case_id: UUID, register: str) -> Response:
    """The file of one register, to be printed and signed."""
    path = f"/applications/{case_id}/pledge-files/{register}"
    return handed_on(await page.applications.file(path))


@router.get("/cases/{case_id}/pledge-files")
async def files(page: Page, case_id: UUID) -> Response:
    """What each register asks for, what is missing, and what it would refuse."""
    case = await page.applications.get(f"/applications/{case_id}")
    found = await page.applications.get(f"/applications/{case_id}/pledge-files")
    return page.render("pledge_files.html", case=case, files=found["items"])
