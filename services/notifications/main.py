"""The notifications service: `python -m services.notifications.main`."""

from pathlib import Path

from services.notifications.api import (
    deliveries,
    delivery_list,
    endpoints,
    inbox,
    inbox_list,
    messages,
    my_work,
    robots,
    secrets,
    subscriptions,
    templates,
    to_do,
    worded_types,
)
from services.notifications.api.common import settings_of
from services.notifications.consumer import CONSUMES
from services.notifications.delivery import background, bounces, digesting, pruning
from services.notifications.delivery.inbox_stream import new_messages_of
from services.notifications.handlers.held_back import hold_back_after_restore
from services.notifications.handlers.to_do import watch_what_waits
from services.notifications.senders.email import domain_of
from services.notifications.settings import NotificationsSettings
from shared.clock import SystemClock, business_date
from shared.context import Context, keep_at
from shared.service import GRACE_SECONDS, Service

SHARE_OF_GRACE = 0.6
"""Of the time a stopping service has: what is left is for writing down and closing."""

LOOK_FOR_DIGESTS_SECONDS = 30
LOOK_FOR_BOUNCES_SECONDS = 30


async def deliver(context: Context) -> None:
    """Deliver until the service stops."""
    await hold_back_after_restore(context.database)
    await background.deliver(
        context.database,
        settings_of(context),
        context.stopping,
        working_days=context.working_days,
        grace_seconds=GRACE_SECONDS * SHARE_OF_GRACE,
    )


async def make_digests(context: Context) -> None:
    """Make the digests that are due until the service stops, by the clock that delivery goes by."""

    async def step() -> bool:
        return await digesting.make_due(
            context.database,
            now=SystemClock().now(),
            today=business_date(context.clock.now()),
            working_days=context.working_days,
        )

    await keep_at(context, step, what="making digests", look_every=LOOK_FOR_DIGESTS_SECONDS)


async def read_bounces(context: Context) -> None:
    """Read letters that came back until the service stops; where no folder is named, none."""
    settings = settings_of(context)
    if not settings.bounces_maildir:
        return

    async def step() -> bool:
        return await bounces.read_folder(
            context.database,
            Path(settings.bounces_maildir),
            domain=domain_of(settings.smtp_sender),
            now=SystemClock().now(),
        )

    await keep_at(context, step, what="reading bounces", look_every=LOOK_FOR_BOUNCES_SECONDS)


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
        inbox_list.router,
        inbox.router,
        messages.router,
        delivery_list.router,
        deliveries.router,
        worded_types.router,
        templates.router,
        to_do.router,
        my_work.router,
    ),
    consumes=CONSUMES,
    settings_type=NotificationsSettings,
    background=(deliver, make_digests, read_bounces, wake_streams),
    due=(prune, watch_what_waits),
)

if __name__ == "__main__":
    from shared.serve import serve

    serve(SERVICE)
