"""A case for changing, and the pool that it is of."""

from uuid import UUID

import asyncpg

from services.risk_pool.tables.ledger import LockedPool, lock_pool
from shared.transitions import CaseTable


async def lock_pool_of(
    conn: asyncpg.Connection, cases: CaseTable, case_id: UUID
) -> LockedPool | None:
    """The pool of a case, locked; it is locked before the case. None where the caller may know of no
    such case."""
    code = await conn.fetchval(f"select pool_code from {cases.table} where id = $1", case_id)
    return None if code is None else await lock_pool(conn, code)


async def lock_case(conn: asyncpg.Connection, cases: CaseTable, case_id: UUID) -> asyncpg.Record:
    """A case, locked. It exists, and its pool is locked."""
    case = await conn.fetchrow(f"select * from {cases.table} where id = $1 for update", case_id)
    assert case is not None
    return case
