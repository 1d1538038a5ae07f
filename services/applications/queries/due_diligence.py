"""Due-diligence reports as they are read; a bank finds its own and those of its cases."""

from typing import Final
from uuid import UUID

import asyncpg

_PAGE: Final = """
select d.*, a.number as case_number from due_diligence_reports as d
left join applications as a on a.id = d.application_id
where ($1 = '*' or d.bank_code = $1) and ($2::uuid is null or d.application_id = $2)
  and ($3::uuid is null or d.right_ids @> array[$3]) and ($4::text is null or d.firm_uscc = $4)
  and ($5::uuid is null or d.id < $5)
order by d.id desc limit $6
"""
_RIGHTS: Final = "select id, kind, number, nice_class from rights where id = any($1::uuid[])"


async def page(
    conn: asyncpg.Connection, *, institution: str, case_id: UUID | None, right_id: UUID | None,
    firm_uscc: str | None, before: UUID | None, limit: int,
) -> list[asyncpg.Record]:  # fmt: skip
    """Reports, the youngest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, institution, case_id, right_id, firm_uscc, before, limit
    )
    return rows


async def rights(conn: asyncpg.Connection, ids: list[UUID]) -> dict[UUID, asyncpg.Record]:
    """The rights that reports are about."""
    return {row["id"]: row for row in await conn.fetch(_RIGHTS, ids)}
