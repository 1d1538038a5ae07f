"""Which rights are pledged for a loan, and where each of them stands."""

from typing import Final
from uuid import UUID

import asyncpg

from services.risk_pool.domain.disposal import LIVE
from services.risk_pool.domain.disposal_checks import Pledge
from shared.postgres.literals import literals

# The disposal that a right is in now; a right is in one at most.
_OF_LOAN: Final = f"""
select pledge.*, busy.id as disposal_id, busy.number as disposal_number
from loan_pledges as pledge
left join lateral (
    select disposals.id, disposals.number
    from disposal_rights as named join disposals on disposals.id = named.disposal_id
    where named.loan_id = pledge.loan_id
      and (named.kind, named.number_canonical) = (pledge.kind, pledge.number_canonical)
      and disposals.state in ({literals(LIVE)})
    limit 1
) as busy on true
where pledge.loan_id = $1
order by pledge.ended_on nulls first, pledge.registered_on, pledge.pledge_id
"""


async def of_loan(conn: asyncpg.Connection, loan_id: UUID) -> list[asyncpg.Record]:
    """A loan's pledges, those that stand first, each with the live disposal of its right."""
    rows: list[asyncpg.Record] = await conn.fetch(_OF_LOAN, loan_id)
    return rows


async def by_right(conn: asyncpg.Connection, loan_id: UUID) -> dict[tuple[str, str], Pledge]:
    """By kind and canonical number what the register says; of several pledges of one right (a
    trademark in several classes) the one that stands, else the last one that ended."""
    rows = await conn.fetch(
        """select distinct on (kind, number_canonical) kind, number_canonical, name, ended_on
           from loan_pledges where loan_id = $1
           order by kind, number_canonical, ended_on desc nulls first""",
        loan_id,
    )
    return {
        (row["kind"], row["number_canonical"]): Pledge(name=row["name"], ended_on=row["ended_on"])
        for row in rows
    }
