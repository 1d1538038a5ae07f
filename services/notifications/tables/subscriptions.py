"""What e-mail needs of its receivers: an address and a language."""

from uuid import UUID

import asyncpg


async def add(
    conn: asyncpg.Connection,
    subscription_id: UUID,
    *,
    institution: str,
    address: str,
    language: str,
) -> None:
    """Keep whom to write to, and how."""
    await conn.execute(
        "insert into subscriptions (id, institution, address, language) values ($1, $2, $3, $4)",
        subscription_id,
        institution,
        address,
        language,
    )


async def change(
    conn: asyncpg.Connection, subscription_id: UUID, *, language: str | None, month_pack: bool
) -> None:
    """Write in this language from now on (None: as before), with a month's pack or without."""
    await conn.execute(
        "update subscriptions set language = coalesce($2, language) where id = $1",
        subscription_id,
        language,
    )
    await conn.execute(
        "update receivers set month_pack = $2 where id = $1", subscription_id, month_pack
    )


async def address_of(conn: asyncpg.Connection, subscription_id: UUID) -> str:
    """Where a subscription that is there writes to."""
    address: str = await conn.fetchval(
        "select address from subscriptions where id = $1", subscription_id
    )
    return address
