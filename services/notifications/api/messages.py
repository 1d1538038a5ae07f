"""The delivery log: what was sent, to whom, how it went, and sending it again."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import (
    KEEPERS,
    READERS,
    Cursor,
    InTwoLanguages,
    Limit,
    nothing_here,
)
from services.notifications.domain.audiences import NOTICES
from services.notifications.domain.redaction import TOLD
from services.notifications.queries.looking import looking
from services.notifications.senders.webhook import webhook_id
from services.notifications.tables import delivery_log as log
from shared.auth.identity import Identity, requires
from shared.http import requests
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import LARGEST_INTEGER

router = APIRouter(tags=["delivery log"])

Keeper = Annotated[Identity, Depends(requires(*KEEPERS))]
Reader = Annotated[Identity, Depends(requires(*READERS))]

State = Literal["pending", "delivered", "failed", "cancelled"]


class DeliveryAnswer(BaseModel):
    """One message on its way to one receiver."""

    id: UUID
    channel: Literal["webhook", "email"]
    receiver_id: UUID = Field(description="The endpoint or the subscription.")
    state: State
    attempts: int
    next_attempt_at: datetime | None = Field(description="Null unless it is pending.")
    last_error: str
    finished_at: datetime | None


_EXAMPLE: dict[str, Any] = {
    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
    "webhook_id": "msg_0192f3c8b1e97d0f8c7f5a4e3d2c1b0a",
    "event_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b02",
    "event_type": "claim.paid.v1",
    "institution": "ICBC-TJ",
    "subject": "DL-2026-000123",
    "pool_code": "dongli",
    "loan_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b01",
    "title": {
        "zh": "补偿款已支付：DL-C-2026-0001",
        "en": "Compensation paid: DL-C-2026-0001",
    },
    "happened_at": "2026-03-31T02:00:00Z",
    "created_at": "2026-03-31T02:00:01Z",
    "deliveries": [
        {
            "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b03",
            "channel": "webhook",
            "receiver_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b04",
            "state": "pending",
            "attempts": 1,
            "next_attempt_at": "2026-03-31T02:00:07Z",
            "last_error": "HTTP 503",
            "finished_at": None,
        }
    ],
}


class MessageAnswer(BaseModel):
    """What an institution was told of one event, and how far that has got."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    webhook_id: str = Field(description="The webhook-id header of its webhooks.")
    event_id: UUID = Field(description="The event's id, as in the event feed.")
    event_type: str
    institution: str
    subject: str
    pool_code: str
    loan_id: UUID | None
    title: InTwoLanguages
    happened_at: datetime
    created_at: datetime
    deliveries: list[DeliveryAnswer]


class MessageDetail(MessageAnswer):
    """A message with what its webhooks carry."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "payload": {
                        "type": "claim.paid.v1",
                        "timestamp": "2026-03-31T02:00:00Z",
                        "event_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b02",
                        "data": {"number": "DL-2026-000123", "paid": "400000.01"},
                    },
                }
            ]
        }
    )

    payload: dict[str, Any]


class AttemptAnswer(BaseModel):
    """One try: what was answered, and how long it took."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "delivery_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b03",
                    "channel": "webhook",
                    "receiver_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b04",
                    "number": 1,
                    "began_at": "2026-03-31T02:00:01Z",
                    "duration_ms": 84,
                    "status": 503,
                    "error": "HTTP 503",
                    "answer": "maintenance",
                }
            ]
        }
    )

    delivery_id: UUID
    channel: Literal["webhook", "email"]
    receiver_id: UUID
    number: int = Field(description="A number that is missing was lost in a crash.")
    began_at: datetime
    duration_ms: int
    status: int | None = Field(description="HTTP or SMTP status; null without an answer.")
    error: str
    answer: str = Field(description="The first bytes of the answer.")


class Resend(requests.RequestBody):
    """To which endpoint of yours to send it; none: to everyone who did not get it."""

    endpoint_id: UUID | None = None


class EventTypeAnswer(BaseModel):
    """A type of event, and what your institution is told of it."""

    event_type: str
    in_inbox: bool
    needs_action: bool
    fields: list[str] | None = Field(description="What `data` may hold; null: everything.")


@router.get("/messages")
async def look_through(
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
    async with looking(here.database, caller.institution) as conn:
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
        items=[MessageAnswer(**_message(row, deliveries)) for row in rows[:limit]],
        next_cursor=encode_cursor(rows[limit - 1]["position"]) if more else None,
    )


@router.get("/messages/{message_id}")
async def look_at(message_id: UUID, caller: Reader, here: CurrentContext) -> MessageDetail:
    """One message, its deliveries and what its webhooks carry."""
    async with looking(here.database, caller.institution) as conn:
        row = await log.message(conn, message_id)
        if row is None:
            raise nothing_here("消息", "message")
        deliveries = await log.deliveries_of(conn, [message_id])
    return MessageDetail(**_message(row, deliveries), payload=orjson.loads(row["payload"]))


@router.get("/messages/{message_id}/attempts")
async def attempts(message_id: UUID, caller: Reader, here: CurrentContext) -> Page[AttemptAnswer]:
    """Every try to deliver a message, the newest first (200 at most)."""
    async with looking(here.database, caller.institution) as conn:
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
        await log.send_again(
            conn,
            message_id=message_id,
            institution=caller.institution,
            endpoint_id=body.endpoint_id,
        )
        deliveries = await log.deliveries_of(conn, [message_id])
        return Answer(202, MessageAnswer(**_message(row, deliveries)))

    return await idempotently(request, caller, here.database, work)


@router.get("/event-types")
async def event_types(
    caller: Annotated[Identity, Depends(requires())], here: CurrentContext
) -> list[EventTypeAnswer]:
    """What there is to be told of, and which fields your institution gets."""
    bureau = caller.institution == "*"
    return [
        EventTypeAnswer(
            event_type=name,
            in_inbox=bool(notice.roles) if bureau else notice.bank_inbox,
            needs_action=notice.bureau_acts if bureau else notice.bank_acts,
            fields=None if bureau else sorted(f.removesuffix("_fen") for f in TOLD[name]),
        )
        for name, notice in NOTICES.items()
        if (notice.roles if bureau else name in TOLD)
    ]


def _message(row: asyncpg.Record, deliveries: dict[UUID, list[asyncpg.Record]]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "webhook_id": webhook_id(row["id"]),
        "event_id": row["event_id"],
        "event_type": row["event_type"],
        "institution": row["institution"],
        "subject": row["subject"],
        "pool_code": row["pool_code"],
        "loan_id": row["loan_id"],
        "title": {"zh": row["title_zh"], "en": row["title_en"]},
        "happened_at": row["happened_at"],
        "created_at": row["created_at"],
        "deliveries": [DeliveryAnswer(**one) for one in deliveries.get(row["id"], [])],
    }
