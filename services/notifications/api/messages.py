"""The delivery log: what was sent, to whom, how it went, and sending it again."""

from typing import Annotated
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter, Query, Request, Response

from services.notifications.api.common import Anyone, Cursor, InTwoLanguages, Keeper, Limit, Reader
from services.notifications.api.message_models import (
    AttemptAnswer,
    EventTypeAnswer,
    MessageAnswer,
    MessageDetail,
    Resend,
    State,
    shown,
)
from services.notifications.domain.audiences import BANK_ROLES, BUREAU
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers import deliveries as handlers
from services.notifications.queries import delivery_log as log
from shared.contracts.redaction import fields_for_banks
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import LARGEST_INTEGER

router = APIRouter(tags=["delivery log"])


@router.get("/messages")
async def look_through_messages(
    caller: Reader,
    here: CurrentContext,
    state: State | None = None,
    event_type: Annotated[str, Query(max_length=100, pattern=r"^[^\u0000]*$")] = "",
    pool_code: Annotated[str, Query(max_length=100, pattern=r"^[^\u0000]*$")] = "",
    loan_id: UUID | None = None,
    receiver_id: UUID | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MessageAnswer]:
    """Your institution's messages, the newest first; `state` finds those with such a delivery."""
    before = decode_cursor(cursor, int)[0] if cursor else LARGEST_INTEGER
    async with here.database.looking(caller.institution) as conn:
        rows = await log.page(
            conn,
            before=before,
            state=state or "",
            event_type=event_type,
            pool_code=pool_code,
            loan_id=loan_id,
            receiver_id=receiver_id,
            limit=limit + 1,
        )
        deliveries = await log.deliveries_of(conn, [row["id"] for row in rows])
    more = len(rows) > limit
    return Page(
        items=[MessageAnswer(**shown(row, deliveries)) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1]["position"]) if more else None,
    )


@router.get("/messages/{message_id}")
async def look_at(message_id: UUID, caller: Reader, here: CurrentContext) -> MessageDetail:
    """One message as it was written, its deliveries and what its webhooks carry."""
    async with here.database.looking(caller.institution) as conn:
        row = await log.message(conn, message_id)
        if row is None:
            raise nothing_here("消息", "message")
        deliveries = await log.deliveries_of(conn, [message_id])
    return MessageDetail(
        **shown(row, deliveries),
        text=InTwoLanguages(zh=row["text_zh"], en=row["text_en"]),
        template_id=row["template_id"],
        template_edition=row["template_edition"],
        payload=orjson.loads(row["payload"]),
    )


@router.get("/messages/{message_id}/attempts")
async def attempts(message_id: UUID, caller: Reader, here: CurrentContext) -> Page[AttemptAnswer]:
    """Every try to deliver a message, the newest first (200 at most)."""
    async with here.database.looking(caller.institution) as conn:
        if await log.message(conn, message_id) is None:
            raise nothing_here("消息", "message")
        rows = await log.attempts_of(conn, message_id)
    return Page(items=[AttemptAnswer(**row) for row in rows], next_cursor=None)


@router.post("/messages/{message_id}/resend", status_code=202, response_model=MessageAnswer)
async def resend(
    message_id: UUID, body: Resend, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Send a message again, with the same webhook-id: to one endpoint of yours, whether it had
    it or not, or to every receiver that it was given up or cancelled for."""

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await log.message(conn, message_id, institution=caller.institution)
        if row is None:
            raise nothing_here("消息", "message")
        await handlers.send_again(
            conn,
            message_id=message_id,
            institution=caller.institution,
            endpoint_id=body.endpoint_id,
        )
        deliveries = await log.deliveries_of(conn, [message_id])
        return Answer(202, MessageAnswer(**shown(row, deliveries)))

    return await idempotently(request, caller, here.database, work)


@router.get("/event-types")
async def event_types(caller: Anyone, here: CurrentContext) -> Page[EventTypeAnswer]:
    """What there is to be told of, and which fields your institution gets."""
    bureau = caller.institution == BUREAU
    items = [
        EventTypeAnswer(
            event_type=name,
            in_inbox=notice.tells_bureau if bureau else notice.bank_inbox,
            roles=sorted(notice.roles) if bureau else list(BANK_ROLES) * notice.bank_inbox,
            fields=None
            if bureau
            else sorted(f.removesuffix("_fen") for f in fields_for_banks(name)),
        )
        for name, notice in NOTICES.items()
        if (notice.tells_bureau if bureau else fields_for_banks(name))
    ]
    return Page(items=items)
