"""Who takes part in a pool, and what a bank and the pool have agreed, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from shared.refusals import Refused

BANK = "bank"
"""The role of those who lend."""


class PartyDiffers(Refused):
    """The code belongs to a party of another role or name."""

    code = "party-differs"


class OnlyBanksHaveLines(Refused):
    """A line was given to a party that lends nothing."""

    code = "only-banks-have-lines"
    status = 422


class LineExists(Refused):
    """There is a line from that day already; a new one begins on another day."""

    code = "line-exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A bank's line in a pool, from one day to another; one that begins later replaces it."""

    id: UUID
    pool_code: str
    bank_code: str
    role: str
    line_fen: int
    pool_share_fen: int | None
    valid_from: date
    valid_to: date | None
    note: str
    created_by: str


async def join(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    code: str,
    role: str,
    name: str,
    joined_on: date,
    now: datetime,
) -> None:
    """Let a party in; one that takes part already stays as it is. Raises PartyDiffers."""
    await conn.execute(
        """insert into parties (pool_code, code, role, name, joined_on, created_at)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing""",
        pool_code,
        code,
        role,
        name,
        joined_on,
        now,
    )
    known = await conn.fetchrow(
        "select role, name from parties where pool_code = $1 and code = $2", pool_code, code
    )
    if (known["role"], known["name"]) != (role, name):
        raise PartyDiffers(
            f"{code} 已以“{known['name']}”({known['role']})参加该资金池",
            f"{code} takes part already, as {known['name']} ({known['role']}).",
        )


async def agree(conn: asyncpg.Connection, agreement: Agreement, *, now: datetime) -> None:
    """Give a bank its line. Raises OnlyBanksHaveLines, LineExists."""
    if agreement.role != BANK:
        raise OnlyBanksHaveLines(
            "只有银行可以约定额度", "Only a bank can be given a line.", party=agreement.bank_code
        )
    made = await conn.fetchval(
        """insert into agreements (id, pool_code, bank_code, line_fen, pool_share_fen, valid_from,
                                   valid_to, note, created_at, created_by)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           on conflict (pool_code, bank_code, valid_from) do nothing returning id""",
        agreement.id,
        agreement.pool_code,
        agreement.bank_code,
        agreement.line_fen,
        agreement.pool_share_fen,
        agreement.valid_from,
        agreement.valid_to,
        agreement.note,
        now,
        agreement.created_by,
    )
    if made is None:
        raise LineExists(
            f"{agreement.bank_code} 自 {agreement.valid_from} 起的额度已有约定",
            f"{agreement.bank_code} has a line from {agreement.valid_from} already.",
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


async def listed(conn: asyncpg.Connection, pool_code: str) -> list[dict[str, Any]]:
    """Every party with its lines, newest first, as far as the transaction may see them."""
    rows = await conn.fetch(
        "select code, role, name, joined_on from parties where pool_code = $1 order by code",
        pool_code,
    )
    lines = await conn.fetch(
        """select bank_code, line_fen, pool_share_fen, valid_from, valid_to, note
           from agreements where pool_code = $1 order by bank_code, valid_from desc""",
        pool_code,
    )
    return [
        {
            **dict(row),
            "lines": [dict(line) for line in lines if line["bank_code"] == row["code"]],
        }
        for row in rows
    ]
