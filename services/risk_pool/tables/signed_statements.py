"""Signed statements in PostgreSQL: the first one made is the one that is kept."""

from datetime import datetime
from uuid import UUID

import asyncpg


async def find(
    conn: asyncpg.Connection, settlement_id: UUID, party_code: str, language: str
) -> bytes | None:
    """The statement as it was signed; None where nobody has asked for it yet."""
    pdf: bytes | None = await conn.fetchval(
        """select pdf from signed_statements
           where settlement_id = $1 and party_code = $2 and language = $3""",
        settlement_id,
        party_code,
        language,
    )
    return pdf


async def keep(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    party_code: str,
    language: str,
    *,
    pdf: bytes,
    certificate_sha256: bytes,
    signed_at: datetime,
) -> bytes:
    """Keep it, unless somebody was faster; what is kept now."""
    await conn.execute(
        """insert into signed_statements
               (settlement_id, party_code, language, pdf, certificate_sha256, signed_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        settlement_id,
        party_code,
        language,
        pdf,
        certificate_sha256,
        signed_at,
    )
    kept = await find(conn, settlement_id, party_code, language)
    assert kept is not None
    return kept
