"""The ranks of held rights: whoever stands behind moves up when an earlier one has let go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.rank_held import FIRST
from services.applications.domain.submission import Collateral
from shared.clock import business_date
from shared.contracts.rights import PledgeRankChangedV1
from shared.life_cycle import Row
from shared.messaging import outbox
from shared.postgres.database import seeing_everything

# Whoever has a rank of these rights that nobody stands before any more.
_BEHIND_A_GAP: Final = """
select h.kind, h.number, h.nice_class, min(h.rank)::int as rank
from unnest($1::text[], $2::text[], $3::int[], $4::int[]) as freed (kind, number, nice_class, rank)
join held_rights as h using (kind, number, nice_class)
where h.rank > freed.rank and not exists (
    select from held_rights as same
    where (same.kind, same.number, same.nice_class, same.rank)
        = (h.kind, h.number, h.nice_class, freed.rank))
group by 1, 2, 3 order by 1, 2, 3
"""
# One rank at a time, the earliest first, so that none is ever held twice.
_UP: Final = """
update held_rights set rank = rank - 1
where (kind, number, nice_class) = ($1, $2, $3) and rank = $4
returning application_id
"""
_REST: Final = """
select distinct rank from held_rights
where (kind, number, nice_class) = ($1, $2, $3) and rank >= $4 order by rank
"""
_TOLD: Final = """
select a.id as loan_id, a.number, a.bank_code, a.pool_code, a.borrower_uscc, a.borrower_name,
       coalesce((select c.name from collateral as c
                 where c.application_id = a.id and c.revision = a.revision
                   and (c.kind, c.number, c.nice_class) = ($2, $3, $4) limit 1), '') as right_name
from applications as a where a.id = any($1::uuid[])
"""
_KEEP: Final = """
insert into held_rank_changes
    (id, application_id, bank_code, kind, number, nice_class, from_rank, to_rank, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def began(
    conn: asyncpg.Connection, case_id: UUID, bank_code: str, rights: Sequence[Collateral],
    ranks: Sequence[int], *, now: datetime,
) -> None:  # fmt: skip
    """Keep that a case has taken later ranks of rights."""
    for right, rank in zip(rights, ranks, strict=True):
        if rank > FIRST:
            await conn.execute(_KEEP, uuid7(), case_id, bank_code, *right.key, None, rank, now)


async def close_gaps(conn: asyncpg.Connection, freed: Sequence[Row], *, now: datetime) -> None:
    """Where the last holder of a rank has let go, those behind it move up; their history says so, and
    each one's bank is told, whosever the earlier pledge was."""
    columns = ([one[name] for one in freed] for name in ("kind", "number", "nice_class", "rank"))
    for gap in await conn.fetch(_BEHIND_A_GAP, *columns):
        key = (gap["kind"], gap["number"], gap["nice_class"])
        for row in await conn.fetch(_REST, *key, gap["rank"]):
            moved = await conn.fetch(_UP, *key, row["rank"])
            case_ids = [one["application_id"] for one in moved]
            await _tell(conn, case_ids, key, from_rank=row["rank"], now=now)


async def _tell(
    conn: asyncpg.Connection, case_ids: Sequence[Any], key: tuple[str, str, int], *,
    from_rank: int, now: datetime,
) -> None:  # fmt: skip
    to_rank = from_rank - 1
    async with seeing_everything(conn):
        cases = await conn.fetch(_TOLD, case_ids, *key)
        for case in cases:
            await conn.execute(
                _KEEP, uuid7(), case["loan_id"], case["bank_code"], *key, from_rank, to_rank, now
            )
        told = [
            PledgeRankChangedV1(
                **dict(case), right_kind=key[0], right_number=key[1], from_rank=from_rank,
                to_rank=to_rank, on=business_date(now),
            )
            for case in cases
        ]  # fmt: skip
        await outbox.append(conn, told, now=now)
