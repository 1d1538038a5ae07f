"""Valuations of rights, loans that they no longer cover, and statistics of value."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import amount, once, text
from services.console.http.page_context import Page
from services.console.pages.register import show_right
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

_FIELDS = (
    "method", "appraiser", "valued_on", "valid_until", "reference", "related_to", "relation_note",
)  # fmt: skip


@router.post("/register/rights/{right_id}/value")
async def add_valuation(page: Page, right_id: UUID) -> Response:
    """Enter a valuation beside those there are."""

    async def send(form: FormData) -> None:
        body = {name: value for name in _FIELDS if (value := text(form, name))}
        body["amount"] = amount(form, "amount")
        await page.applications.post(f"/rights/{right_id}/valuations", body, key=once(form))

    return await page.answer_form(
        send,
        action="value",
        show=lambda attempt: show_right(page, right_id, attempt),
        done=lambda _: page.redirect(f"/register/rights/{right_id}#values", "done.right-value"),
    )


@router.get("/register/cover")
async def cover(page: Page, bank: str = "", cursor: str = "") -> Response:
    """Loans that are short of cover."""
    found = await page.applications.get("/cover-shortfalls", bank=bank, cursor=cursor)
    banks = await page.applications.get("/banks")
    return page.render(
        "register_cover.html",
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        chosen={"bank": bank},
        banks=items(banks),
    )


@router.get("/register/values")
async def values(page: Page) -> Response:
    """What rights were found to be worth, of all valuations together."""
    statistics = await page.applications.get("/valuation-statistics")
    return page.render(
        "register_statistics.html",
        statistics=items(statistics),
        counted_at=statistics.get("counted_at"),
    )
