"""Deliveries one by one: what waits, what was given up, and sending many of them now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.common import (
    ChannelName,
    InTwoLanguages,
    Keeper,
)
from services.notifications.api.endpoint_models import Resent
from services.notifications.api.message_models import State
from services.notifications.tables import deliveries
from shared.http import requests
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently

router = APIRouter(prefix="/deliveries", tags=["delivery log"])

MOST_AT_ONCE = 200

_EXAMPLE: dict[str, Any] = {
    "id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b03",
    "message_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a",
    "event_type": "claim.paid.v1",
    "institution": "ICBC-TJ",
    "subject": "DL-2026-000123",
    "pool_code": "dongli",
    "title": {"zh": "补偿款已支付：DL-C-2026-0001", "en": "Compensation paid: DL-C-2026-0001"},
    "channel": "webhook",
    "receiver_id": "0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b04",
    "address": "https://bank.example.cn/zhidai/webhooks",
    "state": "failed",
    "attempts": 10,
    "last_error": "HTTP 503",
    "created_at": "2026-03-31T02:00:01Z",
    "next_attempt_at": None,
    "held": False,
    "finished_at": "2026-04-03T06:12:44Z",
}


class DeliveryListed(BaseModel):
    """One message on its way to one receiver, with what it is about."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    message_id: UUID
    event_type: str
    institution: str
    subject: str
    pool_code: str
    title: InTwoLanguages
    channel: ChannelName
    receiver_id: UUID
    address: str = Field(description="Where it goes; of a group robot what may be shown.")
    state: State
    attempts: int
    last_error: str
    created_at: datetime
    next_attempt_at: datetime | None = Field(description="Null unless it is pending.")
    held: bool = Field(description="It waits for the end of its receiver's quiet hours.")
    finished_at: datetime | None


class SendNow(requests.RequestBody):
    """Which deliveries of your institution to send at once."""

    deliveries: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]


@router.post("/send-now", status_code=202, response_model=Resent)
async def send_now(
    body: SendNow, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Send these at once, under the webhook-id they have: what waits for its next try, what was given
    up, what has arrived. Left out are those of other institutions, those in hand at this moment, and
    those whose receiver is deleted or disabled."""

    async def work(conn: asyncpg.Connection) -> Answer:
        count = await deliveries.send_now(
            conn, body.deliveries, institution=str(caller.institution)
        )
        return Answer(202, Resent(deliveries=count))

    return await idempotently(request, caller, here.database, work)


def listed(row: Mapping[str, Any]) -> DeliveryListed:
    """A delivery as it is answered."""
    title = {"zh": row["title_zh"], "en": row["title_en"]}
    return DeliveryListed(title=InTwoLanguages(**title), **row)
