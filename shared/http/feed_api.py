"""The event feed that banks and other parties pull, also where it has left for the archive."""

import asyncio
import base64
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json
from starlette.requests import Request

from shared.archive.feed import Piece, read_archived, shelf_of
from shared.archive.files import Broken
from shared.archive.moving import archived_until
from shared.auth.identity import AT_WORK, Forbidden, Identity, requires
from shared.context import Context
from shared.contracts.audiences import read_by_party, tells_parties
from shared.contracts.redaction import shown_to_bank
from shared.http.context import context_of
from shared.http.pages import CursorInvalid, decode_cursor, encode_cursor
from shared.messaging.feed import Published, read_feed
from shared.messaging.told import Epoch, epochs
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import ALL, pools_of
from shared.refusals import Refused
from shared.roles import PARTY_ROLES

log = logging.getLogger(__name__)

router = APIRouter()


class FeedEvent(BaseModel):
    """A CloudEvent in its JSON form."""

    specversion: str = "1.0"
    id: UUID
    type: str
    source: str
    subject: str = Field(description="What it is about: the number of the case or claim, say.")
    time: datetime
    datacontenttype: str = "application/json"
    traceparent: str
    data: Any


class Feed(BaseModel):
    """Events in the order they happened. Keep `next_cursor`: it is where to go on."""

    items: list[FeedEvent]
    next_cursor: str = Field(
        description="Always given; ask again with it, also after an empty page."
    )


class FeedGoneBack(Refused):
    """The feed was restored from an older copy: what the cursor has read is no longer told."""

    code = "feed-gone-back"


class FeedArchived(Refused):
    """What follows the cursor has left the database for the archive of closed years."""

    code = "feed-archived"


@router.get("/events")
async def feed(
    request: Request,
    caller: Annotated[Identity, Depends(requires(*AT_WORK, *PARTY_ROLES))],
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Feed:
    """What happened, in order: everything for the bureau's people who belong to every pool; for a bank
    its own, as far as a bank may know it (`GET /event-types`); for another party of a pool what names
    it, with its own lines alone (risk_pool only)."""
    context = context_of(request)
    if caller.party and not tells_parties(context.service):
        raise Forbidden(
            "本服务的事件不涉及贵机构，请读取 risk_pool 的事件流。",
            "Nothing of this service is for you; read the feed of risk_pool.",
        )
    if pools_of(caller.institution) != ALL:
        raise Forbidden(
            "事件流含全部资金池，仅供属于全部资金池的人员或系统读取。",
            "The feed tells of every pool; it is for those who belong to all of them.",
        )
    after, epoch = _read_cursor(cursor)
    party = str(caller.institution) if caller.party else None
    async with context.database.looking(caller.institution) as conn:
        known = await epochs(conn)
        _must_be_ours(after, epoch, known)
        gone = await archived_until(conn)
        events = await read_feed(conn, after=after, limit=limit, party=party)
    until = events[-1].position if events else after
    if after < gone:
        archived = await _of_archive(context, after, gone, known[-1], limit, caller)
        events, until = archived.events, archived.until
    read = [(event, _read(event, caller)) for event in events]
    return Feed(
        items=[
            FeedEvent(
                id=event.id,
                type=event.type,
                source=event.source,
                subject=event.subject,
                time=event.time,
                traceparent=event.traceparent,
                data=data,
            )
            for event, data in read
            if data
        ],
        next_cursor=encode_cursor(until, known[-1].id.hex),
    )


async def _of_archive(
    context: Context, after: int, gone: int, newest: Epoch, limit: int, caller: Identity
) -> Piece:
    """What follows a number that is in the archive alone, where this service can read it."""
    folder = context.settings.archive_folder
    bank = None if caller.institution == EVERYWHERE else str(caller.institution)
    if folder:
        try:
            return await asyncio.to_thread(
                read_archived,
                shelf_of(Path(folder), context.service),
                after=after,
                limit=limit,
                institution=None if caller.party else bank,
                party=bank if caller.party else None,
            )
        except (Broken, OSError) as error:
            log.error("the archive of events cannot be read: %s", error)
    raise FeedArchived(
        f"第 {gone} 条及以前的事件已移入往年档案。请向管理单位索取，或用答复中的 cursor 从其后续读",
        f"Events up to number {gone} are in the archive of closed years. Ask the bureau for them, or go "
        "on behind them with the cursor in this answer.",
        archived_until=gone,
        cursor=encode_cursor(gone, newest.id.hex),
    )


def _read_cursor(cursor: str | None) -> tuple[int, str]:
    """After which number, in which epoch; cursors of before there were epochs name none."""
    if not cursor:
        return 0, ""
    with suppress(CursorInvalid):
        return decode_cursor(cursor, int)[0], ""
    after, epoch = decode_cursor(cursor, int, str)
    return after, epoch


def _must_be_ours(after: int, epoch: str, known: Sequence[Epoch]) -> None:
    """Refuses a cursor that has read what this feed, restored from an older copy, does not tell."""
    place = next((n for n, one in enumerate(known) if one.id.hex == epoch), None)
    if place is not None and place + 1 < len(known):
        common = known[place + 1].began_after
    else:
        common = known[-1].last if place is not None or not epoch else 0
    if after > common:
        raise FeedGoneBack(
            f"事件流已从较早的备份恢复，仅到第 {common} 条与所读一致。请从该处续读，并核对其后所读的内容",
            "The feed was restored from an older copy and has gone back: what you have read is told "
            f"up to number {common} only. Go on from there, and look through what you read after it.",
            common=common,
            cursor=encode_cursor(common, known[-1].id.hex),
        )


def _read(event: Published, caller: Identity) -> Any:
    """The body as the caller may know it; who may know nothing of it is not told of it."""
    if caller.institution == EVERYWHERE:
        return readable(event.body)
    if not caller.party:
        return shown_to_bank(str(caller.institution), event.type, event.body)
    try:
        return read_by_party(caller.party, event.type, event.body)
    except ValidationError:
        return {}


def readable(body: bytes) -> Any:
    """JSON, or base64 text: one body that is broken, or nested two hundred deep, must not hide what
    comes after it."""
    try:
        return from_json(body)
    except ValueError:
        return base64.b64encode(body).decode()
