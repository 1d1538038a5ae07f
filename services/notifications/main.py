"""The notifications service: `python -m services.notifications.main`."""

from services.notifications.api import (
    deliveries,
    endpoints,
    inbox,
    messages,
    robots,
    secrets,
    subscriptions,
)
from services.notifications.api.common import settings_of
from services.notifications.consumer import CONSUMES
from services.notifications.delivery import background, pruning
from services.notifications.delivery.inbox_stream import new_messages_of
from services.notifications.settings import NotificationsSettings
from shared.clock import SystemClock
from shared.context import Context
from shared.service import GRACE_SECONDS, Service

SHARE_OF_GRACE = 0.6
"""Of the time a stopping service has: what is left is for writing down and closing."""


async def deliver(context: Context) -> None:
    """Deliver until the service stops."""
    await background.deliver(
        context.database,
        settings_of(context),
        context.stopping,
        grace_seconds=GRACE_SECONDS * SHARE_OF_GRACE,
    )


async def wake_streams(context: Context) -> None:
    """Tell open streams of new messages until the service stops."""
    await new_messages_of(context.database).watch(
        context.database, context.stopping, poll_seconds=settings_of(context).poll_seconds
    )


async def prune(context: Context) -> None:
    """Throw away what is old, by the real clock: a sandbox's may stand years ahead."""
    await pruning.prune(context.database, settings_of(context), SystemClock().now)


SERVICE = Service(
    name="notifications",
    title="通知 Notifications",
    routers=(
        endpoints.router,
        secrets.router,
        robots.router,
        subscriptions.router,
        inbox.router,
        messages.router,
        deliveries.router,
    ),
    consumes=CONSUMES,
    settings_type=NotificationsSettings,
    background=(deliver, wake_streams),
    due=(prune,),
)

if __name__ == "__main__":
    from shared.serve import serve

    serve(SERVICE)
