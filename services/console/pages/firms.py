"""Firms: the list, and one page per firm with its loans, rights, claims and lists."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items, or_none

router = APIRouter()


@router.get("/register/firms")
async def firms(page: Page, q: str = "", cursor: str = "") -> Response:
    """Firms that borrow or own rights, as far as this person may see them."""
    found = await page.applications.get("/firms", q=q, cursor=cursor)
    return page.render(
        "register_firms.html",
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        chosen={"q": q},
    )


@router.get("/register/firms/{uscc}")
async def firm(page: Page, uscc: str) -> Response:
    """One firm."""
    found = await page.applications.get(f"/firms/{uscc}")
    calls = await or_none(page.applications.get("/cover-calls", firm=uscc, limit=200))
    return page.render("register_firm.html", firm=found, cover_calls=items(calls or []))
