"""What the caller has to do in this service."""

from services.notifications.handlers.to_do import WAITS
from shared.auth.identity import EVERYBODY
from shared.http.to_do import to_do_router

router = to_do_router(WAITS, readers=EVERYBODY)
