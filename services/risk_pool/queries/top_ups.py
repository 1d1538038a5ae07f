"""What a top-up call rests on, and the calls of a pool with what has come of them."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from uuid import UUID

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.top_up import Contributor, Situation
from services.risk_pool.queries import agreements, open_items
from services.risk_pool.tables.ledger import balances


async def situation(conn: asyncpg.Connection, pool_code: str, day: date) -> Situation:
    """The pool's money and what its contributors have agreed for a day."""
    held = await balances(conn, pool_code)
    called = await conn.fetch(
        "select reference from planned_money where pool_code = $1 and call_id is not null",
        pool_code,
    )
    of_calls = {row["reference"] for row in called}
    items = await open_items.of_pool(conn, pool_code)
    return Situation(
        available_fen=accounts.available_fen(held),
        paid_in_fen=accounts.paid_in_fen(held),
        claims_fen=held.get(accounts.CLAIMS, 0),
        called_fen=sum(one.open_fen for one in items if one.reference in of_calls),
        contributors=tuple(
            Contributor(
                party_code=row["party_code"],
                share=Fraction(row["contribution_share"]),
                below_fen=row["top_up_below_fen"],
                agreement=row["number"],
            )
            for row in await agreements.contributors_on(conn, pool_code, day)
        ),
    )


async def find(conn: asyncpg.Connection, call_id: UUID) -> asyncpg.Record | None:
    """A call; None where the caller may know of none."""
    return await conn.fetchrow("select * from top_up_calls where id = $1", call_id)


async def of_pool(
    conn: asyncpg.Connection, pool_code: str, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """The calls of a pool, the newest first, from before one on."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select * from top_up_calls where pool_code = $1 and ($2::uuid is null or id < $2)
           order by id desc limit $3""",
        pool_code,
        before,
        limit,
    )
    return rows


async def parts_of(
    conn: asyncpg.Connection, call_ids: Sequence[UUID]
) -> dict[UUID, list[asyncpg.Record]]:
    """By call, what it asks of each contributor and what has come."""
    rows = await conn.fetch(
        f"""{agreements.PLANNED} where plan.call_id = any($1::uuid[])
            order by plan.reference""",
        list(call_ids),
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["call_id"], []).append(row)
    return found
