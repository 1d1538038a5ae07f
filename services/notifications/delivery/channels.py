"""The registry of channels. A channel is its row here, its file in `senders/`, its settings and
its table: claiming, waiting and recording are the same for all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.receivers import EMAIL, SMS, WEBHOOK
from services.notifications.domain.retries import AttemptResult
from services.notifications.domain.robots import PROVIDERS, RobotKind
from services.notifications.queries import due
from services.notifications.queries.due import Target, Targets
from services.notifications.senders import email, robots, sms, webhook
from services.notifications.settings import NotificationsSettings
from services.notifications.tables import confirmations


class Sender(Protocol):
    """Makes attempts over one channel."""

    async def send(
        self, delivery: ClaimedDelivery, target: Target, *, now: datetime
    ) -> AttemptResult:
        """Make one attempt."""

    async def close(self) -> None:
        """Let go of every connection."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One way to deliver."""

    build: Callable[[NotificationsSettings], Sender | None]
    """The sender; None where the settings leave the channel off."""
    targets: Targets
    """What the sender has to know of receivers."""
    fairness: Callable[[NotificationsSettings], Fairness]
    """The room for attempts, and how receivers share it."""
    pace: timedelta = timedelta(0)
    """Between two messages to one receiver, whichever process sends them."""
    gathers: bool = False
    """Of a storm a receiver is told in one message (`domain/gathered.py`)."""


CHANNELS: dict[str, Channel] = {
    WEBHOOK: Channel(build=webhook.build, targets=due.endpoints, fairness=webhook.fairness),
    EMAIL: Channel(build=email.build, targets=confirmations.targets, fairness=email.fairness),
    SMS: Channel(
        build=sms.build,
        targets=due.targets_in("subscriptions"),
        fairness=sms.fairness,
        pace=sms.PACE,
        gathers=True,
    ),
    **{
        kind.value: Channel(
            build=robots.builder(kind),
            targets=due.targets_in("robots"),
            fairness=robots.fairness,
            pace=PROVIDERS[kind].pace,
            gathers=True,
        )
        for kind in RobotKind
    },
}
"""By the name that `receivers.channel` has."""
