"""Signing secrets of an endpoint: change one without missing a webhook, and try it out.

While two secrets are in use every webhook carries two signatures; a receiver that knows either
accepts it. So: make a new one, teach it to the receiver, retire the old one.
"""

from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from uuid6 import uuid7

from services.notifications.api.common import nothing_here
from services.notifications.api.endpoint_models import EndpointAnswer
from services.notifications.api.endpoints import (
    Keeper,
    answer_in,
    with_secret,
)
from services.notifications.delivery.background import settings_of
from services.notifications.delivery.secret_encryption import Seal
from services.notifications.delivery.test_webhook import send_trial
from services.notifications.tables import endpoints as rows
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently

router = APIRouter(prefix="/endpoints/{endpoint_id}", tags=["webhooks"])


class TrialAnswer(BaseModel):
    """The message that is on its way to an endpoint, to be found at GET /messages/{id}."""

    message_id: UUID
    webhook_id: str = Field(examples=["msg_0192f3c8b1e97d0f8c7f5a4e3d2c1b0a"])


@router.post("/secrets", status_code=201, response_model=EndpointAnswer)
async def rotate(
    endpoint_id: UUID, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Make a second secret, shown once; from now on both sign, until you retire the old one."""
    seal = Seal(settings_of(here).sealing_keys)
    shown: list[EndpointAnswer] = []

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        _, secret = await rows.add_secret(
            conn,
            seal,
            endpoint_id=endpoint_id,
            institution=caller.institution,
            subject=caller.subject,
            now=here.clock.now(),
        )
        answer = await answer_in(conn, endpoint_id)
        shown.append(answer.model_copy(update={"secret": secret}))
        return Answer(201, answer, {"ETag": etag(answer.version)})

    response = await idempotently(request, caller, here.database, work)
    return with_secret(response, shown)


@router.delete("/secrets/{secret_id}", status_code=204)
async def retire(endpoint_id: UUID, secret_id: UUID, caller: Keeper, here: CurrentContext) -> None:
    """Sign with this secret no longer. The last one in use stays."""
    async with here.database.begin(caller.institution) as conn:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        if not await rows.retire_secret(
            conn, endpoint_id=endpoint_id, secret_id=secret_id, now=here.clock.now()
        ):
            raise nothing_here("密钥", "secret")


@router.post("/test", status_code=202, response_model=TrialAnswer)
async def test(
    endpoint_id: UUID, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Send a webhook of the type webhook.test.v1, so that you can try your receiver."""

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await rows.own_endpoint(conn, endpoint_id, institution=caller.institution)
        if found is None:
            raise nothing_here("回调地址", "endpoint")
        message_id = uuid7()
        name = await send_trial(
            conn,
            message_id=message_id,
            endpoint_id=endpoint_id,
            institution=caller.institution,
            now=here.clock.now(),
        )
        return Answer(202, TrialAnswer(message_id=message_id, webhook_id=name))

    return await idempotently(request, caller, here.database, work)
