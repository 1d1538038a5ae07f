"""The register of rights, as far as the reader may see: row-level security shows a bank its own
words and the bureau's, so a right that only another bank's case names is none for it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.submission import RightKey
from shared.refusals import NotFound

# Right by right: as a join, planned while the tables were small, all that was ever said would be read.
_STATEMENT: Final = """
select s.* from (select distinct * from unnest($1::text[], $2::text[], $3::int[])) as asked (kind, number, nice_class)
cross join lateral (
    select * from right_statements as one
    where (one.kind, one.number, one.nice_class) = (asked.kind, asked.number, asked.nice_class)
    offset 0) as s
order by s.kind, s.number, s.nice_class, s.as_of, s.statement_no
"""
# A case of the newest revision is meant: rights that were taken out on the way are no pledge.
_CASES: Final = """
select a.id, a.number, a.renews, a.bank_code, a.pool_code, a.state, a.borrower_uscc, a.borrower_name,
       a.amount_fen, a.submitted_at, c.collateral_no, v.amount_fen as value_fen, v.method,
       v.appraiser, v.valued_on, l.loan_no, l.outstanding_fen, l.matures_on,
       p.register_name, p.registration_no, p.registered_on,
       exists (
           select from held_rights as h
           where h.application_id = a.id
             and (h.kind, h.number, h.nice_class) = (c.kind, c.number, c.nice_class)) as holds,
       (select h.rank from held_rights as h
        where h.application_id = a.id
          and (h.kind, h.number, h.nice_class) = (c.kind, c.number, c.nice_class)) as rank
from collateral as c
join applications as a on a.id = c.application_id and a.revision = c.revision
left join valuations as v
    on (v.application_id, v.revision, v.collateral_no)
     = (c.application_id, c.revision, c.collateral_no)
left join loans as l on l.application_id = a.id
left join pledge_registrations as p
    on p.application_id = a.id and p.collateral_no = c.collateral_no
where (c.kind, c.number, c.nice_class) = ($1, $2, $3)
order by a.submitted_at desc
"""
_BURDENS: Final = """
select b.*, e.ended_on, e.reason as end_reason, e.said_by_name as ended_by
from right_burdens as b left join right_burden_ends as e on e.burden_id = b.id
where (b.kind, b.number, b.nice_class) = ($1, $2, $3)
order by b.id
"""


async def statements(
    conn: asyncpg.Connection, keys: Sequence[RightKey]
) -> dict[RightKey, list[asyncpg.Record]]:
    """What was said of each of these rights, as far as the reader may know it."""
    rows = await conn.fetch(_STATEMENT, *([key[n] for key in keys] for n in range(3)))
    found: dict[RightKey, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(RightKey(row["kind"], row["number"], row["nice_class"]), []).append(row)
    return found


async def right(conn: asyncpg.Connection, right_id: UUID) -> asyncpg.Record:
    """One right. Raises NotFound, also where nobody has said anything that the reader may know."""
    row = await conn.fetchrow(
        """select r.*, exists (
               select from held_rights as h where (h.kind, h.number, h.nice_class)
                                                = (r.kind, r.number, r.nice_class)) as pledged,
           (select count(distinct h.rank) from held_rights as h
            where (h.kind, h.number, h.nice_class) = (r.kind, r.number, r.nice_class)) as ranks
           from rights as r
           where r.id = $1 and exists (
               select from right_statements as s where (s.kind, s.number, s.nice_class)
                                                     = (r.kind, r.number, r.nice_class))""",
        right_id,
    )
    if row is None:
        raise NotFound("没有这项权利", "There is no such right.")
    return row


def key_of(row: Mapping[str, Any]) -> RightKey:
    """The right that a row is about."""
    return RightKey(row["kind"], row["number"], row["nice_class"])


async def right_id_of(conn: asyncpg.Connection, key: RightKey) -> UUID:
    """By which the right is addressed; it is known."""
    found: UUID = await conn.fetchval(
        "select id from rights where (kind, number, nice_class) = ($1, $2, $3)", *key
    )
    return found


async def is_known(conn: asyncpg.Connection, key: RightKey) -> bool:
    """Whether the register has the right, whoever spoke of it."""
    found: bool = await conn.fetchval(
        "select exists (select from rights where (kind, number, nice_class) = ($1, $2, $3))", *key
    )
    return found


async def cases_of(conn: asyncpg.Connection, key: RightKey) -> list[asyncpg.Record]:
    """The reader's cases that pledge the right, the youngest first."""
    rows: list[asyncpg.Record] = await conn.fetch(_CASES, *key)
    return rows


async def burdens_of(conn: asyncpg.Connection, key: RightKey) -> list[asyncpg.Record]:
    """What lies or lay on the right, the first one first."""
    rows: list[asyncpg.Record] = await conn.fetch(_BURDENS, *key)
    return rows


async def burden(conn: asyncpg.Connection, burden_id: UUID) -> asyncpg.Record:
    """One burden. Raises NotFound."""
    row = await conn.fetchrow(
        """select b.*, e.ended_on from right_burdens as b
           left join right_burden_ends as e on e.burden_id = b.id where b.id = $1""",
        burden_id,
    )
    if row is None:
        raise NotFound("没有这项负担记载", "There is no such entry.")
    return row
