"""What pools and parties are called, learnt from the events that name them."""

from collections.abc import Mapping

import asyncpg


async def remember(conn: asyncpg.Connection, names: Mapping[str, str]) -> None:
    """Note what codes are called; the last name holds."""
    if names:
        await conn.execute(
            "insert into names_by_code (code, name)"
            " select * from unnest($1::text[], $2::text[])"
            " on conflict (code) do update set name = excluded.name"
            " where names_by_code.name <> excluded.name",
            list(names),
            list(names.values()),
        )


async def known(conn: asyncpg.Connection) -> dict[str, str]:
    """Code → name, as far as the transaction may see them; the house sees all."""
    rows = await conn.fetch("select code, name from names_by_code")
    return {row["code"]: row["name"] for row in rows}
