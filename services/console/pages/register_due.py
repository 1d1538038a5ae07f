"""Due days of the registers: what is still to be entered, the late ones first."""

import asyncio

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/register/due")
async def due_days(
    page: Page, duty: str = "", bank: str = "", pool: str = "", late: str = "", cursor: str = ""
) -> Response:
    """The list, by duty, bank and pool."""
    chosen = {"duty": duty, "bank": bank, "pool": pool, "late": "true" if late else ""}
    found, banks, pools = await asyncio.gather(
        page.applications.get("/register-due-days", **chosen, cursor=cursor),
        page.applications.get("/banks"),
        page.risk_pool.get("/pools"),
    )
    return page.render(
        "register_due.html",
        rows=items(found),
        duties=page.texts.codes("register_duty"),
        banks=items(banks),
        pools=items(pools),
        chosen=chosen,
        next=next_page(page.request, found),
        is_first=not cursor,
    )
