"""The inbox: what this person was told, and the news while a page is open."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.addresses import local_path
from services.console.http.forms import once, text
from services.console.http.page_context import Page
from services.console.http.streaming import pass_on
from services.console.login.session import OPENED
from services.console.rendering.paging import next_page

router = APIRouter()


@router.get("/inbox")
async def inbox(page: Page, unread: str = "", named: str = "", cursor: str = "") -> Response:
    """Messages, the newest first."""
    found = await page.notifications.get(
        "/inbox",
        unread="true" if unread else "",
        by_name="true" if named else "",
        cursor=cursor,
        limit=30,
    )
    return page.render(
        "inbox.html",
        inbox=found,
        unread=unread,
        named=named,
        next=next_page(page.request, found),
        is_first=not cursor,
    )


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
