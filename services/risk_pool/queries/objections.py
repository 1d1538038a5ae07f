"""Objections as they are read."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.objection import OPEN
from shared.postgres.literals import literals

WITH_NOTICE = """
    select o.*, n.number as notice_number, n.state as notice_state, n.removed_because,
           c.borrower_name, c.case_kind, c.case_id, c.case_number
    from objections o join public_notices n on n.id = o.notice_id
    left join public_notice_cases c on c.notice_id = o.notice_id and c.place = o.place
"""


async def find(conn: asyncpg.Connection, objection_id: UUID) -> asyncpg.Record | None:
    """An objection with its notice; None where the caller may know of none."""
    return await conn.fetchrow(f"{WITH_NOTICE} where o.id = $1", objection_id)


async def by_receipt(
    conn: asyncpg.Connection, number: str, secret_sha256: bytes
) -> asyncpg.Record | None:
    """The objection whose receipt this is; None for a wrong secret as for a wrong number."""
    return await conn.fetchrow(
        f"{WITH_NOTICE} where o.number = $1 and o.secret_sha256 = $2", number, secret_sha256
    )


async def open_of(conn: asyncpg.Connection, notice_id: UUID) -> list[asyncpg.Record]:
    """The objections to a notice that are not decided, locked."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from objections where notice_id = $1 and state in ({literals(OPEN)})
            order by id for update""",
        notice_id,
    )
    return rows


async def counts(conn: asyncpg.Connection, notice_id: UUID) -> tuple[int, Sequence[int | None]]:
    """How many were decided, and against which places those that were upheld (None: the whole list)."""
    rows = await conn.fetch(
        "select place, verdict from objections where notice_id = $1 and decided_on is not null",
        notice_id,
    )
    return len(rows), [row["place"] for row in rows if row["verdict"] == "upheld"]


async def filed_on(conn: asyncpg.Connection, notice_id: UUID, day: date) -> int:
    """How many were filed against a notice on a day."""
    found: int = await conn.fetchval(
        "select count(*) from objections where notice_id = $1 and filed_on = $2", notice_id, day
    )
    return found
