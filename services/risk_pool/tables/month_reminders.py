"""Who was reminded of what a month lacks, by whom and when. Only added to."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.month_findings import MonthFinding
from shared.life_cycle import Person
from shared.months import Month


async def insert(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    findings: Sequence[MonthFinding],
    *,
    by: Person,
    today: date,
    now: datetime,
) -> None:
    """Keep that each finding's party was reminded of it. The pool is locked."""
    await conn.executemany(
        """insert into month_reminders (id, pool_code, month, party_code, code, count, numbers,
                                        reminded_on, at, by_subject, by_name)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        [
            (uuid7(), pool_code, str(month), one.party_code, one.code, one.count,
             list(one.numbers), today, now, by.subject, by.name)
            for one in findings
        ],
    )  # fmt: skip
