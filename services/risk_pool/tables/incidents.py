"""Incidents: what came late or contradicts what we know, for people to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.incidents import INCIDENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something for people to look at, about a loan that we may have no coverage of."""

    pool_code: str
    bank_code: str
    loan_id: UUID
    number: str
    kind: str
    facts: Mapping[str, Any]


async def store_incidents(
    conn: asyncpg.Connection, incidents: Sequence[Incident], *, now: datetime
) -> None:
    """Keep incidents, in the order in which they were found."""
    if not incidents:
        return
    await conn.executemany(
        """insert into incidents (id, pool_code, bank_code, loan_id, number, kind, zh, en, facts, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        [
            (
                uuid7(),
                incident.pool_code,
                incident.bank_code,
                incident.loan_id,
                incident.number,
                incident.kind,
                INCIDENTS[incident.kind].zh,
                INCIDENTS[incident.kind].en,
                dict(incident.facts),
                now,
            )
            for incident in incidents
        ],
    )
