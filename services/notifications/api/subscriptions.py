"""E-mail subscriptions: who is written to, in which language, about what."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from pydantic import AfterValidator, BaseModel, Field
from sqlmodel import col, select
from uuid6 import uuid7

from services.notifications.api.common import Cursor, EventTypes, Limit, nothing_here
from services.notifications.delivery.background import settings_of
from services.notifications.tables.deliveries import CANCEL
from services.notifications.tables.rows import Subscription
from shared.auth.identity import Identity, requires
from shared.http import requests
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.refusals import Refused

router = APIRouter(prefix="/subscriptions", tags=["e-mail"])

MOST_PER_PERSON = 10
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)


class NotAnAddress(ValueError):
    """Nothing that a letter could be sent to."""

    code = "not-an-email-address"
    zh = "须为电子邮件地址，如 name@bank.example.cn"
    en = "must be an e-mail address such as name@bank.example.cn"


class EmailIsOff(Refused):
    """No relay is set up here, so a subscription would promise what is not kept."""

    code = "email-is-off"


class TooManySubscriptions(Refused):
    """A person has as many subscriptions as they may."""

    code = "too-many-subscriptions"


def _address(value: str) -> str:
    if len(value) > 254 or _ADDRESS.fullmatch(value) is None:
        raise NotAnAddress
    return value


class NewSubscription(requests.RequestBody):
    """Whom to write to, about what. You hear of what concerns your roles."""

    address: Annotated[str, AfterValidator(_address), Field(examples=["ops@bank.example.cn"])]
    language: Literal["zh", "en"] = "zh"
    event_types: EventTypes = Field(default_factory=list)


class SubscriptionAnswer(BaseModel):
    """A subscription."""

    id: UUID
    institution: str
    subject: str
    address: str
    language: Literal["zh", "en"]
    event_types: list[str]
    roles: list[str] = Field(description="The roles its owner had when subscribing.")
    created_at: datetime


Anyone = Annotated[Identity, Depends(requires())]


@router.post("", status_code=201, response_model=SubscriptionAnswer)
async def add(
    body: NewSubscription, request: Request, caller: Anyone, here: CurrentContext
) -> Response:
    """Get e-mails from now on."""
    if not settings_of(here).smtp_host:
        raise EmailIsOff("本系统未开通电子邮件", "E-mail is not set up here.")

    async def work(conn: asyncpg.Connection) -> Answer:
        count = await conn.fetchval(
            "select count(*) from subscriptions where institution = $1 and subject = $2 "
            "and deleted_at is null",
            caller.institution,
            caller.subject,
        )
        if count >= MOST_PER_PERSON:
            raise TooManySubscriptions(
                f"每人最多 {MOST_PER_PERSON} 个订阅",
                f"A person has {MOST_PER_PERSON} subscriptions at most.",
            )
        row = await conn.fetchrow(
            "insert into subscriptions (id, institution, subject, address, language, event_types, "
            "roles, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $3) "
            "returning id, institution, subject, address, language, event_types, roles, created_at",
            uuid7(),
            caller.institution,
            caller.subject,
            body.address,
            body.language,
            sorted(set(body.event_types)),
            sorted(caller.roles),
            here.clock.now(),
        )
        return Answer(201, SubscriptionAnswer(**row))

    return await idempotently(request, caller, here.database, work)


@router.get("")
async def look_through(
    caller: Anyone, here: CurrentContext, limit: Limit = 50, cursor: Cursor = None
) -> Page[SubscriptionAnswer]:
    """Your own subscriptions, the newest first; an admin sees those of their institution."""
    query = select(Subscription).where(
        col(Subscription.deleted_at).is_(None),
        col(Subscription.institution) == caller.institution,
    )
    if "admin" not in caller.roles:
        query = query.where(col(Subscription.subject) == caller.subject)
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        query = query.where(col(Subscription.id) < before)
    query = query.order_by(col(Subscription.id).desc()).limit(limit + 1)
    async with here.database.reading(caller.institution) as session:
        found = list((await session.exec(query)).all())
    items = [SubscriptionAnswer(**one.model_dump()) for one in found]
    more = len(items) > limit
    return Page(
        items=items[:limit], next_cursor=encode_cursor(items[limit - 1].id) if more else None
    )


@router.delete("/{subscription_id}", status_code=204)
async def delete(subscription_id: UUID, caller: Anyone, here: CurrentContext) -> None:
    """Get no more e-mails by this subscription; what is waiting is not sent."""
    async with here.database.begin(caller.institution) as conn:
        done = await conn.fetchval(
            "update subscriptions set deleted_at = $4 where id = $1 and institution = $2 "
            "and (subject = $3 or $5) and deleted_at is null returning id",
            subscription_id,
            caller.institution,
            caller.subject,
            here.clock.now(),
            "admin" in caller.roles,
        )
        if done is None:
            raise nothing_here("订阅", "subscription")
        await conn.execute(CANCEL, [subscription_id], "the subscription was deleted")
