"""The inbox: what this person was told, and the news while a page is open."""

import asyncio
from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists_of_work import INBOX
from services.console.http.addresses import local_path
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page
from services.console.http.streaming import pass_on
from services.console.login.session import OPENED

router = APIRouter()


@router.get("/inbox")
async def inbox(page: Page) -> Response:
    """Messages, the newest first."""
    usual = await opens_with(page, INBOX)
    if usual:
        return page.redirect(usual)
    (grid, problem), left = await asyncio.gather(
        grid_of(page, INBOX), page.notifications.get("/inbox/unread")
    )
    attempt = Attempt("list", FormData(), problem) if problem is not None else NOTHING_SENT
    return page.render("inbox.html", attempt=attempt, grid=grid, unread=left["unread"])


@router.post("/inbox/{message_id}/open")
async def open_message(page: Page, message_id: UUID) -> Response:
    """Mark a message as read and go where it leads."""
    form = await page.form()
    await page.notifications.post(f"/inbox/{message_id}/read", key=once(form))
    return page.redirect(local_path(text(form, "link")))


@router.post("/inbox/read")
async def read_all(page: Page) -> Response:
    """Mark everything up to the newest message shown as read."""
    form = await page.form()
    position = text(form, "position")
    if position.isascii() and position.isdigit() and int(position) > 0:
        await page.notifications.post("/inbox/read", {"position": int(position)}, key=once(form))
    return page.redirect("/inbox", "done.inbox-read")


@router.get("/inbox/stream")
async def stream(page: Page) -> Response:
    """News as they come, handed on from the service."""
    last = page.request.headers.get("last-event-id", "")
    answer = await page.notifications.stream("/inbox/stream", last_event_id=last)
    # Asked before every word: whose session has ended hears nothing more.
    lives = partial(page.console.sessions.is_alive, page.request.scope[OPENED])
    return pass_on(answer, "content-type", goes_on=lives)
