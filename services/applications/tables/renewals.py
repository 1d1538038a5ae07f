"""A renewed loan's case and its rights are held while another case is linked to them."""

from collections.abc import Collection
from uuid import UUID

import asyncpg


async def hold_renewed(conn: asyncpg.Connection, case_id: UUID, *, bank_code: str) -> None:
    """Lock the bank's case and the rights that it holds, so that it lets none of them go and nobody
    else renews it in this moment. Nothing where it is not the bank's."""
    await hold_all_renewed(conn, [case_id], bank_code=bank_code)


async def hold_all_renewed(
    conn: asyncpg.Connection, case_ids: Collection[UUID], *, bank_code: str
) -> None:
    """The same of many, cases and rights in their order, so that two who do so never deadlock."""
    if not case_ids:
        return
    await conn.execute(
        """select from applications where id = any($1::uuid[]) and bank_code = $2
           order by id for no key update""",
        list(case_ids),
        bank_code,
    )
    await conn.execute(
        """select from held_rights as held
           where exists (select from applications as a
                         where a.id = held.application_id and a.bank_code = $2)
             and application_id = any($1::uuid[])
           order by kind, number, nice_class for update""",
        list(case_ids),
        bank_code,
    )
