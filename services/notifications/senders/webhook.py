"""The channel of webhooks: signed as Standard Webhooks says, sent byte for byte, judged by the
answer."""

import logging
import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.payload import webhook_id
from services.notifications.domain.retries import AttemptResult
from services.notifications.senders.guard import GuardedTransport
from services.notifications.senders.guarded import post
from services.notifications.senders.secret_encryption import SecretEncryption, SecretUnreadable
from services.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)


def build(settings: NotificationsSettings) -> "WebhookSender":
    """The sender that the settings want. Webhooks are never off."""
    return WebhookSender(
        settings.address_policy,
        SecretEncryption(settings.encryption_key_list),
        timeout_seconds=settings.webhook_timeout_seconds,
        at_once=settings.webhook_at_once,
    )


def fairness(settings: NotificationsSettings) -> Fairness:
    """The room for attempts, most of it for endpoints that answer well."""
    return Fairness(
        room=settings.webhook_room,
        suspect_room=settings.webhook_suspect_room,
        most_at_once=settings.webhook_at_once,
        slow_seconds=settings.webhook_slow_seconds,
    )


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

    def __init__(
        self,
        policy: AddressPolicy,
        encryption: SecretEncryption,
        *,
        timeout_seconds: float,
        at_once: int,
    ) -> None:
        self._policy = policy
        self._encryption = encryption
        self._timeout = timeout_seconds
        self._at_once = at_once
        self._tls = ssl.create_default_context()
        self._clients: dict[UUID, httpx.AsyncClient] = {}

    async def send(
        self, delivery: ClaimedDelivery, target: Mapping[str, Any], *, now: datetime
    ) -> AttemptResult:
        """Sign with every secret in use and send once. Never raises for what the other side does."""
        endpoint_id = delivery.receiver_id
        try:
            secrets = [
                self._encryption.decrypt(one, endpoint_id=endpoint_id)
                for one in target["encrypted"]
            ]
        except SecretUnreadable as error:
            # Said here, not when claiming: what one endpoint lacks must not stop the others.
            log.error("%s", error)
            return AttemptResult(error="the signing secret cannot be opened; rotate it")
        body = delivery.payload
        headers = signed_headers(
            message_id=delivery.message_id, body=body, secrets=secrets, now=now
        )
        return await post(
            self._client(endpoint_id),
            target["url"],
            body=body,
            headers=headers,
            timeout_seconds=self._timeout,
            now=now,
        )

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
