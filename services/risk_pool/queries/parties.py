"""The parties of a pool as they are read."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg

from shared.postgres.database import seeing_everything


async def list_parties(conn: asyncpg.Connection, pool_code: str) -> list[dict[str, Any]]:
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
            **row,
            "lines": [dict(line) for line in lines if line["bank_code"] == row["code"]],
        }
        for row in rows
    ]


async def party_names(conn: asyncpg.Connection, pool_code: str) -> dict[str, str]:
    """Code → name, as far as the transaction may see the parties."""
    rows = await conn.fetch("select code, name from parties where pool_code = $1", pool_code)
    return {row["code"]: row["name"] for row in rows}


# From code to code, for each stands in hundreds of pools.
_CODES: Final = """
with recursive codes as (
    (select code from parties order by code limit 1)
    union all
    select (select next.code from parties as next where next.code > codes.code order by next.code limit 1)
    from codes where codes.code is not null
)
"""
_ALL_NAMES: Final = f"""
{_CODES}
select codes.code, named.name from codes cross join lateral (
    select name, role from parties where parties.code = codes.code
    order by joined_on desc, pool_code limit 1
) as named
"""
_BESIDE: Final = f"""
{_ALL_NAMES} where named.role = any ($2::text[]) and exists (
    select from parties as beside join parties as own on own.pool_code = beside.pool_code
    where beside.code = codes.code and own.code = $1 and own.role = 'bank')
"""


async def all_names(conn: asyncpg.Connection) -> list[dict[str, str]]:
    """Each code once with its name, as far as the transaction may see the parties."""
    return [dict(row) for row in await conn.fetch(_ALL_NAMES)]


async def names_beside(
    conn: asyncpg.Connection, bank: str, roles: Collection[str]
) -> list[dict[str, str]]:
    """What parties of these roles are called in the pools where a bank takes part: it names them in its
    applications, and their shares stand beside its own."""
    async with seeing_everything(conn):
        rows = await conn.fetch(_BESIDE, bank, list(roles))
    return [dict(row) for row in rows]


async def names_in_pools(
    conn: asyncpg.Connection, pool_codes: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Pool → code → name, as far as the transaction may see the parties."""
    rows = await conn.fetch(
        "select pool_code, code, name from parties where pool_code = any($1::text[])", pool_codes
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row["pool_code"], {})[row["code"]] = row["name"]
    return found
