"""Whether every producer was heard to a month's end: told, arrived, and nothing parked for the pool."""

import asyncpg

from services.risk_pool.domain.month_findings import (
    MonthFinding,
    events_missing,
    events_parked,
    producer_behind,
)
from services.risk_pool.domain.producers import PRODUCERS
from services.risk_pool.queries import producers
from shared.months import Month


async def not_heard(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[MonthFinding]:
    """What of the month's facts may still be on its way. The connection sees everything."""
    findings = []
    for producer, words in PRODUCERS.items():
        until = await producers.told_until(conn, producer)
        if until is None or until < month.last:
            findings.append(producer_behind(words, month, until=until))
        missing = await producers.short_of(conn, producer, month)
        if missing:
            findings.append(events_missing(words, missing))
    parked = await producers.parked_of(conn, pool_code, PRODUCERS)
    if parked:
        numbers = tuple(one.number for one in parked)
        findings.append(events_parked(sum(one.count for one in parked), numbers))
    return findings
