"""Registered pledges of a period, as they are exported."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

_RECORDS: Final = """
select p.*, a.number as case_number, a.pool_code, a.amount_fen, c.kind, c.number as right_number,
       c.nice_class, c.name as right_name, c.owner_name, c.owner_uscc, b.name as bank_name,
       b.uscc as bank_uscc, l.matures_on
from pledge_registrations as p
join applications as a on a.id = p.application_id
join collateral as c
    on (c.application_id, c.revision, c.collateral_no) = (p.application_id, a.revision, p.collateral_no)
left join banks as b on b.code = p.bank_code
left join loans as l on l.application_id = a.id
where ($1::text is null or p.bank_code = $1)
  and ($2::text is null or a.pool_code = $2)
  -- By the indexes of the days, which are written as ISO 8601 has them, so that texts order as days do.
  and p.id in (
      select id from pledge_registrations where registered_on between $3 and $4
        and ($1::text is null or bank_code = $1)
      union
      select case_id from case_moves where case_kind = 'pledge'
        and detail ->> 'on' between $3::date::text and $4::date::text
        and ($1::text is null or bank_code = $1))
  and ($5::uuid is null or (p.application_id, p.collateral_no) > ($5, $6::bigint))
order by p.application_id, p.collateral_no limit $7
"""


async def page(
    conn: asyncpg.Connection, *, bank: str | None, pool: str | None, first: date, last: date,
    after: tuple[UUID, int] | None, limit: int,
) -> Sequence[asyncpg.Record]:  # fmt: skip
    """Pledges that were entered, changed or ended in a period, from the oldest on. `bank`: None for
    all that the reader may see."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        _RECORDS, bank, pool, first, last, *(after or (None, None)), limit
    )
    return rows
