"""The register of rights, as far as the reader may see: row-level security shows a bank its own
words and the bureau's, so a right that only another bank's case names is none for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.submission import RightKey
from shared import canonical
from shared.ip_numbers import possible_numbers
from shared.postgres.literals import containing
from shared.refusals import NotFound

_STATEMENT: Final = """
select * from right_statements
where (kind, number, nice_class) in (
    select * from unnest($1::text[], $2::text[], $3::int[]))
order by kind, number, nice_class, as_of, statement_no
"""
_LAST: Final = """
(select {field} from right_statements as last
 where (last.kind, last.number, last.nice_class) = (r.kind, r.number, r.nice_class)
   and last.{field} is not null
 order by as_of desc, statement_no desc limit 1)
"""
_PAGE: Final = """
select r.id, r.kind, r.number, r.nice_class, r.first_seen_at,
       exists (select from held_rights as h
               where (h.kind, h.number, h.nice_class) = (r.kind, r.number, r.nice_class)) as pledged
from rights as r
where exists (select from right_statements as s
              where (s.kind, s.number, s.nice_class) = (r.kind, r.number, r.nice_class) {said})
  {conditions}
order by r.kind, r.number, r.nice_class limit $1
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


@dataclass(frozen=True, kw_only=True)
class RightFilter:
    """Which rights a list shows; None leaves a question alone."""

    q: str | None = None
    kind: str | None = None
    legal_status: str | None = None
    owner: str | None = None
    """A credit code."""
    pledged: bool | None = None


async def rights(
    conn: asyncpg.Connection, wanted: RightFilter, *, after: RightKey | None, limit: int
) -> list[asyncpg.Record]:
    """Rights in the order of kind and number, behind `after`."""
    given: list[Any] = [limit]
    said, conditions = [], []

    def value(one: Any) -> str:
        given.append(one)
        return f"${len(given)}"

    if wanted.q is not None and (words := canonical.plain(wanted.q)):
        number = value(sorted(possible_numbers(words)))
        like, code = value(containing(words)), value(canonical.compact(words) or words)
        said.append(
            f"and (s.number = any({number}::text[]) or s.owner_name_canonical like {like}"
            f" or replace(s.name_canonical, ' ', '') like {like} or s.owner_uscc = {code})"
        )
    if wanted.owner is not None:
        said.append(f"and s.owner_uscc = {value(wanted.owner)}")
    if wanted.kind is not None:
        conditions.append(f"and r.kind = {value(wanted.kind)}")
    if wanted.legal_status is not None:
        last = _LAST.format(field="legal_status")
        conditions.append(f"and {last} = {value(wanted.legal_status)}")
    if wanted.pledged is not None:
        held = (
            "exists (select from held_rights as h where (h.kind, h.number, h.nice_class)"
            " = (r.kind, r.number, r.nice_class))"
        )
        conditions.append(f"and {held} = {value(wanted.pledged)}::boolean")
    if after is not None:
        at = ", ".join(value(part) for part in after)
        conditions.append(f"and (r.kind, r.number, r.nice_class) > ({at})")
    query = _PAGE.format(said=" ".join(said), conditions=" ".join(conditions))
    rows: list[asyncpg.Record] = await conn.fetch(query, *given)
    return rows


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
