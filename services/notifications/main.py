"""The notifications service: `python -m services.notifications.main`."""

from services.notifications.api import endpoints, inbox, messages, secrets, subscriptions
from services.notifications.consumer import CONSUMES
from services.notifications.delivery.background import (
    deliver_email,
    deliver_webhooks,
    ring_the_bell,
)
from services.notifications.settings import NotificationsSettings
from shared.service import Service

SERVICE = Service(
    name="notifications",
    title="通知 Notifications",
    routers=(
        endpoints.router,
        secrets.router,
        subscriptions.router,
        inbox.router,
        messages.router,
    ),
    consumes=CONSUMES,
    settings_type=NotificationsSettings,
    background=(deliver_webhooks, deliver_email, ring_the_bell),
)

if __name__ == "__main__":
    from shared.serve import serve

    serve(SERVICE)
