"""Recoveries as they are answered, and what those before have given back."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.risk_pool.domain.recovery import COUNTS, Reported, State
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row
from shared.postgres.literals import literals


async def find(conn: asyncpg.Connection, recovery_id: UUID) -> asyncpg.Record | None:
    """A recovery; None where the caller may know of none."""
    return await conn.fetchrow("select * from recoveries where id = $1", recovery_id)


async def same_as(
    conn: asyncpg.Connection, claim: Row, reported: Reported, *, but: UUID | None
) -> tuple[str, str]:
    """Numbers of live recoveries with the bank's reference, and of the claim's with the same day
    and amount; "" for none. `but`: the one that is reported again."""
    live = literals(COUNTS)
    other = but or UUID(int=0)
    reference = await conn.fetchval(
        f"""select number from recoveries
            where bank_code = $1 and reference_canonical = $2 and $2 <> '' and id <> $3
              and state in ({live})""",
        claim["bank_code"],
        reported.reference_canonical,
        other,
    )
    money = await conn.fetchval(
        f"""select number from recoveries
            where claim_id = $1 and received_on = $2 and gross_fen = $3 and id <> $4
              and state in ({live}) order by id limit 1""",
        claim["id"],
        reported.received_on,
        reported.gross_fen,
        other,
    )
    return reference or "", money or ""


async def shares(
    conn: asyncpg.Connection, recovery_ids: Sequence[UUID]
) -> dict[UUID, list[PartyShare]]:
    """Recovery → what each party gets back, in the order of the scheme."""
    found: dict[UUID, list[PartyShare]] = {recovery_id: [] for recovery_id in recovery_ids}
    for row in await conn.fetch(
        """select recovery_id, party, party_code, amount_fen from recovery_shares
           where recovery_id = any($1::uuid[]) order by recovery_id, place""",
        list(recovery_ids),
    ):
        share = PartyShare(
            party=row["party"], party_code=row["party_code"], amount_fen=row["amount_fen"]
        )
        found[row["recovery_id"]].append(share)
    return found


async def of_claim(conn: asyncpg.Connection, claim_id: UUID) -> list[UUID]:
    """The recoveries of a claim, the first one first."""
    rows = await conn.fetch("select id from recoveries where claim_id = $1 order by id", claim_id)
    return [row["id"] for row in rows]


async def received_fen(conn: asyncpg.Connection, loan_id: UUID) -> int:
    """Money on a loan that banks have reported and nobody has sent back, before costs."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(gross_fen), 0)::bigint from recoveries
            where loan_id = $1 and state in ({literals({State.REPORTED, State.CONFIRMED})})""",
        loan_id,
    )
    return fen


async def returned_before(conn: asyncpg.Connection, claim_id: UUID) -> dict[str, int]:
    """Party → what recoveries of the claim have given back so far, less what it has passed on
    since (late money)."""
    rows = await conn.fetch(
        """select party, sum(amount_fen)::bigint as fen from recovery_shares
           where claim_id = $1 group by party""",
        claim_id,
    )
    less: dict[str, int] = await conn.fetchval(
        "select returned_less from claims where id = $1", claim_id
    )
    return {row["party"]: row["fen"] - less.get(row["party"], 0) for row in rows}


async def interest_returned_before(conn: asyncpg.Connection, claim_id: UUID) -> int:
    """What recoveries have given back of interest outside the base; none before it is confirmed."""
    fen: int = await conn.fetchval(
        "select coalesce(sum(to_interest_fen), 0)::bigint from recoveries where claim_id = $1",
        claim_id,
    )
    return fen
