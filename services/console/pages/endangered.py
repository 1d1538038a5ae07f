"""Pledged rights that are endangered, and what the bank has done about each."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

WINDOWS = (0, 30, 90, 180, 366)
"""Days that may be looked ahead."""
_USUAL = 90
_LOANS = 100
"""Loans looked through for a page: few of them are endangered."""


@router.get("/register/endangered")
async def endangered(
    page: Page, within_days: int = _USUAL, bank: str = "", cursor: str = ""
) -> Response:
    """The list, so many days ahead."""
    return await _show(page, NOTHING_SENT, within_days=within_days, bank=bank, cursor=cursor)


@router.post("/register/endangered/{alert_id}")
async def take_measure(page: Page, alert_id: UUID) -> Response:
    """Say what was done about an alert."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("measure", "taken_on", "note")}
        await page.applications.post(f"/right-alerts/{alert_id}/measures", body, key=once(form))

    return await page.answer_form(
        send,
        action=f"measure-{alert_id}",
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/register/endangered", "done.right-measure"),
    )


async def _show(
    page: PageContext, attempt: Attempt, *, within_days: int = _USUAL, bank: str = "",
    cursor: str = "",
) -> Response:  # fmt: skip
    days = within_days if within_days in WINDOWS else _USUAL
    found = await page.applications.get(
        "/endangered-rights", within_days=days, bank=bank, cursor=cursor, limit=_LOANS
    )
    banks = await page.applications.get("/banks")
    return page.render(
        "register_endangered.html",
        attempt=attempt,
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        chosen={"within_days": days, "bank": bank},
        banks=items(banks),
        windows=WINDOWS,
        measures=page.texts.codes("right_measure"),
        today=await today(page),
    )
