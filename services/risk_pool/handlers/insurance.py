"""Applications tells how insurance policies stand."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.risk_pool.tables import insurance
from shared.messaging.inbox import Received


async def stands(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Policies of cases and of firms as they stand now."""
    await insurance.keep(conn, [one.event for one in received], now=now)
