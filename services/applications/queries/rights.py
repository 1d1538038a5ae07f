"""Which rights live cases hold, and what was asked about rights."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.submission import RightKey
from services.applications.tables.rows import RightEnquiryRow

# Who holds a right is nobody's to see; of the case only as much as row-level security shows. Right by right, kept
# from being joined: planned while tables are empty, a join reads all that is held until statistics are taken.
_HELD: Final = """
select held.kind, held.number, held.nice_class, own.number as case_number
from unnest($1::text[], $2::text[], $3::int[]) as asked (kind, number, nice_class)
cross join lateral (
    select * from held_rights as h
    where (h.kind, h.number, h.nice_class) = (asked.kind, asked.number, asked.nice_class) offset 0
) as held
left join applications as own on own.id = held.application_id
order by held.rank desc, held.place desc
"""


async def held(conn: asyncpg.Connection, keys: Sequence[RightKey]) -> Mapping[RightKey, str | None]:
    """Those of these rights that a live case holds, each with the case's number, or None where the
    case is another bank's."""
    rows = await conn.fetch(
        _HELD,
        [key.kind for key in keys],
        [key.number for key in keys],
        [key.nice_class for key in keys],
    )
    # A renewed loan and its renewal hold the same right: the number of the first place is told.
    return {
        RightKey(row["kind"], row["number"], row["nice_class"]): row["case_number"] for row in rows
    }


async def programme_of(conn: asyncpg.Connection, pool_code: str) -> str | None:
    """The programme of a pool; None where there is no such pool."""
    found: str | None = await conn.fetchval(
        "select programme from pools where code = $1", pool_code
    )
    return found


async def asked_since(conn: asyncpg.Connection, bank_code: str, since: datetime) -> int:
    """How many rights an institution has asked about since a moment."""
    count: int = await conn.fetchval(
        """select coalesce(sum(rights), 0)::bigint from right_enquiries
           where bank_code = $1 and asked_at > $2""",
        bank_code,
        since,
    )
    return count


async def enquiries(
    session: AsyncSession, *, bank: str | None, after: UUID | None, limit: int
) -> Sequence[RightEnquiryRow]:
    """What was asked, the youngest first, below the id `after`."""
    query = select(RightEnquiryRow).order_by(col(RightEnquiryRow.id).desc()).limit(limit)
    if bank is not None:
        query = query.where(col(RightEnquiryRow.bank_code) == bank)
    if after is not None:
        query = query.where(col(RightEnquiryRow.id) < after)
    return (await session.exec(query)).all()
