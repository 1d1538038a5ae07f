"""What notifications consumes: every event that has somebody to tell."""

from collections.abc import Mapping

from services.notifications.domain.notices import NOTICES
from services.notifications.handlers.messages import notify
from shared.contracts import applications, months, pool_cases, risk_pool
from shared.contracts.envelope import Event, by_type
from shared.messaging.inbox import Handler

# Importing a producer's contracts registers them.
PRODUCERS = (applications, risk_pool, pool_cases, months)

CONSUMES: Mapping[type[Event], Handler] = {by_type()[name]: notify for name in NOTICES}
