"""What all big lists share: the pool's loans as a list, files of what is filtered, and *next case*."""

import httpx
from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists import LISTS as KNOWN
from services.console.cases.lists import LOANS
from services.console.http.page_context import LISTS, Page
from services.console.http.streaming import pass_on
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

_LOOKED_THROUGH = 200
"""Rows of the list among which the case that was just worked on is looked for."""


@router.get("/loans")
async def loans(page: Page) -> Response:
    """What the pools hold, cover or refused, loan by loan."""
    return await render_list(page, "loan_list.html", LOANS)


@router.get("/lists/{path:path}/export.{form}")
async def export(page: Page, path: str, form: str) -> Response:
    """All that matches, as the service writes it."""
    listing = KNOWN.get(f"/{path}")
    if listing is None or form not in ("csv", "xlsx"):
        raise not_found()
    taken = (*listing.words, "sort")
    query = [one for one in page.request.query_params.multi_items() if one[0] in taken and one[1]]
    answer = await page.apis[listing.service].streamed(f"{listing.source}/export.{form}", query)
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/lists/{path:path}/next")
async def following(page: Page, path: str, after: str) -> Response:
    """The row behind one of the list as it was last filtered; its first where that is gone from it,
    and the list itself at its end."""
    listing = KNOWN.get(f"/{path}")
    if listing is None or not listing.leads_to:
        raise not_found()
    kept = page.request.session.get(LISTS, {}).get(listing.path, "")
    query = dict(httpx.QueryParams(kept))
    found = await page.apis[listing.service].get(
        listing.source, **listing.asked(query), limit=_LOOKED_THROUGH
    )
    key = "loan_id" if listing is LOANS else "id"
    ids = [one[key] for one in items(found)]
    rest = ids[ids.index(after) + 1 :] if after in ids else ids
    if not rest:
        return page.redirect(f"{listing.path}?{kept}" if kept else listing.path, "done.list-end")
    return page.redirect(listing.leads_to + rest[0])
