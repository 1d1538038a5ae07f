"""What reviewers found of a case's papers: only added to, the youngest counts."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.checklist import Verdict
from shared.auth.identity import Identity
from shared.life_cycle import Row

_LATEST: Final = """
select distinct on (kind, document_id) kind, document_id, verdict, reason, name, at
from paper_verdicts where application_id = $1
order by kind, document_id, id desc
"""


async def verdicts_of(conn: asyncpg.Connection, case_id: UUID) -> tuple[Verdict, ...]:
    """The youngest word about each kind and each paper of a case."""
    return tuple(Verdict(**dict(row)) for row in await conn.fetch(_LATEST, case_id))


async def add_verdict(
    conn: asyncpg.Connection, case: Row, *, kind: str, document_id: UUID | None, verdict: str,
    reason: str, by: Identity, now: datetime,
) -> None:  # fmt: skip
    """Keep what somebody says of a locked case's papers."""
    await conn.execute(
        "insert into paper_verdicts (id, application_id, bank_code, kind, document_id, verdict,"
        " reason, subject, name, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        uuid7(), case["id"], case["bank_code"], kind, document_id, verdict, reason, by.subject,
        by.name, now,
    )  # fmt: skip
