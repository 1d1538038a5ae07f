"""The inbox: what this person was told, and the news while a page is open."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.http.streaming import handed_on
from services.console.pages.login import local
from services.console.rendering.paging import next_page

router = APIRouter()
At = Annotated[Desk, Depends(desk)]


@router.get("/inbox")
async def inbox(at: At, unread: str = "", cursor: str = "") -> Response:
    """Messages, the newest first."""
    found = await at.notifications.get(
        "/inbox", unread="true" if unread else "", cursor=cursor, limit=30
    )
    return at.page(
        "inbox.html",
        inbox=found,
        unread=unread,
        next=next_page(at.request, found),
        is_first=not cursor,
    )


@router.post("/inbox/{message_id}/open")
async def open_message(at: At, message_id: UUID) -> Response:
    """Mark a message as read and go where it leads."""
    form = await at.form()
    await at.notifications.post(f"/inbox/{message_id}/read", key=once(form))
    return at.done(local(text(form, "link")))


@router.post("/inbox/read")
async def read_all(at: At) -> Response:
    """Mark everything up to the newest message shown as read."""
    form = await at.form()
    position = text(form, "position")
    if position.isascii() and position.isdigit() and int(position) > 0:
        await at.notifications.post("/inbox/read", {"position": int(position)}, key=once(form))
    return at.done("/inbox", "done.inbox-read")


@router.get("/inbox/stream")
async def stream(at: At) -> Response:
    """News as they come, handed on from the service."""
    last = at.request.headers.get("last-event-id", "")
    answer = await at.notifications.stream("/inbox/stream", last_event_id=last)
    return handed_on(answer, "content-type")
