"""What this person did last and the figures of their roles, of all services together."""

import asyncio
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.client import SERVICES
from services.console.upstream.optional import items, or_none


async def read_acts(page: PageContext, *, limit: int) -> list[dict[str, Any]]:
    """The last acts with cases of any service, the latest first."""
    found = await asyncio.gather(
        *(or_none(page.apis[name].get("/my-acts", limit=limit)) for name in SERVICES)
    )
    acts = [one for some in found if some for one in items(some)]
    return sorted(acts, key=lambda one: one["at"], reverse=True)[:limit]


async def read_figures(page: PageContext) -> list[dict[str, Any]]:
    """The figures of the roles; one that several services count is told with its service."""
    found = await asyncio.gather(
        *(or_none(page.apis[name].get("/my-figures")) for name in SERVICES)
    )
    return [
        one | {"service": name}
        for name, some in zip(SERVICES, found, strict=True)
        if some
        for one in some["figures"]
    ]
