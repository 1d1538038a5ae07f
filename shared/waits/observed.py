"""What an operator sees of people's work: how much waits, how much of it too long."""

from datetime import datetime

import asyncpg
from prometheus_client import Gauge

from shared.clock import business_date
from shared.postgres.database import EVERYWHERE, Database

_LABELS = ["service", "case_kind"]
OPEN = Gauge("zhidai_waits_open", "What waits for somebody.", _LABELS)
OVERDUE = Gauge("zhidai_waits_overdue", "What waits for somebody past its last day.", _LABELS)
OLDEST = Gauge("zhidai_waits_oldest_seconds", "How long the oldest of it has waited.", _LABELS)

_known: dict[str, set[str]] = {}
"""Kinds that were told of once, by service."""

_WAITING = """
select case_kind, count(*) as open, count(*) filter (where due_on < $1) as overdue,
       extract(epoch from $2 - min(since))::float8 as oldest
from waits where ended_at is null group by case_kind
"""


async def observe_waits(database: Database, service: str, *, now: datetime) -> None:
    """Tell the metrics of the open waits of a service."""
    async with database.looking(EVERYWHERE) as conn:
        rows = await conn.fetch(_WAITING, business_date(now), now)
    _tell(service, {row["case_kind"]: row for row in rows})


def _tell(service: str, found: dict[str, asyncpg.Record]) -> None:
    """What was there before and is no longer stands at zero."""
    known = _known.setdefault(service, set())
    known.update(found)
    for kind in known:
        row = found.get(kind)
        OPEN.labels(service, kind).set(row["open"] if row else 0)
        OVERDUE.labels(service, kind).set(row["overdue"] if row else 0)
        OLDEST.labels(service, kind).set(max(row["oldest"], 0) if row else 0)
