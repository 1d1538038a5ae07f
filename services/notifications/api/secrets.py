"""Signing secrets of an endpoint: change one without missing a webhook, and try it out.

While two secrets are in use every webhook carries two signatures; a receiver that knows either
accepts it. So: make a new one, teach it to the receiver, retire the old one.
"""

from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.notifications.api.common import Keeper, webhooks_by_two
from services.notifications.api.endpoint_models import EndpointAnswer
from services.notifications.api.endpoints import answer_with_secret, encryption_of, with_secret
from services.notifications.domain.payload import webhook_id
from services.notifications.handlers import endpoints as endpoint_handlers
from services.notifications.handlers import secrets as handlers
from services.notifications.tables import endpoints
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently

router = APIRouter(prefix="/endpoints/{endpoint_id}", tags=["webhooks"])


class TestWebhookAnswer(BaseModel):
    """The message that is on its way to an endpoint, to be found at GET /messages/{id}."""

    message_id: UUID
    webhook_id: str = Field(examples=["msg_0192f3c8b1e97d0f8c7f5a4e3d2c1b0a"])


@router.post("/secrets", status_code=201, response_model=EndpointAnswer)
async def rotate(
    endpoint_id: UUID, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Make a second secret, shown once; from now on both sign, until you retire the old one. In
    production it signs once another person has confirmed it."""
    shown: list[EndpointAnswer] = []

    async def work(conn: asyncpg.Connection) -> Answer:
        await endpoint_handlers.locked(conn, endpoint_id, institution=caller.institution)
        secret = await handlers.add(
            conn, encryption_of(here), endpoint_id, caller=caller,
            by_two=webhooks_by_two(here), now=here.clock.now(),
        )  # fmt: skip
        await endpoints.touch(conn, endpoint_id)
        return await answer_with_secret(conn, endpoint_id, secret, shown, status=201)

    response = await idempotently(request, caller, here.database, work)
    return with_secret(response, shown)


@router.delete("/secrets/{secret_id}", status_code=204)
async def retire(endpoint_id: UUID, secret_id: UUID, caller: Keeper, here: CurrentContext) -> None:
    """Sign with this secret no longer. The last one in use stays."""
    async with here.database.begin(caller.institution) as conn:
        await endpoint_handlers.locked(conn, endpoint_id, institution=caller.institution)
        await handlers.retire(conn, endpoint_id, secret_id, now=here.clock.now())


@router.post("/test", status_code=202, response_model=TestWebhookAnswer)
async def test(
    endpoint_id: UUID, request: Request, caller: Keeper, here: CurrentContext
) -> Response:
    """Send a webhook of the type webhook.test.v1, so that you can try your receiver."""

    async def work(conn: asyncpg.Connection) -> Answer:
        found = await endpoint_handlers.locked(conn, endpoint_id, institution=caller.institution)
        message_id = await endpoint_handlers.send_test_webhook(
            conn, found, institution=caller.institution, now=here.clock.now()
        )
        answer = TestWebhookAnswer(message_id=message_id, webhook_id=webhook_id(message_id))
        return Answer(202, answer)

    return await idempotently(request, caller, here.database, work)
