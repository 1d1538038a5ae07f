"""What lies on rights, and that it has ended: each said once, neither changed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.applications.domain.right_facts import Burden, Source
from services.applications.domain.submission import RightKey
from shared.life_cycle import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBurden:
    """A licence, a preservation, a dispute: of whom or by which court, since when."""

    burden: Burden
    party: str
    reference: str
    began_on: date
    note: str
    source: Source
    document_id: UUID | None


async def add(
    conn: asyncpg.Connection,
    burden_id: UUID,
    key: RightKey,
    new: NewBurden,
    *,
    bank_code: str,
    by: Person,
    now: datetime,
) -> None:
    """Keep a burden on a known right."""
    await conn.execute(
        """insert into right_burdens
               (id, kind, number, nice_class, bank_code, burden, party, reference, began_on, note,
                source, document_id, said_by, said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)""",
        burden_id, *key, bank_code, new.burden, new.party, new.reference, new.began_on, new.note,
        new.source, new.document_id, by.subject, by.name, now,
    )  # fmt: skip


async def end(
    conn: asyncpg.Connection,
    burden_id: UUID,
    *,
    bank_code: str,
    ended_on: date,
    reason: str,
    by: Person,
    now: datetime,
) -> bool:
    """Keep that a burden has ended. False where that is said already."""
    kept = await conn.fetchval(
        """insert into right_burden_ends
               (burden_id, bank_code, ended_on, reason, said_by, said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning true""",
        burden_id, bank_code, ended_on, reason, by.subject, by.name, now,
    )  # fmt: skip
    return kept is not None
