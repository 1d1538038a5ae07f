"""The inbox: what a person is told, what of it they have read, and a stream of what is new."""

import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

import anyio
import asyncpg
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.notifications.api.common import Cursor, EventType, InTwoLanguages, Limit, nothing_here
from services.notifications.delivery.background import settings_of
from services.notifications.delivery.inbox_stream import bell_of
from services.notifications.queries.looking import looking
from services.notifications.tables import inbox
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http import requests
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import LARGEST_INTEGER
from shared.refusals import Refused

router = APIRouter(prefix="/inbox", tags=["inbox"])

STREAM_PAGE = 100
RECONNECT_MILLISECONDS = 3000
GLANCE_SECONDS = 0.25
"""A stream that waits looks so often whether it should end; that asks no database."""

GOODBYE_SECONDS = 3

Anyone = Annotated[Identity, Depends(requires())]


class InboxItem(BaseModel):
    """One message to a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
                    "position": 4711,
                    "event_type": "application.rejected.v1",
                    "title": {"zh": "DL-2026-000123 未获批准", "en": "DL-2026-000123 rejected"},
                    "text": {
                        "zh": "天津海芯科技有限公司 的申请 DL-2026-000123 未获批准。原因：不符合条件",
                        "en": "The application DL-2026-000123 of 天津海芯科技有限公司 was rejected. "
                        "Reason: 不符合条件",
                    },
                    "needs_action": False,
                    "pool_code": "dongli",
                    "bank_code": "ICBC-TJ",
                    "loan_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "subject": "DL-2026-000123",
                    "link": "/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "url": "https://console.example.cn/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
                    "happened_at": "2026-03-31T02:00:00Z",
                    "read": False,
                }
            ]
        }
    )

    id: UUID
    position: int = Field(description="Where it stands in the stream: its Last-Event-ID.")
    event_type: str
    title: InTwoLanguages
    text: InTwoLanguages
    needs_action: bool = Field(description="Somebody with your roles has something to do now.")
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    subject: str = Field(examples=["DL-2026-000123"])
    link: str = Field(examples=["/cases/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a"])
    url: str = Field(description="The same page of the console as an absolute address.")
    happened_at: datetime
    read: bool


class InboxPage(Page[InboxItem]):
    """A page of the inbox."""

    unread: int = Field(description=f"Unread in all, {inbox.MOST_COUNTED} at most.")


class Unread(BaseModel):
    """How many messages are unread."""

    unread: int = Field(description=f"{inbox.MOST_COUNTED} at most.")


class ReadUpTo(requests.RequestBody):
    """Up to which message everything is read."""

    position: int = Field(ge=1, le=LARGEST_INTEGER)


class LastEventIdInvalid(Refused):
    """Not an id that this stream gives."""

    code = "last-event-id-invalid"
    status = 400


@router.get("")
async def look_through(
    caller: Anyone,
    here: CurrentContext,
    unread: bool = False,
    needs_action: bool = False,
    event_type: EventType | None = None,
    pool_code: Annotated[str, Query(max_length=100, pattern=r"^[^\u0000]*$")] = "",
    loan_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> InboxPage:
    """Your messages, the newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else LARGEST_INTEGER
    async with looking(here.database, caller.institution) as conn:
        rows = await inbox.page(
            conn,
            caller,
            before=before,
            unread=unread,
            event_type=event_type or "",
            pool_code=pool_code,
            loan_id=loan_id,
            acts=needs_action,
            limit=limit + 1,
        )
        count = await inbox.count_unread(conn, caller)
    items = [_item(row, _console(here)) for row in rows]
    more = len(items) > limit
    return InboxPage(
        items=items[:limit],
        next_cursor=encode_cursor(items[limit - 1].position) if more else None,
        unread=count,
    )


@router.get("/unread")
async def unread(caller: Anyone, here: CurrentContext) -> Unread:
    """How many messages you have not read."""
    async with looking(here.database, caller.institution) as conn:
        return Unread(unread=await inbox.count_unread(conn, caller))


@router.post("/{message_id}/read", response_model=Unread)
async def mark(
    message_id: UUID, request: Request, caller: Anyone, here: CurrentContext
) -> Response:
    """Mark a message as read, for yourself alone. The answer says what is left."""

    async def work(conn: asyncpg.Connection) -> Answer:
        if not await inbox.mark(conn, caller, message_id, now=here.clock.now()):
            raise nothing_here("消息", "message")
        return Answer(200, Unread(unread=await inbox.count_unread(conn, caller)))

    return await idempotently(request, caller, here.database, work)


@router.post("/read", response_model=Unread)
async def mark_up_to(
    body: ReadUpTo, request: Request, caller: Anyone, here: CurrentContext
) -> Response:
    """Mark everything up to a message as read, for yourself alone."""

    async def work(conn: asyncpg.Connection) -> Answer:
        newest = await conn.fetchval("select coalesce(max(position), 0) from messages")
        position = min(body.position, newest)
        await inbox.mark_up_to(conn, caller, position, now=here.clock.now())
        return Answer(200, Unread(unread=await inbox.count_unread(conn, caller)))

    return await idempotently(request, caller, here.database, work)


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Server-sent events of the type `message`; `data` is an InboxItem, "
            "`id` its position.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def stream(
    request: Request,
    caller: Anyone,
    here: CurrentContext,
    last_event_id: Annotated[
        str | None, Header(max_length=30, description="Go on after this one; without it: from now.")
    ] = None,
) -> EventSourceResponse:
    """New messages as they come. The stream ends now and then; open it again with the last id."""
    # Set when the server wants to stop: the stream then ends by itself, as a whole answer.
    closing = anyio.Event()
    return EventSourceResponse(
        _messages(here, caller, _position(last_event_id), closing),
        ping=settings_of(here).heartbeat_seconds,
        send_timeout=30,
        shutdown_event=closing,
        shutdown_grace_period=GOODBYE_SECONDS,
    )


def _position(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 16):
        raise LastEventIdInvalid(
            "Last-Event-ID 无效，请不带该请求头重新连接",
            "The Last-Event-ID is not valid: connect without it.",
        )
    return int(last_event_id)


async def _messages(
    here: Context, reader: Identity, position: int | None, closing: anyio.Event
) -> AsyncIterator[ServerSentEvent]:
    """A person's messages after a position (None: from now on), until the stream's time is up.

    It ends also so that a token that has expired meanwhile is not read with for ever.
    """
    bell = bell_of(here.database)
    ends_at = time.monotonic() + settings_of(here).stream_seconds
    if position is None:
        async with looking(here.database, reader.institution) as conn:
            position = await conn.fetchval("select coalesce(max(position), 0) from messages")
    with bell.listening():
        yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
        while True:
            heard_of = bell.position
            async with looking(here.database, reader.institution) as conn:
                rows = await inbox.after(conn, reader, position=position, limit=STREAM_PAGE)
            for row in rows:
                position = row["position"]
                yield _event(_item(row, _console(here)))
            while len(rows) < STREAM_PAGE and bell.position == heard_of:
                if here.stopping.is_set() or closing.is_set() or time.monotonic() > ends_at:
                    return
                await bell.wait(beyond=heard_of, seconds=GLANCE_SECONDS)


def _event(item: InboxItem) -> ServerSentEvent:
    return ServerSentEvent(data=item.model_dump_json(), event="message", id=str(item.position))


def _console(here: Context) -> str:
    return str(settings_of(here).console_url).rstrip("/")


def _item(row: asyncpg.Record, console: str) -> InboxItem:
    return InboxItem(
        id=row["id"],
        position=row["position"],
        event_type=row["event_type"],
        title=InTwoLanguages(zh=row["title_zh"], en=row["title_en"]),
        text=InTwoLanguages(zh=row["text_zh"], en=row["text_en"]),
        needs_action=row["acts"],
        pool_code=row["pool_code"],
        bank_code=row["bank_code"],
        loan_id=row["loan_id"],
        subject=row["subject"],
        link=row["link"],
        url=console + row["link"],
        happened_at=row["happened_at"],
        read=row["is_read"],
    )
