"""The queue: what waits, filtered by the address, and several cases taken or given at once."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists import QUEUE
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

_SEVERAL: Final = {"take": (), "reassign": ("person", "reason"), "put-back": ("reason",)}
"""What can be done to several cases, and what is said with it."""


@router.get("/queue")
async def queue(page: Page) -> Response:
    """What waits for this person; of a manager, all that waits."""
    usual = await opens_with(page, QUEUE)
    return page.redirect(usual) if usual else await _show(page, NOTHING_SENT)


@router.post("/queue/several")
async def several(page: Page) -> Response:
    """Take the chosen cases, give them to somebody, or put them back; then say what became of each."""
    form = await page.form()
    action = text(form, "do")
    if action not in _SEVERAL:
        raise not_found()

    async def send(form: FormData) -> Any:
        body = {"cases": [str(one) for one in form.getlist("cases")]}
        body |= {name: text(form, name) for name in _SEVERAL[action]}  # type: ignore[misc]
        return await page.applications.post(f"/applications/{action}", body, key=once(form))

    verdicts: dict[str, Any] = {}

    async def sent(form: FormData) -> None:
        verdicts.update(await send(form))

    answer = await page.answer_form(
        sent,
        action=action,
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/queue"),
    )
    if not verdicts:
        return answer
    if not verdicts["refused"]:
        back = text(form, "_back")
        return page.redirect(
            back if back.startswith("/queue?") else "/queue", "done.queue-moved",
            count=str(verdicts["moved"]),
        )  # fmt: skip
    return await _show(page, NOTHING_SENT, verdicts=verdicts)


async def _show(
    page: PageContext, attempt: Attempt, verdicts: dict[str, Any] | None = None
) -> Response:
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
        verdicts=verdicts,
    )
