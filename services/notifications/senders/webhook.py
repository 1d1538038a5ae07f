"""The channel of webhooks: signed as Standard Webhooks says, sent byte for byte, judged by the
answer."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from standardwebhooks.webhooks import Webhook

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.payload import webhook_id
from services.notifications.domain.retries import AttemptResult
from services.notifications.senders.guarded import Caller
from services.notifications.senders.secret_encryption import SecretEncryption, SecretUnreadable
from services.notifications.settings import NotificationsSettings

log = logging.getLogger(__name__)


def build(settings: NotificationsSettings) -> "WebhookSender":
    """The sender that the settings want. Webhooks are never off."""
    return WebhookSender(
        settings.address_policy,
        SecretEncryption(settings.encryption_key_list),
        timeout_seconds=settings.webhook_timeout_seconds,
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
    *, message_id: UUID, body: bytes, signers: Sequence[Webhook], now: datetime
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
        "webhook-signature": " ".join(signer.sign(name, now, text) for signer in signers),
    }


class WebhookSender:
    """Sends to endpoints, over connections that are kept open between messages."""

    def __init__(
        self, policy: AddressPolicy, encryption: SecretEncryption, *, timeout_seconds: float
    ) -> None:
        self._encryption = encryption
        self._caller = Caller(policy, timeout_seconds=timeout_seconds)
        self._opened: dict[UUID, tuple[Sequence[bytes], Sequence[Webhook]]] = {}

    async def send(
        self, delivery: ClaimedDelivery, target: Mapping[str, Any], *, now: datetime
    ) -> AttemptResult:
        """Sign with every secret in use and send once. Never raises for what the other side does."""
        try:
            signers = self._signers(delivery.receiver_id, target["encrypted"])
        except SecretUnreadable as error:
            # Said here, not when claiming: what one endpoint lacks must not stop the others.
            log.error("%s", error)
            return AttemptResult(error="the signing secret cannot be opened; rotate it")
        body = delivery.payload
        headers = signed_headers(
            message_id=delivery.message_id, body=body, signers=signers, now=now
        )
        return await self._caller.post(target["url"], body=body, headers=headers, now=now)

    def _signers(self, endpoint_id: UUID, encrypted: Sequence[bytes]) -> Sequence[Webhook]:
        """One for each secret, opened again only when they are others: opening takes as long as
        signing ten messages."""
        kept = self._opened.get(endpoint_id)
        if kept is not None and kept[0] == encrypted:
            return kept[1]
        signers = [
            Webhook(self._encryption.decrypt(one, endpoint_id=endpoint_id)) for one in encrypted
        ]
        self._opened[endpoint_id] = (encrypted, signers)
        return signers

    async def close(self) -> None:
        """Close every connection."""
        await self._caller.close()
