"""Valuations of rights, from cases and entered beside them, as far as the reader may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN
from services.applications.domain.pledge import LIVING
from services.applications.domain.submission import RightKey
from services.applications.domain.valuations import Worth, valid_until
from services.applications.tables import value_counts
from services.applications.tables.counted import ALL
from services.applications.tables.value_counts import SAID
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals
from shared.postgres.pools_seen import ALL as EVERY_POOL
from shared.postgres.pools_seen import looks_as

_OF_RIGHTS: Final = """
select c.kind, c.number, c.nice_class, v.bank_code, v.amount_fen, v.method, v.appraiser,
       v.valued_on, null::date as valid_until, null::text as related_to, a.number as reference,
       null::uuid as document_id
from unnest($1::text[], $2::text[], $3::int[]) as asked (kind, number, nice_class)
-- Right by right: as a join, planned before there are statistics, all that is pledged would be read.
cross join lateral (
    select * from collateral as c
    where (c.kind, c.number, c.nice_class) = (asked.kind, asked.number, asked.nice_class)
    offset 0) as c
join applications as a on a.id = c.application_id and a.revision = c.revision
join valuations as v
    on (v.application_id, v.revision, v.collateral_no)
     = (c.application_id, c.revision, c.collateral_no)
union all
select kind, number, nice_class, bank_code, amount_fen, method, appraiser, valued_on, valid_until,
       related_to, reference, document_id
from right_valuations
where (kind, number, nice_class) in (select * from unnest($1::text[], $2::text[], $3::int[]))
order by valued_on desc, amount_fen
"""
# The cases that are loans have an index of their own, by bank and by id, of which a page is taken first.
_LOANS: Final = f"""
select a.id, a.number, a.bank_code, a.pool_code, a.programme, a.mode, a.approved_on,
       a.borrower_uscc, a.borrower_name, a.amount_fen, a.ip_share_bp, a.ip_amount_fen, a.revision,
       l.loan_no, l.outstanding_fen, l.matures_on
from (
    select * from applications as a where a.state in ({literals(IS_LOAN)}) and {{where}}
    order by a.id limit {{limit}}
) as a join loans as l on l.application_id = a.id
order by a.id
"""
# A right that was pledged on a call for cover stands behind those of the case.
_PLEDGED: Final = f"""
select c.application_id, c.collateral_no, c.kind, c.number, c.nice_class, c.name, r.id as right_id
from unnest($1::uuid[], $2::int[]) as asked (id, revision)
cross join lateral (
    select * from collateral as c
    where (c.application_id, c.revision) = (asked.id, asked.revision) offset 0) as c
join rights as r on (r.kind, r.number, r.nice_class) = (c.kind, c.number, c.nice_class)
left join pledge_registrations as p
    on p.application_id = c.application_id and p.collateral_no = c.collateral_no
where coalesce(p.state in ({literals(LIVING)}), true)
union all
select m.application_id, null, m.right_kind, m.right_number, m.nice_class, m.right_name, r.id
from cover_measures as m
join rights as r
    on (r.kind, r.number, r.nice_class) = (m.right_kind, m.right_number, m.nice_class)
where m.application_id = any($1::uuid[]) and m.is_accepted and m.released_on is null
order by 1, 2 nulls last, 4
"""
_OTHER: Final = """
select application_id, sum(counted_fen)::bigint as fen from cover_measures
where application_id = any($1::uuid[]) and is_accepted and released_on is null
  and counted_fen is not null
group by application_id
"""
# $1 the bank that asks, or all of them, $2 the pools it sees. What was entered beside the cases is little.
_STATISTICS: Final = """
with said as (
    select kind, industry, method, amount_fen, sum(valuations) as valuations
    from {counted} as counted
    where bank_code = $1 and pool_code = any($2::text[]) group by 1, 2, 3, 4
    union all
    select kind, '', method, amount_fen, count(*) from right_valuations
    where related_to is null group by 1, 2, 3, 4
), ranked as (
    select *, sum(valuations) over (partition by kind, industry, method order by amount_fen) as so_far,
           sum(valuations) over (partition by kind, industry, method) as of_all
    from said
)
select kind, industry, method, sum(valuations)::bigint as valuations,
       sum(valuations * amount_fen)::bigint as sum_fen,
       min(amount_fen) as lowest_fen, max(amount_fen) as highest_fen,
       min(amount_fen) filter (where so_far * 2 >= of_all) as middle_fen
from ranked group by kind, industry, method order by kind, industry, method
"""
_ANEW: Final = f"""(
    select $1::text as bank_code, pool.code as pool_code, kind, industry, method, amount_fen, 1 as valuations
    from ({SAID}) as said
    cross join lateral (select case when '{ALL}' = any($2::text[]) then '{ALL}' else pool_code end as code) as pool
    where $1::text = '{ALL}' or bank_code = $1)"""


async def of_rights(
    conn: asyncpg.Connection, keys: Sequence[RightKey]
) -> dict[RightKey, list[Worth]]:
    """The valuations of rights, the youngest first."""
    rows = await conn.fetch(_OF_RIGHTS, *([key[n] for key in keys] for n in range(3)))
    found: dict[RightKey, list[Worth]] = {}
    for row in rows:
        key = RightKey(row["kind"], row["number"], row["nice_class"])
        found.setdefault(key, []).append(
            Worth(
                amount_fen=row["amount_fen"],
                method=row["method"],
                appraiser=row["appraiser"],
                valued_on=row["valued_on"],
                valid_until=valid_until(row["valued_on"], row["valid_until"]),
                related_to=row["related_to"],
                bank_code=row["bank_code"],
                reference=row["reference"],
                document_id=row["document_id"],
            )
        )
    return found


async def loans(
    conn: asyncpg.Connection,
    *,
    own: str | None,
    bank: str | None,
    after: UUID | None,
    limit: int,
    among: Sequence[UUID] | None = None,
) -> list[asyncpg.Record]:
    """Loans that are out, behind `after`; `own`: the bank that asks; `among`: of these cases only."""
    where, arguments = conditions(
        {
            "{} = a.bank_code": own,
            "a.bank_code = {}": bank,
            "a.id > {}": after,
            "a.id = any({}::uuid[])": among,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        _LOANS.format(where=where, limit=int(limit)), *arguments
    )
    return rows


async def pledged(
    conn: asyncpg.Connection, loans: Sequence[Mapping[str, Any]]
) -> dict[UUID, list[Mapping[str, Any]]]:
    """The rights that are still pledged for loans, by the revisions in which their cases stand."""
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    ids, revisions = [one["id"] for one in loans], [one["revision"] for one in loans]
    for row in await conn.fetch(_PLEDGED, ids, revisions):
        found.setdefault(row["application_id"], []).append(row)
    return found


async def other_collateral(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What other collateral, accepted on a call for cover, counts for, in fen."""
    return {row["application_id"]: row["fen"] for row in await conn.fetch(_OTHER, case_ids)}


async def statistics(
    conn: asyncpg.Connection, *, own: str | None
) -> tuple[list[asyncpg.Record], datetime | None]:
    """Counts and amounts by kind of right, industry of the borrower and method, and when those of the cases
    were counted; None: now. `own`: the bank that asks."""
    kept_at = await value_counts.kept_at(conn)
    seen = (await looks_as(conn)).pools
    rows: list[asyncpg.Record] = await conn.fetch(
        _STATISTICS.format(counted="value_counts" if kept_at else _ANEW),
        own or ALL,
        [ALL] if seen == EVERY_POOL else seen.split(","),
    )
    return rows, kept_at
