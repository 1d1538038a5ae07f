"""Webhook endpoints: where an institution wants to be called, about what."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlmodel import col, select

from services.notifications.api.common import (
    KEEPERS,
    READERS,
    Cursor,
    Limit,
    nothing_here,
)
from services.notifications.api.endpoint_models import (
    EndpointAnswer,
    EndpointChange,
    NewEndpoint,
    ResendSince,
    Resent,
    SecretAnswer,
)
from services.notifications.delivery.background import settings_of
from services.notifications.delivery.secret_encryption import Seal
from services.notifications.domain.addresses import why_not
from services.notifications.tables import endpoints as rows
from services.notifications.tables.rows import Endpoint, EndpointSecret
from shared.auth.identity import Identity, requires
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import IF_MATCH, etag, require_match
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/endpoints", tags=["webhooks"])

Keeper = Annotated[Identity, Depends(requires(*KEEPERS))]
Reader = Annotated[Identity, Depends(requires(*READERS))]


@router.post("", status_code=201, response_model=EndpointAnswer)
async def add(
    body: NewEndpoint, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Be called about events from now on. The answer shows the signing secret, once."""
    settings = settings_of(here)
    _check_url(body.url, here)
    seal = Seal(settings.sealing_keys)
    shown: list[EndpointAnswer] = []

    async def work(conn: asyncpg.Connection) -> Answer:
        now = here.clock.now()
        endpoint_id = await rows.add(
            conn,
            institution=caller.institution,
            url=body.url,
            description=body.description or "",
            event_types=body.event_types,
            subject=caller.subject,
            now=now,
        )
        _, secret = await rows.add_secret(
            conn,
            seal,
            endpoint_id=endpoint_id,
            institution=caller.institution,
            subject=caller.subject,
            now=now,
        )
        answer = await answer_in(conn, endpoint_id)
        shown.append(answer.model_copy(update={"secret": secret}))
        return Answer(201, answer, {"ETag": etag(answer.version)})

    response = await idempotently(request, caller, here.database, work)
    return with_secret(response, shown)


def with_secret(response: Response, shown: list[EndpointAnswer]) -> Response:
    """The answer with the secret in it, if it was made just now.

    What is kept for a repeated request is the answer without it: a secret is stored sealed only.
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
    caller: Reader, here: CurrentContext, limit: Limit = 50, cursor: Cursor = None
) -> Page[EndpointAnswer]:
    """Your institution's endpoints, the newest first; the bureau sees everyone's."""
    query = select(Endpoint).where(col(Endpoint.state) != "deleted")
    if cursor:
        (before,) = decode_cursor(cursor, UUID)
        query = query.where(col(Endpoint.id) < before)
    query = query.order_by(col(Endpoint.id).desc()).limit(limit + 1)
    async with here.database.reading(caller.institution) as session:
        found = list((await session.exec(query)).all())
        secrets = list(
            await session.exec(
                select(EndpointSecret)
                .where(
                    col(EndpointSecret.endpoint_id).in_([one.id for one in found]),
                    col(EndpointSecret.retired_at).is_(None),
                )
                .order_by(col(EndpointSecret.id).desc())
            )
        )
    items = [_answer(one, [s for s in secrets if s.endpoint_id == one.id]) for one in found]
    more = len(items) > limit
    return Page(
        items=items[:limit], next_cursor=encode_cursor(items[limit - 1].id) if more else None
    )


@router.get("/{endpoint_id}")
async def look_at(
    endpoint_id: UUID, caller: Reader, here: CurrentContext, response: Response
) -> EndpointAnswer:
    """One endpoint, its health and which secrets are in use."""
    async with here.database.reading(caller.institution) as session:
        found = await session.get(Endpoint, endpoint_id)
        if found is None or found.state == "deleted":
            raise nothing_here("回调地址", "endpoint")
        secrets = await session.exec(
            select(EndpointSecret)
            .where(
                col(EndpointSecret.endpoint_id) == endpoint_id,
                col(EndpointSecret.retired_at).is_(None),
            )
            .order_by(col(EndpointSecret.id).desc())
        )
        answer = _answer(found, list(secrets))
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
    """Change an endpoint; needs If-Match. A paused one keeps what is due until it is active."""
    if body.url is not None:
        _check_url(body.url, here)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    if "event_types" in changes:
        changes["event_types"] = sorted(set(changes["event_types"]))
    async with here.database.begin(caller.institution) as conn:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        require_match(request, found["version"])
        wanted = {**dict(found), **changes}
        await conn.execute(
            "update endpoints set url = $2, description = $3, event_types = $4, state = $5, "
            "state_reason = $6, version = version + 1 where id = $1",
            endpoint_id,
            wanted["url"],
            wanted["description"],
            wanted["event_types"],
            wanted["state"],
            "" if "state" in changes else found["state_reason"],
        )
        answer = await answer_in(conn, endpoint_id)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.delete("/{endpoint_id}", status_code=204, openapi_extra=IF_MATCH)
async def delete(endpoint_id: UUID, request: Request, caller: Keeper, here: CurrentContext) -> None:
    """Be called no longer; needs If-Match. What was sent stays in the delivery log."""
    async with here.database.begin(caller.institution) as conn:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        require_match(request, found["version"])
        await rows.delete(conn, endpoint_id=endpoint_id, now=here.clock.now())


@router.post("/{endpoint_id}/resend", status_code=202, response_model=Resent)
async def send_again(
    endpoint_id: UUID, body: ResendSince, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """After an outage of yours: everything that was given up since then is sent again."""

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        count = await rows.send_again_since(conn, endpoint_id=endpoint_id, since=body.since)
        return Answer(202, Resent(deliveries=count))

    return await idempotently(request, caller, here.database, work)


def _check_url(url: str, here: Context) -> None:
    """Refuse a URL that the settings do not allow, as any other wrong field is refused."""
    reason = why_not(url, settings_of(here).address_policy)
    if reason is not None:
        zh, en = reason
        wrong = {
            "type": "endpoint_url_refused",
            "loc": ("body", "url"),
            "msg": en,
            "ctx": {"zh": zh, "en": en},
        }
        raise RequestValidationError([wrong], body={"url": url})


async def answer_in(conn: asyncpg.Connection, endpoint_id: UUID) -> EndpointAnswer:
    """The endpoint as this transaction sees it."""
    found = await conn.fetchrow("select * from endpoints where id = $1", endpoint_id)
    secrets = await conn.fetch(
        "select id, created_at, created_by from endpoint_secrets "
        "where endpoint_id = $1 and retired_at is null order by id desc",
        endpoint_id,
    )
    assert found is not None
    return EndpointAnswer(**found, secrets=[SecretAnswer(**row) for row in secrets])


def _answer(found: Endpoint, secrets: list[EndpointSecret]) -> EndpointAnswer:
    return EndpointAnswer(
        **found.model_dump(),
        secrets=[SecretAnswer(**one.model_dump(exclude={"sealed"})) for one in secrets],
    )
