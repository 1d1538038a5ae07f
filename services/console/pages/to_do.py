"""Everything that waits for this person, of all services, the nearest last day first."""

import asyncio
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import names_of
from services.console.http.page_context import Page
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items, or_none
from services.console.upstream.to_do import read_to_do

router = APIRouter()

Extent = Literal["mine", "role", "all"]


@router.get("/to-do")
async def to_do(
    page: Page, whose: Extent = "mine", kind: str = "", overdue: str = "", cursor: str = ""
) -> Response:
    """The list, by kind and by whose it is."""
    found, banks, pools = await asyncio.gather(
        read_to_do(
            page,
            whose=whose,
            kind=kind,
            overdue="true" if overdue else "",
            cursor=cursor if kind else "",
        ),
        or_none(page.applications.get("/banks")),
        or_none(page.risk_pool.get("/pools")),
    )
    page.remember_list("/to-do")
    return page.render(
        "to_do.html",
        found=found,
        names=names_of(items(pools), items(banks)),
        chosen={"whose": whose, "kind": kind, "overdue": overdue},
        next=next_page(page.request, {"next_cursor": found.next_cursor}),
        is_first=not cursor,
    )
