"""The queue: what waits, filtered by the address."""

import asyncio

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists import QUEUE
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/queue")
async def queue(page: Page) -> Response:
    """What waits for this person; of a manager, all that waits."""
    usual = await opens_with(page, QUEUE)
    return page.redirect(usual) if usual else await _show(page, NOTHING_SENT)


async def _show(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    (grid, problem), staff = await asyncio.gather(
        grid_of(page, QUEUE), page.applications.get("/staff")
    )
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(
        "queue.html",
        attempt=attempt,
        grid=grid,
        names=grid.names,
        reviewers=[one for one in items(staff) if "reviewer" in one["roles"]],
        manages="pool_manager" in page.person.roles,
        reviews="reviewer" in page.person.roles,
    )
