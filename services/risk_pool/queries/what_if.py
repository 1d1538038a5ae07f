"""The claims of a month with what each party bears of them, as they stand."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import USES_CAPS
from shared.months import Month
from shared.postgres.literals import literals


async def claims_of(
    conn: asyncpg.Connection, pool_code: str, programme: str, month: Month
) -> Sequence[asyncpg.Record]:
    """The claims of a programme that were approved in a month, in the order of filing."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from claims
            where pool_code = $1 and programme = $2 and approved_on between $3 and $4
              and state in ({literals(USES_CAPS)})
            order by filed_at, number""",
        pool_code,
        programme,
        month.first,
        month.last,
    )
    return rows


async def shares_of(
    conn: asyncpg.Connection, claim_ids: Sequence[UUID]
) -> Mapping[UUID, dict[str, int]]:
    """Claim → party → what it bears, as the last split has it."""
    rows = await conn.fetch(
        """select share.claim_id, share.party, share.amount_fen
           from claim_shares as share
           join claims on claims.id = share.claim_id and claims.split = share.split
           where share.claim_id = any($1::uuid[]) order by share.claim_id, share.place""",
        list(claim_ids),
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["claim_id"], {})[row["party"]] = row["amount_fen"]
    return found


async def programme_of(conn: asyncpg.Connection, pool_code: str) -> str:
    """The programme of a pool that exists."""
    programme: str = await conn.fetchval("select programme from pools where code = $1", pool_code)
    return programme
