"""What runs beside the API: a courier for webhooks, one for e-mail, and the bell of the inbox."""

from datetime import timedelta

from services.notifications.delivery.channels import EmailChannel, WebhookChannel
from services.notifications.delivery.inbox_stream import bell_of
from services.notifications.delivery.secret_encryption import Seal
from services.notifications.delivery.worker import Channel, Courier
from services.notifications.domain.fairness import Fairness
from services.notifications.senders.email import Relay
from services.notifications.senders.webhook import WebhookSender
from services.notifications.settings import NotificationsSettings
from shared.clock import SystemClock
from shared.context import Context
from shared.service import GRACE_SECONDS

SHARE_OF_GRACE = 0.6
"""Of the time a stopping service has: what is left is for writing down and closing."""


def settings_of(context: Context) -> NotificationsSettings:
    """This service's own settings."""
    assert isinstance(context.settings, NotificationsSettings)
    return context.settings


async def deliver_webhooks(context: Context) -> None:
    """Send webhooks until the service stops."""
    settings = settings_of(context)
    channel = WebhookChannel(
        WebhookSender(
            settings.address_policy,
            timeout_seconds=settings.webhook_timeout_seconds,
            at_once=settings.webhook_at_once,
        ),
        Fairness(
            room=settings.webhook_room,
            suspect_room=settings.webhook_suspect_room,
            most_at_once=settings.webhook_at_once,
            slow_seconds=settings.webhook_slow_seconds,
        ),
        Seal(settings.sealing_keys),
    )
    await courier(context, channel).run(context.stopping)


async def deliver_email(context: Context) -> None:
    """Send e-mail until the service stops; do nothing where no relay is known."""
    settings = settings_of(context)
    if not settings.smtp_host:
        await context.stopping.wait()
        return
    relay = Relay(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.smtp_sender,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        ca_file=settings.smtp_ca_file,
        timeout_seconds=settings.smtp_timeout_seconds,
    )
    channel = EmailChannel(
        relay, at_once=settings.smtp_at_once, console_url=str(settings.console_url)
    )
    await courier(context, channel).run(context.stopping)


async def ring_the_bell(context: Context) -> None:
    """Tell open streams of new messages until the service stops."""
    await bell_of(context.database).watch(
        context.database, context.stopping, poll_seconds=settings_of(context).poll_seconds
    )


def courier(context: Context, channel: Channel) -> Courier:
    """A courier for a channel. It goes by the real clock: a sandbox's may stand years away, and
    receivers refuse signatures of another time."""
    settings = settings_of(context)
    return Courier(
        context.database,
        channel,
        clock=SystemClock(),
        waits=settings.retry_waits_seconds,
        lease=timedelta(seconds=settings.lease_seconds),
        poll_seconds=settings.poll_seconds,
        grace_seconds=GRACE_SECONDS * SHARE_OF_GRACE,
    )
