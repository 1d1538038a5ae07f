"""Registered pledges in the fields of the national record: looked at, with what is missing, exported."""

import asyncio
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page
from services.console.http.streaming import handed_on
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

_HERE = "/register/pledge-records"


@router.get(_HERE)
async def records(
    page: Page, first: str = "", last: str = "", pool: str = "", bank: str = "", cursor: str = ""
) -> Response:
    """The pledges of a period; of the year so far where none is named."""
    now = await today(page)
    chosen = {"first": first or f"{now[:4]}-01-01", "last": last or now, "pool": pool, "bank": bank}
    refused: Problem | None = None
    found: Any = {"items": []}
    pools, banks = await asyncio.gather(
        page.risk_pool.get("/pools"), page.applications.get("/banks")
    )
    try:
        found = await page.applications.get("/pledge-records", cursor=cursor, **_asked(chosen))
    except Problem as wrong:
        refused = wrong
    return page.render(
        "register_pledge_records.html",
        rows=items(found),
        refused=refused,
        chosen=chosen,
        pools=items(pools),
        banks=items(banks),
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get(f"{_HERE}/export.{{form}}")
async def export(
    page: Page, form: Literal["csv", "xlsx"], first: str, last: str, pool: str = "", bank: str = ""
) -> Response:
    """The same as a file, handed on as the service made it."""
    asked = _asked({"first": first, "last": last, "pool": pool, "bank": bank})
    return handed_on(await page.applications.file(f"/pledge-records/export.{form}", **asked))


def _asked(chosen: dict[str, str]) -> dict[str, str]:
    """The query as the service has it; the words `from` and `to` are Python's and a date's."""
    return {
        "from": chosen["first"], "to": chosen["last"], "pool": chosen["pool"],
        "bank": chosen["bank"],
    }  # fmt: skip
