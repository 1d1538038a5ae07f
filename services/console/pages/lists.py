"""What all lists share: files of what is filtered, and *next case*; and lists that have no other page."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.following import address_of, beside, rows_of
from services.console.cases.known_lists import listing_at
from services.console.cases.listing import render_list
from services.console.cases.lists import LOANS
from services.console.cases.lists_of_finance import OPEN_ITEMS, PAYMENT_FILES
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.upstream.client import not_found

router = APIRouter()


@router.get("/loans")
async def loans(page: Page) -> Response:
    """What the pools hold, cover or refused, loan by loan."""
    return await render_list(page, "loan_list.html", LOANS)


@router.get("/payment-files")
async def payment_files(page: Page) -> Response:
    """What the pools have ordered their banks to pay."""
    return await render_list(page, "payment_files.html", PAYMENT_FILES)


@router.get("/open-items")
async def open_items(page: Page) -> Response:
    """What is owed between the pools and their parties, the earliest due first."""
    return await render_list(page, "open_items.html", OPEN_ITEMS)


@router.get("/lists/{path:path}/export.{form}")
async def export(page: Page, path: str, form: str) -> Response:
    """All that matches, as the service writes it."""
    listing = listing_at(f"/{path}")
    if listing is None or form not in ("csv", "xlsx"):
        raise not_found()
    taken = (*listing.words, "sort")
    query = [one for one in page.request.query_params.multi_items() if one[0] in taken and one[1]]
    query += listing.given.items()
    answer = await page.apis[listing.service].streamed(f"{listing.source}/export.{form}", query)
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/lists/{path:path}/next")
async def following(page: Page, path: str, after: str) -> Response:
    """The row behind one of the list as it was last filtered; its first where that is gone from it,
    and the list itself at its end."""
    return await _beside(page, path, after, forwards=True)


@router.get("/lists/{path:path}/previous")
async def preceding(page: Page, path: str, before: str) -> Response:
    """The row before one of the list as it was last filtered; the list itself before its first."""
    return await _beside(page, path, before, forwards=False)


async def _beside(page: PageContext, path: str, key: str, *, forwards: bool) -> Response:
    listing = listing_at(f"/{path}")
    if listing is None or not listing.leads_to:
        raise not_found()
    here = listing.leads_to.split("{")[0] + key
    after, before = beside(await rows_of(page, listing), listing, here)
    row = after if forwards else before
    if row is None:
        end = "done.list-end" if forwards else "done.list-begin"
        return page.redirect(page.list_of(listing.path), end)
    return page.redirect(address_of(listing, row))
