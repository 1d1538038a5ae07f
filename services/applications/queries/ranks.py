"""The ranks of rights that live cases hold, and what of them a reader may know."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from services.applications.domain.rank_held import RankHeld
from services.applications.domain.ranks import together
from services.applications.domain.submission import RightKey
from services.applications.queries.owed import OWED
from shared.postgres.database import seeing_everything

OutOfOrder = Literal["late", "early"]

# Of a loan the IP part of what is out and may still be drawn, of a case the part applied for; rounded
# up. A pledge stands in its register until that says it has ended.
_RANKS: Final = f"""
select h.kind, h.number, h.nice_class, h.rank, a.bank_code, a.borrower_uscc,
       case when a.ip_amount_fen is not null
                then div(owed.fen::numeric * a.ip_amount_fen + a.amount_fen - 1, a.amount_fen)
            when a.ip_share_bp is not null
                then div(owed.fen::numeric * a.ip_share_bp + 9999, 10000)
            else owed.fen end::bigint as secured_fen,
       exists (
           select from collateral as c
           join pledge_registrations as p
               on (p.application_id, p.collateral_no) = (c.application_id, c.collateral_no)
           where c.application_id = a.id and c.revision = a.revision and p.ended_on is null
             and (c.kind, c.number, c.nice_class) = (h.kind, h.number, h.nice_class)
           union all
           select from cover_measures as m
           where m.application_id = a.id and m.is_accepted and m.released_on is null
             and (m.right_kind, m.right_number, m.nice_class) = (h.kind, h.number, h.nice_class)
       ) as is_registered
from unnest($1::text[], $2::text[], $3::int[]) as asked (kind, number, nice_class)
-- Right by right: as a join, planned before there are statistics, all that is held would be read.
cross join lateral (
    select * from held_rights as held
    where (held.kind, held.number, held.nice_class) = (asked.kind, asked.number, asked.nice_class)
    offset 0) as h
join applications as a on a.id = h.application_id
left join loans as l on l.application_id = a.id
cross join lateral (select {OWED} as fen) as owed
order by h.kind, h.number, h.nice_class, h.rank
"""
_OWN: Final = """
select application_id, kind, number, nice_class, rank from held_rights
where application_id = any($1::uuid[])
"""
# A loan and its renewal have one rank and a pledge each. Whoever is entered first is paid first.
_OUT_OF_ORDER: Final = """
with pledged as (
    select h.kind, h.number, h.nice_class, h.rank, h.application_id, p.registered_on
    from unnest($1::uuid[]) as asked (id)
    cross join lateral (
        select kind, number, nice_class from held_rights as held
        where held.application_id = asked.id offset 0) as own
    cross join lateral (
        select * from held_rights as held
        where (held.kind, held.number, held.nice_class) = (own.kind, own.number, own.nice_class)
        offset 0) as h
    join applications as a on a.id = h.application_id
    join collateral as c
        on c.application_id = a.id and c.revision = a.revision
       and (c.kind, c.number, c.nice_class) = (h.kind, h.number, h.nice_class)
    join pledge_registrations as p
        on (p.application_id, p.collateral_no) = (c.application_id, c.collateral_no)
    where p.ended_on is null
)
select distinct one.application_id, one.kind, one.number, one.nice_class,
       case when one.rank < other.rank then 'late' else 'early' end as how
from pledged as one join pledged as other using (kind, number, nice_class)
where one.application_id = any($1::uuid[])
  and (one.rank < other.rank and one.registered_on >= other.registered_on
       or one.rank > other.rank and one.registered_on <= other.registered_on)
order by 5
"""
_CHANGES: Final = """
select kind, number, nice_class, from_rank, to_rank, at from held_rank_changes
where application_id = $1 and ($2 = '*' or bank_code = $2) order by at, id
"""


async def of_rights(
    conn: asyncpg.Connection, keys: Sequence[RightKey], *, bank_code: str, uscc: str | None
) -> dict[RightKey, tuple[RankHeld, ...]]:
    """Every rank that is held of these rights, the first one first. They are read with the eyes of the
    house, and say of their holders only whether it is this bank and this firm (None: whichever)."""
    if not keys:
        return {}
    async with seeing_everything(conn):
        rows = await conn.fetch(_RANKS, *([key[n] for key in keys] for n in range(3)))
    found: dict[RightKey, list[RankHeld]] = {}
    for row in rows:
        one = RankHeld(
            rank=row["rank"],
            secured_fen=row["secured_fen"],
            is_registered=row["is_registered"],
            is_own=row["bank_code"] == bank_code and uscc in (None, row["borrower_uscc"]),
        )
        found.setdefault(_key(row), []).append(one)
    return {key: together(held) for key, held in found.items()}


async def out_of_order(
    conn: asyncpg.Connection, case_ids: Sequence[UUID]
) -> dict[tuple[UUID, RightKey], OutOfOrder]:
    """Of these cases' registered pledges those that do not stand in their register as their rank says,
    read with the eyes of the house: `late`, not before one of a later rank; `early`, not after one of
    an earlier rank. Where one is both, it is late."""
    async with seeing_everything(conn):
        rows = await conn.fetch(_OUT_OF_ORDER, case_ids)
    return {(row["application_id"], _key(row)): row["how"] for row in rows}


async def held_by(
    conn: asyncpg.Connection, case_ids: Sequence[UUID]
) -> dict[UUID, dict[RightKey, int]]:
    """The rank of each right that these cases hold."""
    found: dict[UUID, dict[RightKey, int]] = {}
    for row in await conn.fetch(_OWN, case_ids):
        found.setdefault(row["application_id"], {})[_key(row)] = row["rank"]
    return found


async def before(
    conn: asyncpg.Connection, keys: Sequence[RightKey], *, own: Mapping[RightKey, int],
    bank_code: str, uscc: str | None,
) -> dict[RightKey, tuple[RankHeld, ...]]:  # fmt: skip
    """Of these rights the ranks before the case's own; all of them where it holds none yet."""
    return earlier(await of_rights(conn, keys, bank_code=bank_code, uscc=uscc), own=own)


def earlier(
    found: Mapping[RightKey, Sequence[RankHeld]], *, own: Mapping[RightKey, int]
) -> dict[RightKey, tuple[RankHeld, ...]]:
    """Of the ranks of rights those before a case's own; rights that nobody holds before it left out."""
    before_it = {
        key: tuple(one for one in ranks if key not in own or one.rank < own[key])
        for key, ranks in found.items()
    }
    return {key: ranks for key, ranks in before_it.items() if ranks}


async def secured_before(
    conn: asyncpg.Connection, case_ids: Sequence[UUID]
) -> dict[tuple[UUID, RightKey], int]:
    """For each right that one of these cases holds in a later rank: the principal, in fen, that the
    earlier ones secure."""
    later = [
        (case_id, key, rank)
        for case_id, own in (await held_by(conn, case_ids)).items()
        for key, rank in own.items()
        if rank > 1
    ]
    keys = list({key for _, key, _ in later})
    ranks = await of_rights(conn, keys, bank_code="", uscc=None)
    return {
        (case_id, key): sum(one.secured_fen for one in ranks.get(key, ()) if one.rank < rank)
        for case_id, key, rank in later
    }


async def changes_of(
    conn: asyncpg.Connection, case_id: UUID, *, institution: str
) -> list[Mapping[str, Any]]:
    """The ranks that the rights of a case have had, the first change first."""
    rows: list[Mapping[str, Any]] = await conn.fetch(_CHANGES, case_id, institution)
    return rows


def _key(row: Mapping[str, Any]) -> RightKey:
    return RightKey(row["kind"], row["number"], row["nice_class"])
