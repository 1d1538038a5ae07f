"""Collections as they are answered, and what their conclusion rests on."""

from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.collection import Instalment
from services.risk_pool.domain.recovery import State


async def of_claim(conn: asyncpg.Connection, claim_id: UUID) -> asyncpg.Record | None:
    """The collection of a claim; None where there is none, or none that the caller may know of."""
    return await conn.fetchrow("select * from collections where claim_id = $1", claim_id)


async def find(conn: asyncpg.Connection, collection_id: UUID) -> asyncpg.Record | None:
    """A collection; None where the caller may know of none."""
    return await conn.fetchrow("select * from collections where id = $1", collection_id)


async def steps(conn: asyncpg.Connection, collection_id: UUID) -> list[asyncpg.Record]:
    """What was done to collect, in order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from collection_steps where collection_id = $1 order by number", collection_id
    )
    return rows


async def instalments(
    conn: asyncpg.Connection, collection_id: UUID, agreement: int
) -> list[Instalment]:
    """What an agreement says, in the order of its days."""
    rows = await conn.fetch(
        """select due_on, amount_fen from collection_instalments
           where collection_id = $1 and agreement = $2 order by due_on, place""",
        collection_id,
        agreement,
    )
    return [Instalment(**row) for row in rows]


async def recovered_fen(
    conn: asyncpg.Connection, claim_id: UUID, *, since: date | None = None
) -> int:
    """Confirmed recoveries of a claim before costs. `since`: those received from that day on."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(gross_fen), 0)::bigint from recoveries
            where claim_id = $1 and state = '{State.CONFIRMED}'
              and ($2::date is null or received_on >= $2)""",
        claim_id,
        since,
    )
    return fen


async def open_fen(conn: asyncpg.Connection, claim_id: UUID) -> int:
    """What the parties bore of a claim and have not got back: what is confirmed, less
    what was passed on again since (late money)."""
    fen: int = await conn.fetchval(
        """select coalesce((
               select sum(share.borne_fen) from claim_shares as share
               where share.claim_id = claims.id and share.split = claims.split), 0)::bigint
             - coalesce((
               select sum(amount_fen) from recovery_shares where claim_id = claims.id), 0)::bigint
             + coalesce((
               select sum(value::bigint) from jsonb_each_text(claims.returned_less)), 0)::bigint
           from claims where id = $1""",
        claim_id,
    )
    return fen
