"""What was asked about rights, and what was answered: written once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg


async def one_at_a_time(conn: asyncpg.Connection, bank_code: str) -> None:
    """Let the questions of an institution be counted one after the other."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('right enquiries of ' || $1, 0))", bank_code
    )


async def record(
    conn: asyncpg.Connection,
    *,
    enquiry_id: UUID,
    bank_code: str,
    subject: str,
    name: str,
    answers: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Keep who asked what, when, and the answers."""
    await conn.execute(
        """insert into right_enquiries
               (id, bank_code, subject, name, asked_at, rights, pledged, answers)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        enquiry_id,
        bank_code,
        subject,
        name,
        now,
        len(answers),
        sum(bool(one["pledged"]) for one in answers),
        list(answers),
    )
