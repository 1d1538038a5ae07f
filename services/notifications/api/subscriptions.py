"""Subscriptions (e-mail, SMS): who is written to, in which language, about what."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, ValidationInfo

from services.notifications.api.common import (
    Anyone,
    AnyoneOrParty,
    Cursor,
    HoursShown,
    HoursWanted,
    Limit,
    Wanted,
    WantedChange,
    WantedShown,
    hours_of_new,
    people_shown,
    settings_of,
)
from services.notifications.api.robot_models import Role
from services.notifications.domain.digests import Digest
from services.notifications.domain.hours import usual_hours
from services.notifications.domain.receivers import SMS, EmailIsOff, SmsIsOff
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers import confirmations
from services.notifications.handlers import subscriptions as handlers
from services.notifications.queries import subscriptions as queries
from shared.auth.identity import EVERYBODY
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.http.requests import RequestBody

router = APIRouter(prefix="/subscriptions", tags=["e-mail"])

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class NotAnAddress(ValueError):
    """Nothing that a letter could be sent to."""

    code = "not-an-email-address"
    zh = "须为电子邮件地址，如 name@bank.example.cn"
    en = "must be an e-mail address such as name@bank.example.cn"


class NotANumber(ValueError):
    """Nothing that a text could be sent to."""

    code = "not-a-mobile-number"
    zh = "须为 11 位手机号码"
    en = "must be a mobile number of eleven digits"


def _address(value: str, info: ValidationInfo) -> str:
    if info.data.get("channel") == SMS:
        if _MOBILE.fullmatch(value) is None:
            raise NotANumber
    elif len(value) > 254 or _ADDRESS.fullmatch(value) is None:
        raise NotAnAddress
    return value


class NewSubscription(Wanted):
    """Whom to write to, about what. You hear of what concerns your roles; by SMS only its title."""

    channel: Literal["email", "sms"] = "email"
    address: Annotated[
        str,
        AfterValidator(_address),
        Field(
            examples=["ops@bank.example.cn"],
            description="An e-mail address; for sms a mobile number of the mainland.",
        ),
    ]
    language: Literal["zh", "en"] = "zh"
    roles: Annotated[
        list[Role] | None,
        Field(min_length=1, max_length=len(EVERYBODY), description="Of yours; all where none is."),
    ] = None
    hours: HoursWanted | None = Field(
        None,
        description="Quiet hours not named: none for letters, for texts as this installation has them, "
        "by night; null: none.",
    )
    digest: Digest = Digest.EACH
    month_pack: bool = Field(
        False,
        description="By e-mail, for every month that is posted: a workbook of the settlement (a bank's "
        "own part alone), the month's notices and what waits until a day.",
    )


class SubscriptionChange(WantedChange):
    """What to change; what is not named stays. Another address is another subscription."""

    language: Literal["zh", "en"] | None = None
    roles: Annotated[
        list[Role] | None,
        Field(min_length=1, max_length=len(EVERYBODY), description="Of yours, or it had them."),
    ] = None
    hours: HoursWanted | None = None
    digest: Digest | None = None
    month_pack: bool | None = None


class SubscriptionAnswer(WantedShown):
    """A subscription."""

    id: UUID
    institution: str
    subject: str
    channel: Literal["email", "sms"]
    address: str
    language: Literal["zh", "en"]
    roles: list[str] = Field(description="The roles its owner had when subscribing.")
    hours: HoursShown
    digest: Digest
    month_pack: bool
    state: Literal["active", "paused", "disabled"] = Field(
        description="Paused where the address was refused for good; what is due waits."
    )
    failing_since: datetime | None
    last_error: str
    created_at: datetime
    confirmed_at: datetime | None = Field(
        description="When whoever reads the mailbox confirmed it; null until then, and nothing is sent "
        "there but the letter that asks."
    )
    version: int


class ConfirmationCode(RequestBody):
    """What the letter says."""

    code: Annotated[str, Field(min_length=1, max_length=100, examples=["kW3vZ0a1Q2b3C4d5E6f7Gh"])]


@router.post("", status_code=201, response_model=SubscriptionAnswer)
async def add(
    body: NewSubscription, request: Request, caller: AnyoneOrParty, here: CurrentContext
) -> Response:
    """Get e-mails. A mailbox is asked first, by a letter with a code; one that your token claims with
    `email_verified` is confirmed at once."""
    if body.channel == "email" and not settings_of(here).smtp_host:
        raise EmailIsOff("本系统未开通电子邮件", "E-mail is not set up here.")
    if body.channel == "sms" and not settings_of(here).sms_access_key:
        raise SmsIsOff("本系统未开通短信", "SMS is not set up here.")

    async def work(conn: asyncpg.Connection) -> Answer:
        subscription_id = await handlers.add(
            conn,
            channel=body.channel,
            address=body.address,
            language=body.language,
            roles=body.roles,
            wishes=body.wishes,
            hours=hours_of_new(
                body.hours, usual_hours(body.channel, settings_of(here).usual_quiet)
            ),
            digest=body.digest,
            month_pack=body.month_pack,
            caller=caller,
            now=here.clock.now(),
        )
        return await _answer(conn, subscription_id, 201)

    return await idempotently(request, caller, here.database, work)


@router.get("")
async def look_through(
    caller: AnyoneOrParty, here: CurrentContext, limit: Limit = 50, cursor: Cursor = None
) -> Page[SubscriptionAnswer]:
    """Your own subscriptions, the newest first; an admin sees those of their institution."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with here.database.looking(caller.institution) as conn:
        found = await queries.page(
            conn,
            institution=caller.institution,
            subject="" if handlers.may_manage_all(caller) else caller.subject,
            before=before,
            limit=limit + 1,
        )
    items = [SubscriptionAnswer(**people_shown(one)) for one in found]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/{subscription_id}")
async def look_at(
    subscription_id: UUID, caller: Anyone, here: CurrentContext, response: Response
) -> SubscriptionAnswer:
    """One subscription of yours; an admin sees those of their institution."""
    async with here.database.looking(caller.institution) as conn:
        found = await queries.seen(
            conn,
            subscription_id,
            institution=caller.institution,
            subject="" if handlers.may_manage_all(caller) else caller.subject,
        )
    if found is None:
        raise nothing_here("订阅", "subscription")
    response.headers["ETag"] = etag(found["version"])
    return SubscriptionAnswer(**people_shown(found))


@router.patch("/{subscription_id}", openapi_extra=IF_MATCH)
async def change(
    subscription_id: UUID,
    body: SubscriptionChange,
    request: Request,
    caller: Anyone,
    here: CurrentContext,
    response: Response,
) -> SubscriptionAnswer:
    """Change a subscription of yours; needs If-Match. What quiet hours held back goes by the new ones."""
    async with here.database.begin(caller.institution) as conn:
        found = await handlers.locked(conn, subscription_id, caller=caller)
        require_match(request, found["version"])
        await handlers.change(
            conn,
            found,
            language=body.language,
            roles=body.roles,
            wishes=body.wishes,
            hours=body.hours.hours if body.hours else None,
            digest=body.digest,
            month_pack=body.month_pack,
            caller=caller,
            now=here.clock.now(),
        )
        changed = await queries.one(conn, subscription_id)
    response.headers["ETag"] = etag(changed["version"])
    return SubscriptionAnswer(**people_shown(changed))


@router.post("/{subscription_id}/resume", response_model=SubscriptionAnswer)
async def resume(
    subscription_id: UUID, request: Request, caller: Anyone, here: CurrentContext
) -> Response:
    """Have a paused subscription go on: the address is right after all. What has waited is sent."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.resume(conn, subscription_id, caller=caller, now=here.clock.now())
        return await _answer(conn, subscription_id, 200)

    return await idempotently(request, caller, here.database, work)


@router.post("/{subscription_id}/send-letter", response_model=SubscriptionAnswer)
async def send_letter(
    subscription_id: UUID, request: Request, caller: AnyoneOrParty, here: CurrentContext
) -> Response:
    """Send the letter with the code again, with a new one; the one before is void. Once in ten
    minutes."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.send_letter(conn, subscription_id, caller=caller, now=here.clock.now())
        return await _answer(conn, subscription_id, 200)

    return await idempotently(request, caller, here.database, work)


@router.post("/{subscription_id}/confirm", response_model=SubscriptionAnswer)
async def confirm(
    subscription_id: UUID,
    body: ConfirmationCode,
    request: Request,
    caller: AnyoneOrParty,
    here: CurrentContext,
) -> Response:
    """Say that notices may be sent to the mailbox, by the code that came there. It may be anybody of the
    subscriber's institution, for mailboxes are shared."""
    # Counted whatever comes of it, and before it is looked at: many at once get no more tries.
    async with here.database.begin(caller.institution) as conn:
        await confirmations.count_try(conn, subscription_id, caller=caller)

    async def work(conn: asyncpg.Connection) -> Answer:
        await confirmations.confirm(
            conn, subscription_id, code=body.code, caller=caller, now=here.clock.now()
        )
        return await _answer(conn, subscription_id, 200)

    return await idempotently(request, caller, here.database, work)


@router.delete("/{subscription_id}", status_code=204)
async def delete(subscription_id: UUID, caller: AnyoneOrParty, here: CurrentContext) -> None:
    """Get no more e-mails by this subscription; what is waiting is not sent."""
    async with here.database.begin(caller.institution) as conn:
        await handlers.delete(conn, subscription_id, caller=caller, now=here.clock.now())


async def _answer(conn: asyncpg.Connection, subscription_id: UUID, status: int) -> Answer:
    """The subscription as this transaction sees it."""
    found = await queries.one(conn, subscription_id)
    answer = SubscriptionAnswer(**people_shown(found))
    return Answer(status, answer, {"ETag": etag(answer.version)})
