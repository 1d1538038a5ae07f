"""Groups of firms: their members, and what all of them owe."""

from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import CLAIMS_CAPACITY
from services.applications.queries.owed import OWED_ONCE

_PAGE: Final = """
select * from related_firms
where ($1::text is null or group_canonical in (
          select group_canonical from related_firms where uscc = $1))
  and ($2::text is null or group_canonical like $2 or name_canonical like $2)
  and (not $3 or ended_on is null)
  and ($4::uuid is null or id < $4)
order by id desc limit $5
"""
_OWED: Final = f"""
select count(distinct firm.uscc) as firms, max(firm.group_name) as name,
       coalesce(sum({OWED_ONCE}), 0)::bigint as owed
from related_firms as own
join related_firms as firm on firm.group_canonical = own.group_canonical and firm.ended_on is null
left join applications as a
    on a.borrower_uscc = firm.uscc and a.id <> $1 and a.state = any($3::text[])
left join loans as l on l.application_id = a.id
where own.uscc = $2 and own.ended_on is null
having count(*) > 0
"""


async def one(conn: asyncpg.Connection, id_: UUID) -> asyncpg.Record | None:
    """One firm in one group."""
    return await conn.fetchrow("select * from related_firms where id = $1", id_)


async def page(
    conn: asyncpg.Connection,
    *,
    uscc: str | None,
    like: str | None,
    standing: bool,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Firms in groups, the last said first; with `uscc`, all of the groups it was ever in."""
    rows: list[asyncpg.Record] = await conn.fetch(_PAGE, uscc, like, standing, before, limit)
    return rows


async def owed_by_group(
    conn: asyncpg.Connection, *, case_id: UUID, uscc: str
) -> asyncpg.Record | None:
    """What the firms of a firm's group owe together, in fen, without this case: as `owed_before` has
    it for one firm, in the pools that the reader sees. None where it belongs to no group."""
    return await conn.fetchrow(_OWED, case_id, uscc, sorted(CLAIMS_CAPACITY))
