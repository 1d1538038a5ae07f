"""Versions of programmes as they are answered, and the loans that new terms would be about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.programme_version import State
from services.risk_pool.queries.renewals import RENEWED_PART
from shared.refusals import NotFound

_SHOWN = """
    id, programme, number, in_force_from, sha256, accepted, proposed_at, proposed_by,
    proposed_by_name, published_at, published_by, published_by_name, state, state_since, due_on,
    version, text, common_text
"""


async def versions(
    conn: asyncpg.Connection, *, programme: str | None = None, only_published: bool
) -> list[asyncpg.Record]:
    """Versions by programme, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select {_SHOWN} from programme_versions
            where ($1::text is null or programme = $1)
              and (not $2 or state = $3)
            order by programme, number desc""",
        programme,
        only_published,
        State.PUBLISHED,
    )
    return rows


async def version(
    conn: asyncpg.Connection, programme: str, number: int, *, only_published: bool = False
) -> asyncpg.Record:
    """One version of a programme. Raises NotFound."""
    row = await conn.fetchrow(
        f"""select {_SHOWN} from programme_versions
            where programme = $1 and number = $2 and (not $3 or state = $4)""",
        programme,
        number,
        only_published,
        State.PUBLISHED,
    )
    if row is None:
        raise NotFound(
            f"方案 {programme} 没有第 {number} 版", f"There is no version {number} of {programme}."
        )
    return row


async def id_of(conn: asyncpg.Connection, programme: str, number: int) -> UUID:
    """The id of a version. Raises NotFound."""
    return UUID(str((await version(conn, programme, number))["id"]))


async def loans_in_cover(conn: asyncpg.Connection, programme: str) -> Sequence[dict[str, Any]]:
    """Every covered loan of a programme with its borrower's whole balance (programmes H.13), a
    renewal with what it is beyond the loan that it renews; a bank sees its own."""
    rows = await conn.fetch(
        f"""with book as (
               select c.*, {RENEWED_PART} as renewed_fen from coverages as c
               where programme = $1 and state = any($2::text[])
           )
           select number, bank_code, mode, outstanding_fen - renewed_fen as outstanding_fen, ip_share_bp, amount_fen, attributes,
                  is_first_loan, is_multi_ip_type, risk_class,
                  sum(outstanding_fen - renewed_fen)
                      over (partition by pool_code, borrower_uscc)::bigint as borrower_balance_fen
           from book where renewed_fen = 0 or outstanding_fen > renewed_fen
           order by bank_code, mode, number""",
        programme,
        list(IN_COVER),
    )
    return [dict(row) for row in rows]


async def number_of(conn: asyncpg.Connection, version_id: UUID) -> int:
    """The number of a version that exists."""
    number: int = await conn.fetchval(
        "select number from programme_versions where id = $1", version_id
    )
    return number
