"""The inbox: what of it a person has read, and a stream of what is new. The list is in `inbox_list`."""

import time
from collections.abc import AsyncIterator
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

import anyio
import asyncpg
from fastapi import APIRouter, Header, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import State

from services.notifications.api.common import Anyone, AnyoneOrParty, settings_of
from services.notifications.api.inbox_models import InboxItem, ReadUpTo, Unread, item_of
from services.notifications.delivery.inbox_stream import new_messages_of
from services.notifications.handlers import inbox as handlers
from services.notifications.queries import inbox
from shared.auth.ended import EndedLogins
from shared.auth.identity import Identity
from shared.auth.pool_duties import PoolDuties
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.refusals import Refused

router = APIRouter(prefix="/inbox", tags=["inbox"])

STREAM_PAGE = 100
RECONNECT_MILLISECONDS = 3000
GLANCE_SECONDS = 0.25
"""A stream that waits looks so often whether it should end; that asks no database."""

GOODBYE_SECONDS = 3


MOST_STREAMS = 8
"""Of one person in one process: a browser opens one for each of its windows."""


class TooManyStreams(Refused):
    """A person has as many streams open as one may have."""

    code = "too-many-streams"
    status = 429
    headers = MappingProxyType({"Retry-After": "30"})


class LastEventIdInvalid(Refused):
    """Not an id that this stream gives."""

    code = "last-event-id-invalid"
    status = 400
    place = ("header", "Last-Event-ID")


@router.get("/unread")
async def unread(caller: Anyone, here: CurrentContext) -> Unread:
    """How many messages you have not read."""
    async with here.database.looking(caller.institution) as conn:
        reader = await inbox.reader_of(conn, caller, today=business_date(here.clock.now()))
        return Unread(unread=await inbox.count_unread(conn, reader))


@router.post("/{message_id}/read", response_model=Unread)
async def mark(
    message_id: UUID, request: Request, caller: Anyone, here: CurrentContext
) -> Response:
    """Mark a message as read, for yourself alone. The answer says what is left."""

    async def work(conn: asyncpg.Connection) -> Answer:
        left = await handlers.mark(conn, caller, message_id, now=here.clock.now())
        return Answer(200, Unread(unread=left))

    return await idempotently(request, caller, here.database, work)


@router.post("/read", response_model=Unread)
async def mark_up_to(
    body: ReadUpTo, request: Request, caller: AnyoneOrParty, here: CurrentContext
) -> Response:
    """Mark everything up to a message as read, for yourself alone."""

    async def work(conn: asyncpg.Connection) -> Answer:
        left = await handlers.mark_up_to(conn, caller, body.position, now=here.clock.now())
        return Answer(200, Unread(unread=left))

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
    if new_messages_of(here.database).streams_of(_named(caller)) >= MOST_STREAMS:
        raise TooManyStreams(
            "打开的消息流过多，请关闭其他窗口后重试",
            f"At most {MOST_STREAMS} streams of one person are open at once: close another.",
        )
    # Set when the server wants to stop: the stream then ends by itself, as a whole answer.
    closing = anyio.Event()
    return EventSourceResponse(
        _messages(here, caller, _position(last_event_id), closing, request.app.state),
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
    here: Context,
    caller: Identity,
    position: int | None,
    closing: anyio.Event,
    held: State,
) -> AsyncIterator[ServerSentEvent]:
    """A person's messages after a position (None: from now on), until the stream's time is up.

    It ends also so that a token that has expired meanwhile is not read with for ever, and with the
    caller's login. What narrows the caller's pools meanwhile narrows what comes.
    """
    ended: EndedLogins = held.ended_logins
    duties: PoolDuties = held.pool_duties
    new_messages = new_messages_of(here.database)
    ends_at = time.monotonic() + settings_of(here).stream_seconds
    if position is None:
        async with here.database.looking(caller.institution) as conn:
            position = await inbox.newest_position(conn)
    with new_messages.listening(_named(caller)):
        yield ServerSentEvent(comment="open", retry=RECONNECT_MILLISECONDS)
        while True:
            if await ended.is_over(caller):
                return
            caller = await duties.narrowed(caller)
            known = new_messages.position
            await here.clock.reload()
            async with here.database.looking(caller.institution) as conn:
                reader = await inbox.reader_of(conn, caller, today=business_date(here.clock.now()))
                rows = await inbox.after(conn, reader, position=position, limit=STREAM_PAGE)
            for row in rows:
                position = row["position"]
                yield _event(item_of(row, reader, console=settings_of(here).console))
            while len(rows) < STREAM_PAGE and new_messages.position == known:
                if here.stopping.is_set() or closing.is_set() or time.monotonic() > ends_at:
                    return
                if await ended.is_over(caller):
                    return
                await new_messages.wait(beyond=known, seconds=GLANCE_SECONDS)


def _named(caller: Identity) -> str:
    """Who listens: a subject is unique within its institution."""
    return f"{caller.institution} {caller.subject}"


def _event(item: InboxItem) -> ServerSentEvent:
    return ServerSentEvent(data=item.model_dump_json(), event="message", id=str(item.position))
