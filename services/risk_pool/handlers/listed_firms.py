"""Applications tells which firms of a bank stand on lists of dishonest or abnormal firms."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.risk_pool.handlers.warning_sources import firms_listed
from services.risk_pool.tables import listed_firms
from shared.messaging.inbox import Received


async def listed(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Firms stand on lists; an entry that was cleared stands again. Their loans are looked at."""
    await keep_listed(received, conn=conn, now=now)
    await firms_listed(conn, [one.event for one in received], now=now)


async def keep_listed(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Firms stand on lists."""
    await listed_firms.keep(conn, [(*_entry(one.event), None, "") for one in received], now=now)


async def cleared(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Firms stand on lists no more, or never did."""
    told = [(*_entry(one.event), one.event.ended_on, one.event.why) for one in received]
    await listed_firms.keep(conn, told, now=now)


def _entry(event: Any) -> tuple[Any, ...]:
    return (
        event.entry_id, event.bank_code, event.borrower_uscc, event.list_name, event.listed_on,
        event.list_date, event.source,
    )  # fmt: skip
