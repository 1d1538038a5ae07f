"""The loans of a firm that are out, and their calls for cover."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.applications.domain.cover_call import LIVE
from services.applications.domain.life_cycle import IS_LOAN
from shared.postgres.literals import literals


async def loans_out(
    conn: asyncpg.Connection, uscc: str, *, institution: str, limit: int
) -> list[UUID]:
    """Cases of a firm whose loan is out, in order of id. A bank finds its own."""
    rows = await conn.fetch(
        f"""select a.id from applications as a join loans as l on l.application_id = a.id
            where a.borrower_uscc = $1 and ($2 = '*' or a.bank_code = $2)
              and a.state in ({literals(IS_LOAN)})
            order by a.id limit $3""",
        uscc,
        institution,
        limit,
    )
    return [row["id"] for row in rows]


async def live_calls(
    conn: asyncpg.Connection, case_ids: Sequence[UUID]
) -> dict[UUID, asyncpg.Record]:
    """Case → its call that has not come to its end."""
    rows = await conn.fetch(
        f"""select id, application_id, state, cover_by, shortfall_fen from cover_calls
            where application_id = any($1::uuid[]) and state in ({literals(LIVE)})""",
        case_ids,
    )
    return {row["application_id"]: row for row in rows}


async def name_of(conn: asyncpg.Connection, uscc: str, *, institution: str) -> str | None:
    """The firm's name in its last case that an institution may see; None where there is none."""
    name: str | None = await conn.fetchval(
        """select borrower_name from applications
           where borrower_uscc = $1 and ($2 = '*' or bank_code = $2) order by id desc limit 1""",
        uscc,
        institution,
    )
    return name
