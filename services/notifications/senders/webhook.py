"""One webhook: signed as Standard Webhooks says, sent byte for byte, judged by its answer."""

import asyncio
import ssl
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifications.domain.addresses import Policy
from services.notifications.domain.retries import Answer, read_retry_after
from services.notifications.senders.guard import GuardedTransport

EXCERPT_BYTES = 1024
ERROR_CHARACTERS = 500


def webhook_id(message_id: UUID) -> str:
    """The id a receiver knows a message by; the same however often it is sent."""
    return f"msg_{message_id.hex}"


def signed_headers(
    *, message_id: UUID, body: bytes, secrets: Sequence[str], now: datetime
) -> dict[str, str]:
    """The headers of a webhook: one signature per secret that is in use, the newest first."""
    name = webhook_id(message_id)
    text = body.decode()
    return {
        "content-type": "application/json",
        "accept-encoding": "identity",
        "user-agent": "Zhidai-Webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(name, now, text) for secret in secrets),
    }


class WebhookSender:
    """Sends to endpoints, over connections that each endpoint has for itself."""

    def __init__(self, policy: Policy, *, timeout_seconds: float, at_once: int) -> None:
        self._policy = policy
        self._timeout = timeout_seconds
        self._at_once = at_once
        self._tls = ssl.create_default_context()
        self._clients: dict[UUID, httpx.AsyncClient] = {}

    async def send(
        self,
        endpoint_id: UUID,
        url: str,
        *,
        message_id: UUID,
        body: bytes,
        secrets: Sequence[str],
        now: datetime,
    ) -> Answer:
        """Send once and say how it ended. Never raises for what the other side does."""
        headers = signed_headers(message_id=message_id, body=body, secrets=secrets, now=now)
        try:
            async with asyncio.timeout(self._timeout):
                async with self._client(endpoint_id).stream(
                    "POST", url, content=body, headers=headers
                ) as response:
                    return await _read(response, now=now)
        except TimeoutError:
            return Answer(error=f"no answer within {self._timeout:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            # OSError and UnicodeError: names that no resolver can make sense of.
            return Answer(error=f"{type(error).__name__}: {error}"[:ERROR_CHARACTERS])

    def _client(self, endpoint_id: UUID) -> httpx.AsyncClient:
        client = self._clients.get(endpoint_id)
        if client is None:
            # A client each: what one endpoint keeps open or leaves hanging is never another's.
            client = self._clients[endpoint_id] = httpx.AsyncClient(
                transport=GuardedTransport(self._policy, tls=self._tls, at_once=self._at_once),
                timeout=self._timeout,
                trust_env=False,
                follow_redirects=False,
            )
        return client

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()


async def _read(response: httpx.Response, *, now: datetime) -> Answer:
    seen = b""
    async for chunk in response.aiter_raw():
        seen += chunk
        if len(seen) >= EXCERPT_BYTES:
            break
    good = response.is_success
    return Answer(
        status=response.status_code,
        error="" if good else f"HTTP {response.status_code}",
        retry_after=read_retry_after(response.headers.get("retry-after", ""), now=now),
        excerpt=seen[:EXCERPT_BYTES].decode(errors="replace"),
    )
