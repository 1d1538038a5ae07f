"""Payment files, their orders and payees' accounts as they are read."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.party_account import IN_FORCE
from services.risk_pool.domain.payment_order import LIVE
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_FILE = """
    file.id, file.number, file.pool_code, file.execution_on, file.orders, file.total_fen,
    encode(file.sha256, 'hex') as sha256, file.state, file.state_since, file.version, file.due_on,
    file.prepared_by, file.prepared_name, file.prepared_at, file.released_by, file.released_name,
    file.released_on, account.account_number as paid_from, account.bank_name as paid_from_bank,
    account.holder as payer
"""
_FILES = f"""select {_FILE} from payment_files as file
             join pool_accounts as account on account.id = file.account_id"""


async def find(conn: asyncpg.Connection, file_id: UUID) -> asyncpg.Record | None:
    """A file without its bytes; None where the caller may know of none."""
    return await conn.fetchrow(f"{_FILES} where file.id = $1", file_id)


async def of_number(conn: asyncpg.Connection, pool_code: str, number: str) -> UUID | None:
    """The file of a pool with a number."""
    found: UUID | None = await conn.fetchval(
        "select id from payment_files where pool_code = $1 and number = $2", pool_code, number
    )
    return found


async def content(conn: asyncpg.Connection, file_id: UUID) -> bytes:
    """The bytes of a file that exists."""
    found: bytes = await conn.fetchval("select content from payment_files where id = $1", file_id)
    return found


async def page(
    conn: asyncpg.Connection, pool_code: str, *, state: str | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Files of a pool, the newest first."""
    where, arguments = conditions(
        {"file.pool_code = {}": pool_code, "file.state = {}": state, "file.id < {}": before}
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_FILES} where {where} order by file.id desc limit {int(limit)}", *arguments
    )
    return rows


async def orders_of(conn: asyncpg.Connection, file_id: UUID) -> list[asyncpg.Record]:
    """The orders of a file with the accounts that they go to and how their entries stand."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select one.*, account.holder, account.account_number, account.bank_name, account.cnaps,
                  account.purpose, entry.state as entry_state,
                  entry.released_on as entry_released_on
           from payment_orders as one
           join party_accounts as account on account.id = one.party_account_id
           join cash_entries as entry on entry.id = one.entry_id
           where one.file_id = $1 order by one.position""",
        file_id,
    )
    return rows


async def live_orders(
    conn: asyncpg.Connection, pool_code: str, items: Sequence[str]
) -> dict[str, str]:
    """Of these items those that stand in a live order, each with the number of its file."""
    rows = await conn.fetch(
        f"""select one.item, file.number from payment_orders as one
            join payment_files as file on file.id = one.file_id
            where one.pool_code = $1 and one.item = any($2::text[])
              and one.state in ({literals(LIVE)})""",
        pool_code,
        list(items),
    )
    return {row["item"]: row["number"] for row in rows}


async def report_known(
    conn: asyncpg.Connection, pool_code: str, message: str, digest: bytes
) -> bool:
    """Whether a report of this number, or this very file, was taken."""
    found: bool = await conn.fetchval(
        """select exists (select from payment_status_reports
                          where pool_code = $1 and (message = $2 or file_sha256 = $3))""",
        pool_code,
        message,
        digest,
    )
    return found


async def party_accounts(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """Every account of a pool's parties, the newest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from party_accounts where pool_code = $1 order by party_code, id desc", pool_code
    )
    return rows


async def find_party_account(conn: asyncpg.Connection, account_id: UUID) -> asyncpg.Record | None:
    """An account; None where the caller may know of none."""
    return await conn.fetchrow("select * from party_accounts where id = $1", account_id)


async def account_on(
    conn: asyncpg.Connection, pool_code: str, party_code: str, purpose: str, day: date
) -> asyncpg.Record | None:
    """Where a party is paid on a day."""
    return await conn.fetchrow(
        f"""select * from party_accounts
            where pool_code = $1 and party_code = $2 and purpose = $3 and valid_from <= $4
              and state in ({literals(IN_FORCE)})
            order by valid_from desc, confirmed_at desc, id desc limit 1""",
        pool_code,
        party_code,
        purpose,
        day,
    )
