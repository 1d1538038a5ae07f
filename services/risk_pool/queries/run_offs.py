"""What is left in a pool that runs off, and its run-offs as they are read."""

from uuid import UUID

import asyncpg

from services.risk_pool.domain import adjustment, cash_entry, claim, recovery, subsidy
from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.coverage import State as CoverageState
from services.risk_pool.domain.run_off import Left
from services.risk_pool.tables.ledger import balances
from shared.postgres.literals import literals

_OPEN = {
    "claims_open": ("claims", claim.UNDECIDED | claim.AWAITS_PAYMENT),
    "recoveries_open": ("recoveries", recovery.UNCONFIRMED),
    "adjustments_open": ("adjustments", adjustment.OPEN),
    "subsidies_open": ("subsidies", subsidy.UNDECIDED),
    "cash_entries_open": ("cash_entries", cash_entry.WAITING),
}


async def left(conn: asyncpg.Connection, pool_code: str) -> Left:
    """What is left. Whoever asks sees everything."""
    held = await balances(conn, pool_code)
    counts = {
        name: await conn.fetchval(
            f"select count(*) from {table} where pool_code = $1 and state in ({literals(states)})",
            pool_code,
        )
        for name, (table, states) in _OPEN.items()
    }
    return Left(
        covered_fen=accounts.held_fen(held, "covered"),
        reserved_fen=accounts.held_fen(held, "reserved"),
        escrow_fen=accounts.held_fen(held, "escrow") + accounts.held_fen(held, "earmarked"),
        payable_fen=accounts.held_fen(held, "payable"),
        receivable_fen=accounts.held_fen(held, "receivable"),
        suspense_fen=held.get(accounts.SUSPENSE, 0),
        cash_fen=held.get(accounts.CASH, 0),
        available_fen=accounts.available_fen(held),
        **counts,
    )


async def contributed(conn: asyncpg.Connection, pool_code: str) -> dict[str, int]:
    """Party → what it has paid in."""
    held = await balances(conn, pool_code)
    return {
        account.removeprefix("contribution:"): fen
        for account, fen in held.items()
        if account.startswith("contribution:")
    }


async def reserved_loans(conn: asyncpg.Connection, pool_code: str) -> list[UUID]:
    """Loans for which capacity is held and nothing is paid out."""
    rows = await conn.fetch(
        f"""select loan_id from coverages
            where pool_code = $1 and state = '{CoverageState.RESERVED}' order by loan_id""",
        pool_code,
    )
    return [row["loan_id"] for row in rows]


async def find(conn: asyncpg.Connection, run_off_id: UUID) -> asyncpg.Record | None:
    """A run-off; None where there is none."""
    return await conn.fetchrow("select * from run_offs where id = $1", run_off_id)


async def of_pool(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """The pool's run-offs, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from run_offs where pool_code = $1 order by id desc", pool_code
    )
    return rows
