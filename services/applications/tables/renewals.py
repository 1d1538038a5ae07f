"""A renewed loan's case and its rights are held while another case is linked to them."""

from uuid import UUID

import asyncpg


async def hold_renewed(conn: asyncpg.Connection, case_id: UUID, *, bank_code: str) -> None:
    """Lock the bank's case and the rights that it holds, so that it lets none of them go and nobody
    else renews it in this moment. Nothing where it is not the bank's."""
    await conn.execute(
        "select from applications where id = $1 and bank_code = $2 for no key update",
        case_id,
        bank_code,
    )
    await conn.execute(
        """select from held_rights where application_id = $1
           order by kind, number, nice_class for update""",
        case_id,
    )
