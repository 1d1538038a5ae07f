"""The account as it is read: its registrations, statements, lines, and what is open of each."""

from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_matching import Line
from services.risk_pool.domain.pool_account import State
from shared.postgres.conditions import conditions

_LINES = """
    select line.*, tally.amount_fen - tally.matched_fen as open_fen,
           statement.imported_by as brought_by, account.account_number
    from account_lines as line join account_line_tallies as tally on tally.line_id = line.id
    join account_statements as statement on statement.id = line.statement_id
    join pool_accounts as account on account.id = line.account_id
"""


async def accounts(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """The accounts of a pool, the newest first, with how far each one's statements reach."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select account.*, last.covers_until, last.closing_fen
           from pool_accounts as account
           left join lateral (
               select max(covers_until) as covers_until,
                      (array_agg(closing_fen order by id desc))[1] as closing_fen
               from account_statements where account_id = account.id
           ) as last on true
           where account.pool_code = $1 order by account.id desc""",
        pool_code,
    )
    return rows


async def in_use(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """The accounts of a pool that two persons have put in use."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from pool_accounts
            where pool_code = $1 and state = '{State.IN_USE}' order by id""",
        pool_code,
    )
    return rows


async def find_account(conn: asyncpg.Connection, account_id: UUID) -> asyncpg.Record | None:
    """An account; None where the caller may know of none."""
    return await conn.fetchrow("select * from pool_accounts where id = $1", account_id)


async def last_line(conn: asyncpg.Connection, account_id: UUID) -> asyncpg.Record | None:
    """The last line imported of an account; None before the first."""
    return await conn.fetchrow(
        """select position, balance_fen, booked_on from account_lines
           where account_id = $1 order by position desc limit 1""",
        account_id,
    )


async def last_closing_fen(conn: asyncpg.Connection, account_id: UUID) -> int | None:
    """What the account held at the end of the last statement; None before the first."""
    closing: int | None = await conn.fetchval(
        """select closing_fen from account_statements
           where account_id = $1 order by id desc limit 1""",
        account_id,
    )
    return closing


async def known_keys(conn: asyncpg.Connection, account_id: UUID, keys: list[str]) -> frozenset[str]:
    """Those of the keys whose lines are there already."""
    rows = await conn.fetch(
        "select key from account_lines where account_id = $1 and key = any($2::text[])",
        account_id,
        keys,
    )
    return frozenset(row["key"] for row in rows)


async def same_file(conn: asyncpg.Connection, account_id: UUID, sha256: bytes) -> UUID | None:
    """The statement that was imported from this very file before."""
    found: UUID | None = await conn.fetchval(
        "select id from account_statements where account_id = $1 and file_sha256 = $2",
        account_id,
        sha256,
    )
    return found


async def statements(
    conn: asyncpg.Connection, pool_code: str, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Statements of a pool's accounts, the newest first."""
    where, arguments = conditions(
        {"statement.pool_code = {}": pool_code, "statement.id < {}": before}
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select statement.*, account.account_number
            from account_statements as statement
            join pool_accounts as account on account.id = statement.account_id
            where {where} order by statement.id desc limit {int(limit)}""",
        *arguments,
    )
    return rows


async def find_statement(conn: asyncpg.Connection, statement_id: UUID) -> asyncpg.Record | None:
    """A statement; None where the caller may know of none."""
    return await conn.fetchrow(
        """select statement.*, account.account_number
           from account_statements as statement
           join pool_accounts as account on account.id = statement.account_id
           where statement.id = $1""",
        statement_id,
    )


async def lines_of(conn: asyncpg.Connection, statement_id: UUID) -> list[asyncpg.Record]:
    """The lines that a statement brought, in their order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_LINES} where line.statement_id = $1 order by line.position", statement_id
    )
    return rows


async def page(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    from_day: date | None,
    to_day: date | None,
    before: tuple[date, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Lines of a pool's accounts, the latest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""{_LINES}
            where line.pool_code = $1 and ($2::date is null or line.booked_on >= $2)
              and ($3::date is null or line.booked_on <= $3)
              and ($4::date is null or (line.booked_on, line.id) < ($4, $5::uuid))
            order by line.booked_on desc, line.id desc limit {int(limit)}""",
        pool_code,
        from_day,
        to_day,
        *(before or (None, None)),
    )
    return rows


async def find_line(conn: asyncpg.Connection, line_id: UUID) -> asyncpg.Record | None:
    """A line with what is open of it; None where the caller may know of none."""
    return await conn.fetchrow(f"{_LINES} where line.id = $1", line_id)


async def lines(
    conn: asyncpg.Connection, pool_code: str, *, only_open: bool = False, since: date | None = None
) -> list[Line]:
    """Lines for the rules of matching, the earliest first."""
    rows = await conn.fetch(
        f"""{_LINES}
            where line.pool_code = $1 and ($2 is false or tally.amount_fen <> tally.matched_fen)
              and ($3::date is null or line.booked_on >= $3)
            order by line.booked_on, line.position""",
        pool_code,
        only_open,
        since,
    )
    return [as_line(row) for row in rows]


def as_line(row: asyncpg.Record) -> Line:
    """A row as the rules look at it."""
    return Line(
        id=row["id"],
        booked_on=row["booked_on"],
        amount_fen=row["amount_fen"],
        open_fen=row["open_fen"],
        reference=row["reference"],
        counterparty_name=row["counterparty_name"],
        counterparty_account=row["counterparty_account"],
        purpose=row["purpose"],
        is_opening=row["is_opening"],
        brought_by=row["brought_by"],
    )


async def by_id(conn: asyncpg.Connection, ids: list[UUID]) -> dict[UUID, asyncpg.Record]:
    """Lines by their ids."""
    rows = await conn.fetch(f"{_LINES} where line.id = any($1::uuid[])", ids)
    return {row["id"]: row for row in rows}
