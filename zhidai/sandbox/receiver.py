"""A bank's endpoint to look at webhooks with: it tells what comes, and answers late or with an error on
purpose."""

import asyncio
import json
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook, WebhookVerificationError


def receiver(
    tell: Callable[[str], None], *, secret: str = "", answer: int = 204, after_seconds: float = 0
) -> FastAPI:
    """Every POST is told in a line: id, type, event, whether the signature fits (with a secret), and
    what is answered. A signature that does not fit is answered 401. Raises ValueError for a secret that
    is none."""
    webhook = Webhook(secret) if secret else None
    app = FastAPI(openapi_url=None)
    seen: set[str] = set()

    @app.post("/{path:path}")
    async def hear(request: Request) -> Response:
        body = await request.body()
        message = request.headers.get("webhook-id", "")
        signature = "not looked at"
        status = answer
        if webhook is not None:
            try:
                webhook.verify(body, dict(request.headers))
                signature = "signature fits"
            except WebhookVerificationError as error:
                signature, status = f"{error}", 401
        again = " again" if message in seen else ""
        seen.add(message)
        tell(f"{message}{again}  {_about(body)}  {signature}  → {status}")
        await asyncio.sleep(after_seconds)
        return Response(status_code=status)

    return app


def _about(body: bytes) -> str:
    try:
        told = json.loads(body)
        return f"{told['type']} {told['event_id']}"
    except (ValueError, KeyError, TypeError):
        return f"{len(body)} bytes that are no event"
