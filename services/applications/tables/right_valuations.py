"""Valuations that are entered beside those of cases: written once."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.applications.domain.submission import RightKey
from services.applications.domain.valuations import Relation
from services.applications.tables.facts import VALUATIONS
from shared.auth.identity import Identity
from shared.postgres.touched import touch


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValuation:
    """What an appraiser has found, and to whom they are related."""

    amount_fen: int
    method: str
    appraiser: str
    valued_on: date
    valid_until: date | None
    related_to: Relation | None
    relation_note: str
    reference: str
    document_id: UUID | None


async def add(
    conn: asyncpg.Connection,
    valuation_id: UUID,
    key: RightKey,
    new: NewValuation,
    *,
    by: Identity,
    now: datetime,
) -> None:
    """Keep a valuation of a known right."""
    await conn.execute(
        """insert into right_valuations
               (id, kind, number, nice_class, bank_code, amount_fen, method, appraiser, valued_on,
                valid_until, related_to, relation_note, reference, document_id, said_by,
                said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        valuation_id, *key, by.institution, new.amount_fen, new.method, new.appraiser,
        new.valued_on, new.valid_until, new.related_to, new.relation_note, new.reference,
        new.document_id, by.subject, by.name, now,
    )  # fmt: skip
    rows = await conn.fetch(
        """select distinct application_id from collateral
           where (kind, number, nice_class) = ($1, $2, $3) and bank_code = $4""",
        *key,
        by.institution,
    )
    touch(conn, VALUATIONS, loans=[row["application_id"] for row in rows])
