"""What the calendar does to public notices: published on their day, ended after their last."""

import logging

from services.risk_pool.domain.public_notice import ObjectionsOpen
from services.risk_pool.handlers import public_notices
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import public_notices as known
from shared.clock import business_date
from shared.context import Context
from shared.life_cycle import SYSTEM, NotPossibleNow
from shared.postgres.database import EVERYWHERE

log = logging.getLogger(__name__)


async def watch_notices(context: Context) -> None:
    """A due job: each notice in a transaction of its own; what another process did is passed over."""
    now = context.clock.now()
    by = StepContext(by=SYSTEM, now=now, working_days=context.working_days)
    async with context.database.begin(EVERYWHERE) as conn:
        due = await known.due(conn, business_date(now))
    for notice_id, opens in due:
        try:
            async with context.database.begin(EVERYWHERE) as conn:
                await (public_notices.publish if opens else public_notices.end)(conn, notice_id, by)
        except (NotPossibleNow, ObjectionsOpen):
            log.info("the notice %s is left as it stands", notice_id)
