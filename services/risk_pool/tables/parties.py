"""Who takes part in a pool, and what a bank and the pool have agreed, day by day."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.parties import (
    BANK,
    JoiningParty,
    LineExists,
    LineTerms,
    PartyDiffers,
)
from shared import canonical
from shared.contracts.audiences import audience_of
from shared.postgres.database import seeing_everything


async def join(
    conn: asyncpg.Connection,
    pool_code: str,
    party: JoiningParty,
    *,
    joined_on: date,
    now: datetime,
) -> None:
    """Let a party in; one that takes part already stays as it is. Raises PartyDiffers, also where the
    code stands in other capitals, and where it means another guarantor, insurer or appraiser in another
    pool: its people read by the code what is theirs in every pool."""
    known = await conn.fetchrow(
        """select code, role, name from parties
           where pool_code = $1 and upper(code) = upper($2) order by code <> $2 limit 1""",
        pool_code,
        party.code,
    )
    if known is not None:
        _require_the_same(party, known)
        return
    await _require_the_same_elsewhere(conn, pool_code, party)
    await conn.execute(
        """insert into parties (pool_code, code, role, name, joined_on, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        pool_code,
        party.code,
        party.role,
        party.name,
        joined_on,
        now,
    )


async def _require_the_same_elsewhere(
    conn: asyncpg.Connection, pool_code: str, party: JoiningParty
) -> None:
    """Raises PartyDiffers."""
    async with seeing_everything(conn):
        elsewhere = await conn.fetch(
            "select code, role, name from parties where upper(code) = upper($1) and pool_code <> $2",
            party.code,
            pool_code,
        )
    for known in elsewhere:
        is_read_by_code = {party.role, known["role"]} & set(audience_of())
        if is_read_by_code and canonical.name(known["name"]) != canonical.name(party.name):
            raise PartyDiffers(
                f"{known['code']} 在另一资金池为“{known['name']}”，请使用其他代码",
                f"{known['code']} is {known['name']} in another pool; take another code.",
            )


def _require_the_same(party: JoiningParty, known: asyncpg.Record) -> None:
    """Raises PartyDiffers."""
    is_same = (
        known["code"] == party.code
        and known["role"] == party.role
        and canonical.name(known["name"]) == canonical.name(party.name)
    )
    if not is_same:
        raise PartyDiffers(
            f"{known['code']} 已以“{known['name']}”({known['role']})参加该资金池",
            f"{known['code']} takes part already, as {known['name']} ({known['role']}).",
        )


async def agree(
    conn: asyncpg.Connection,
    pool_code: str,
    bank_code: str,
    line: LineTerms,
    *,
    created_by: str,
    now: datetime,
    agreement_id: UUID | None = None,
) -> None:
    """Give a bank its line, by an agreement where the pool is set up already. Raises LineExists."""
    made = await conn.fetchval(
        """insert into agreements (id, pool_code, bank_code, line_fen, pool_share_fen, valid_from,
                                   valid_to, note, created_at, created_by, agreement_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           on conflict (pool_code, bank_code, valid_from) do nothing returning id""",
        uuid7(),
        pool_code,
        bank_code,
        line.amount_fen,
        line.pool_share_fen,
        line.valid_from,
        line.valid_to,
        line.note,
        now,
        created_by,
        agreement_id,
    )
    if made is None:
        raise LineExists(
            f"{bank_code} 自 {line.valid_from} 起的额度已有约定",
            f"{bank_code} has a line from {line.valid_from} already.",
        )


async def takes_part(conn: asyncpg.Connection, pool_code: str, code: str) -> bool:
    """Whether there is such a party in the pool."""
    return bool(
        await conn.fetchval(
            "select exists (select from parties where pool_code = $1 and code = $2)",
            pool_code,
            code,
        )
    )


async def role_of(conn: asyncpg.Connection, pool_code: str, code: str) -> str | None:
    """A party's role in the pool; None of one that takes no part."""
    role: str | None = await conn.fetchval(
        "select role from parties where pool_code = $1 and code = $2", pool_code, code
    )
    return role


async def name_of(conn: asyncpg.Connection, pool_code: str, code: str) -> str:
    """The name of a party of the pool."""
    name: str = await conn.fetchval(
        "select name from parties where pool_code = $1 and code = $2", pool_code, code
    )
    return name


async def names_in_pools(conn: asyncpg.Connection, code: str) -> dict[str, str]:
    """Pool → what a party is called there, of the pools in which it takes part."""
    rows = await conn.fetch("select pool_code, name from parties where code = $1", code)
    return {row["pool_code"]: row["name"] for row in rows}


async def last_line(
    conn: asyncpg.Connection, pool_code: str, bank_code: str
) -> asyncpg.Record | None:
    """The bank's line that begins last, today or later; None where it never had one."""
    return await conn.fetchrow(
        """select line_fen, pool_share_fen, valid_from, valid_to from agreements
           where pool_code = $1 and bank_code = $2 order by valid_from desc limit 1""",
        pool_code,
        bank_code,
    )


async def banks_of(conn: asyncpg.Connection, pool_code: str) -> list[str]:
    """The codes of the banks that take part in a pool."""
    rows = await conn.fetch(
        "select code from parties where pool_code = $1 and role = $2", pool_code, BANK
    )
    return [row["code"] for row in rows]


async def lines_on(
    conn: asyncpg.Connection, pool_code: str, day: date, banks: Iterable[str] | None = None
) -> dict[str, asyncpg.Record]:
    """Bank → its line on a day (line_fen, pool_share_fen, valid_from, valid_to). The one that
    began last counts; a bank whose last line has ended has none."""
    rows = await conn.fetch(
        """select distinct on (bank_code) bank_code, line_fen, pool_share_fen, valid_from, valid_to
           from agreements
           where pool_code = $1 and valid_from <= $2
             and ($3::text[] is null or bank_code = any($3))
           order by bank_code, valid_from desc""",
        pool_code,
        day,
        None if banks is None else list(banks),
    )
    return {
        row["bank_code"]: row for row in rows if row["valid_to"] is None or row["valid_to"] >= day
    }


async def lines_of_bank_on(
    conn: asyncpg.Connection, bank_code: str, day: date
) -> dict[str, asyncpg.Record]:
    """Pool → a bank's line there on a day, as `lines_on` tells it."""
    rows = await conn.fetch(
        """select distinct on (pool_code) pool_code, line_fen, pool_share_fen, valid_from, valid_to
           from agreements where bank_code = $1 and valid_from <= $2
           order by pool_code, valid_from desc""",
        bank_code,
        day,
    )
    return {
        row["pool_code"]: row for row in rows if row["valid_to"] is None or row["valid_to"] >= day
    }
