"""Disposals as they are answered, and what steps of one read of what is known."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE
from services.risk_pool.domain.disposal import LIVE
from services.risk_pool.domain.recovery import COUNTS, State
from shared import canonical
from shared.postgres.literals import literals


async def find(conn: asyncpg.Connection, disposal_id: UUID) -> asyncpg.Record | None:
    """A disposal; None where the caller may know of none."""
    return await conn.fetchrow("select * from disposals where id = $1", disposal_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What belongs to a disposal beside its row."""

    rights: list[asyncpg.Record]
    rounds: list[asyncpg.Record]
    costs: list[asyncpg.Record]
    recoveries: list[asyncpg.Record]


async def parts(conn: asyncpg.Connection, disposal_id: UUID) -> Parts:
    """Its rights, rounds, costs, and the recoveries that name it, each in order."""
    return Parts(
        rights=await conn.fetch(
            """select named.kind, named.number, named.name, pledge.registration_no,
                      pledge.ended_on as pledge_ended_on,
                      coalesce(pledge.how_ended, '') as how_ended
               from disposal_rights as named
               left join lateral (
                   select registration_no, ended_on, how_ended from loan_pledges
                   where loan_id = named.loan_id
                     and (kind, number_canonical) = (named.kind, named.number_canonical)
                   order by ended_on desc nulls first limit 1) as pledge on true
               where named.disposal_id = $1 order by named.place""",
            disposal_id,
        ),
        rounds=await rounds(conn, disposal_id),
        costs=await conn.fetch(
            """select kind, reference, amount_fen, paid_on from disposal_costs
               where disposal_id = $1 order by place""",
            disposal_id,
        ),
        recoveries=await conn.fetch(
            """select id, number, state, gross_fen, received_on from recoveries
               where disposal_id = $1 order by id""",
            disposal_id,
        ),
    )


async def rounds(conn: asyncpg.Connection, disposal_id: UUID) -> list[asyncpg.Record]:
    """The rounds of a disposal, the first one first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select round, way, price_fen, venue, offered_on, until, failed_on, outcome
           from disposal_rounds where disposal_id = $1 order by round""",
        disposal_id,
    )
    return rows


async def rights_taken(conn: asyncpg.Connection, loan_id: UUID) -> frozenset[tuple[str, str]]:
    """Kind and canonical number of a loan's rights that live disposals are about."""
    rows = await conn.fetch(
        f"""select taken.kind, taken.number_canonical
            from disposal_rights as taken join disposals on disposals.id = taken.disposal_id
            where taken.loan_id = $1 and disposals.state in ({literals(LIVE)})""",
        loan_id,
    )
    return frozenset((row["kind"], row["number_canonical"]) for row in rows)


async def receipts(conn: asyncpg.Connection, loan_id: UUID) -> frozenset[str]:
    """The references of all costs that disposals of a loan list, in canonical form."""
    rows = await conn.fetch(
        """select cost.reference from disposal_costs as cost
           join disposals on disposals.id = cost.disposal_id where disposals.loan_id = $1""",
        loan_id,
    )
    return frozenset(canonical.number(row["reference"]) for row in rows)


async def approved_claim(conn: asyncpg.Connection, loan_id: UUID) -> asyncpg.Record | None:
    """The loan's claim that was approved and stands; None where there is none."""
    return await conn.fetchrow(
        f"""select * from claims
            where loan_id = $1 and approved_on is not null and reversed_on is null
              and state not in ({literals(LEAVES_THE_LOAN_FREE)})""",
        loan_id,
    )


async def reported_fen(
    conn: asyncpg.Connection, disposal_id: UUID, *, but: UUID | None = None
) -> int:
    """What live recoveries that name a disposal have reported. `but`: one that is reported anew."""
    return await _gross(conn, disposal_id, COUNTS, but)


async def confirmed_fen(conn: asyncpg.Connection, disposal_id: UUID) -> int:
    """What of its proceeds is confirmed."""
    return await _gross(conn, disposal_id, frozenset({State.CONFIRMED}), None)


async def _gross(
    conn: asyncpg.Connection, disposal_id: UUID, states: frozenset[State], but: UUID | None
) -> int:
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(gross_fen), 0)::bigint from recoveries
            where disposal_id = $1 and id <> $2 and state in ({literals(states)})""",
        disposal_id,
        but or UUID(int=0),
    )
    return fen
