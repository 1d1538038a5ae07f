"""The channels of group robots: one sender, three providers."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.notifications.domain.addresses import AddressPolicy
from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.retries import AttemptResult
from services.notifications.domain.robots import RobotKind
from services.notifications.senders.guarded import Caller
from services.notifications.senders.robot_formats import Letter, judged, request_of
from services.notifications.senders.secret_encryption import SecretEncryption, SecretUnreadable
from services.notifications.settings import NotificationsSettings

HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "accept-encoding": "identity",
    "user-agent": "Zhidai-Robots/1",
}

log = logging.getLogger(__name__)


def builder(kind: RobotKind) -> Callable[[NotificationsSettings], "RobotSender"]:
    """How the sender of one provider is built from the settings. Robots are never off."""

    def build(settings: NotificationsSettings) -> RobotSender:
        return RobotSender(
            kind,
            settings.address_policy,
            SecretEncryption(settings.encryption_key_list),
            console=settings.console,
            timeout_seconds=settings.webhook_timeout_seconds,
        )

    return build


def fairness(settings: NotificationsSettings) -> Fairness:
    """One message at a time for each robot, and room for many robots."""
    return Fairness(
        room=settings.robots_at_once,
        suspect_room=settings.robots_at_once,
        most_at_once=1,
        slow_seconds=settings.webhook_slow_seconds,
    )


class RobotSender:
    """Tells groups over the robots of one provider, which all stand behind one host of its."""

    def __init__(
        self,
        kind: RobotKind,
        policy: AddressPolicy,
        encryption: SecretEncryption,
        *,
        console: str,
        timeout_seconds: float,
    ) -> None:
        self._kind = kind
        self._encryption = encryption
        self._console = console
        self._caller = Caller(policy, timeout_seconds=timeout_seconds)

    async def send(
        self, delivery: ClaimedDelivery, target: Mapping[str, Any], *, now: datetime
    ) -> AttemptResult:
        """Say it once in the robot's language. Never raises for what the other side does."""
        receiver = delivery.receiver_id
        try:
            url = self._encryption.decrypt(target["url"], endpoint_id=receiver)
            secret = ""
            if target["secret"] is not None:
                secret = self._encryption.decrypt(target["secret"], endpoint_id=receiver)
        except SecretUnreadable as error:
            log.error("%s", error)
            return AttemptResult(error="the robot's secret cannot be opened; set it up again")
        language = target["language"]
        letter = Letter(
            title=delivery.title_zh if language == "zh" else delivery.title_en,
            text=delivery.text_zh if language == "zh" else delivery.text_en,
            url=self._console + delivery.link,
            language=language,
        )
        to, body = request_of(self._kind, letter, url=url, secret=secret, now=now)
        result = await self._caller.post(to, body=body, headers=HEADERS, now=now)
        return judged(self._kind, result)

    async def close(self) -> None:
        """Close every connection."""
        await self._caller.close()
