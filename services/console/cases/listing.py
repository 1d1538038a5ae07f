"""A list of cases with its filters: by state, pool and bank, page by page."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from services.console.http.page_context import PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.client import Api
from services.console.upstream.optional import items


def names_of(*lists: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What pools and banks are called, by code."""
    return {one["code"]: one["name"] for found in lists for one in found}


async def render_list(
    page: PageContext,
    template: str,
    *,
    api: Api,
    path: str,
    states: str,
    cursor: str,
    **chosen: str,
) -> Response:
    """The cases at a service's `path` that match what is chosen.

    `states` is the kind of words that the states have; every state has one.
    """
    found, pools, banks = await asyncio.gather(
        api.get(path, cursor=cursor, **chosen),
        api.get("/pools"),
        page.applications.get("/banks"),
    )
    return page.render(
        template,
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        pools=items(pools),
        banks=items(banks),
        names=names_of(items(pools), items(banks)),
        states=page.texts.codes(states),
        chosen=chosen,
    )
