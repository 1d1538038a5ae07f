"""Webhook endpoints: where an institution wants to be called, about what."""

from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response

from services.notifications.api.common import (
    Cursor,
    Keeper,
    KeeperOrParty,
    Limit,
    Reader,
    ReaderOrParty,
    settings_of,
    webhooks_by_two,
)
from services.notifications.api.endpoint_models import (
    EndpointAnswer,
    EndpointChange,
    NewEndpoint,
    ResendSince,
    Resent,
    answer_of,
)
from services.notifications.domain.addresses import require_allowed
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers import deliveries
from services.notifications.handlers import endpoints as handlers
from services.notifications.queries import endpoints as queries
from services.notifications.senders.secret_encryption import SecretEncryption
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(prefix="/endpoints", tags=["webhooks"])


@router.post("", status_code=201, response_model=EndpointAnswer)
async def add(
    body: NewEndpoint, request: Request, caller: KeeperOrParty, here: CurrentContext
) -> Response:
    """Be called about events. The answer shows the signing secret, once. In production nothing is
    sent until another person of yours, or the bureau's admin, confirms it."""
    require_allowed(body.url, settings_of(here).address_policy)
    shown: list[EndpointAnswer] = []

    async def work(conn: asyncpg.Connection) -> Answer:
        endpoint_id, secret = await handlers.add(
            conn,
            encryption_of(here),
            url=body.url,
            description=body.description or "",
            wishes=body.wishes,
            caller=caller,
            by_two=webhooks_by_two(here),
            now=here.clock.now(),
        )
        return await answer_with_secret(conn, endpoint_id, secret, shown, status=201)

    response = await idempotently(request, caller, here.database, work)
    return with_secret(response, shown)


def encryption_of(here: Context) -> SecretEncryption:
    """How this service keeps secrets."""
    return SecretEncryption(settings_of(here).encryption_key_list)


async def answer_with_secret(
    conn: asyncpg.Connection,
    endpoint_id: UUID,
    secret: str,
    shown: list[EndpointAnswer],
    *,
    status: int,
) -> Answer:
    """The answer that is kept for repeated requests; `shown` gets the one with the secret."""
    answer = await answer_in(conn, endpoint_id)
    shown.append(answer.model_copy(update={"secret": secret}))
    return Answer(status, answer, {"ETag": etag(answer.version)})


def with_secret(response: Response, shown: list[EndpointAnswer]) -> Response:
    """The answer with the secret in it, if it was made just now.

    What is kept for a repeated request is the answer without it: a secret is stored encrypted only.
    """
    if not shown:
        return response
    return Response(
        shown[0].model_dump_json(),
        status_code=response.status_code,
        media_type="application/json",
        headers={"ETag": etag(shown[0].version), "Cache-Control": "no-store"},
    )


@router.get("")
async def look_through(
    caller: ReaderOrParty, here: CurrentContext, limit: Limit = 50, cursor: Cursor = None
) -> Page[EndpointAnswer]:
    """Your institution's endpoints, the newest first; the bureau sees everyone's."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with here.database.looking(caller.institution) as conn:
        own = "" if caller.bank is None else str(caller.institution)
        found = await queries.page(conn, institution=own, before=before, limit=limit + 1)
    items = [answer_of(one) for one in found]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/{endpoint_id}")
async def look_at(
    endpoint_id: UUID, caller: Reader, here: CurrentContext, response: Response
) -> EndpointAnswer:
    """One endpoint, its health and which secrets are in use."""
    async with here.database.looking(caller.institution) as conn:
        answer = await answer_in(conn, endpoint_id)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.patch("/{endpoint_id}", openapi_extra=IF_MATCH)
async def change(
    endpoint_id: UUID,
    body: EndpointChange,
    request: Request,
    caller: Keeper,
    here: CurrentContext,
    response: Response,
) -> EndpointAnswer:
    """Change an endpoint; needs If-Match. A paused one keeps what is due until it is active. In
    production another address waits as `proposed_url` until another person confirms it."""
    if body.url is not None:
        require_allowed(body.url, settings_of(here).address_policy)
    async with here.database.begin(caller.institution) as conn:
        found = await handlers.locked(conn, endpoint_id, institution=caller.institution)
        require_match(request, found["version"])
        await handlers.change(
            conn,
            found,
            url=body.url,
            description=body.description,
            wishes=body.wishes,
            state=body.state,
            caller=caller,
            by_two=webhooks_by_two(here),
            now=here.clock.now(),
        )
        answer = await answer_in(conn, endpoint_id)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.post("/{endpoint_id}/confirm", response_model=EndpointAnswer, openapi_extra=IF_MATCH)
async def confirm(
    endpoint_id: UUID, request: Request, caller: KeeperOrParty, here: CurrentContext
) -> Response:
    """Confirm as another person what waits of an endpoint: the address it was set up with, another one, a
    secret. Needs If-Match, so that what is confirmed is what was seen. The bureau's admin confirms for any
    institution, where one has only one person here."""

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await handlers.locked_for_confirming(conn, endpoint_id, caller=caller)
        require_match(request, found["version"])
        await handlers.confirm(conn, found, caller=caller, now=here.clock.now())
        answer = await answer_in(conn, endpoint_id)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, here.database, work)


@router.delete("/{endpoint_id}", status_code=204, openapi_extra=IF_MATCH)
async def delete(
    endpoint_id: UUID, request: Request, caller: KeeperOrParty, here: CurrentContext
) -> None:
    """Be called no longer; needs If-Match. What was sent stays in the delivery log."""
    async with here.database.begin(caller.institution) as conn:
        found = await handlers.locked(conn, endpoint_id, institution=caller.institution)
        require_match(request, found["version"])
        await handlers.delete(conn, found, caller=caller, now=here.clock.now())


@router.post("/{endpoint_id}/resend", status_code=202, response_model=Resent)
async def send_again(
    endpoint_id: UUID, body: ResendSince, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """After an outage of yours: everything that was given up since then is sent again."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await handlers.locked(conn, endpoint_id, institution=caller.institution)
        count = await deliveries.send_again_since(conn, endpoint_id, since=body.since)
        return Answer(202, Resent(deliveries=count))

    return await idempotently(request, caller, here.database, work)


async def answer_in(conn: asyncpg.Connection, endpoint_id: UUID) -> EndpointAnswer:
    """The endpoint as this transaction sees it. Raises NotFound."""
    found = await queries.one(conn, endpoint_id)
    if found is None:
        raise nothing_here("回调地址", "endpoint")
    return answer_of(found)
