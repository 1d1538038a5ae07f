"""What the caller has to do, over HTTP; whoever stands in for somebody has their cases in the list."""

from services.applications.handlers.to_do import WAITS
from services.applications.tables.desk import who_is_away
from shared.http.to_do import to_do_router

router = to_do_router(WAITS, stands_for=who_is_away)
