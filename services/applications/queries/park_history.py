"""What a park had by year: firms' demands, and the loans whose bank stated it.

A loan says its park in its bank's words: the code, or a name that the park has now or had before. A
name that another park has today is the other's.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN
from services.applications.queries.owed import OUT_ONCE
from shared import canonical
from shared.postgres.literals import literals

_STATED: Final = "a.attributes ->> 'park'"
_NAMES: Final = """
select name_canonical from park_statements where code = $1
except
select name_canonical from (
    select distinct on (code) code, name_canonical from park_statements order by code, edition desc
) as last where code <> $1
"""
_SAID: Final = f"""
select distinct {_STATED} as said from applications as a
where {_STATED} is not null and ($1 = '*' or a.bank_code = $1)
"""
_DEMANDS: Final = """
select extract(year from d.posted_on)::int as year, count(*) as demands,
       sum(d.amount_fen)::bigint as demanded_fen,
       count(*) filter (where l.application_id is not null) as demands_lent
from financing_demands as d left join loans as l on l.application_id = d.application_id
where d.park_code = $1 and ($2 = '*' or exists (
    select from demand_offers as o where o.demand_id = d.id and o.bank_code = $2))
group by 1
"""
_LOANS: Final = f"""
select extract(year from l.disbursed_on)::int as year, count(*) as loans,
       count(distinct a.borrower_uscc) as firms, sum(l.amount_fen)::bigint as lent_fen,
       coalesce(sum({OUT_ONCE}) filter (where a.state in ({literals(IS_LOAN)})), 0)::bigint
           as outstanding_fen
from loans as l join applications as a on a.id = l.application_id
where {_STATED} = any($1::text[]) and ($2 = '*' or a.bank_code = $2)
group by 1
"""
_PAGE: Final = f"""
select a.id as case_id, a.number as case_number, a.bank_code, a.borrower_uscc, a.borrower_name,
       {_STATED} as stated, l.loan_no, l.amount_fen, l.outstanding_fen, l.disbursed_on, a.state
from loans as l join applications as a on a.id = l.application_id
where {_STATED} = any($1::text[]) and ($2 = '*' or a.bank_code = $2)
  and ($3::int is null or extract(year from l.disbursed_on) = $3)
  and ($4::uuid is null or a.id < $4)
order by a.id desc limit $5
"""


async def stated_for(conn: asyncpg.Connection, code: str, *, institution: str) -> list[str]:
    """In which words banks have stated the park."""
    names = {row["name_canonical"] for row in await conn.fetch(_NAMES, code)}
    said = [row["said"] for row in await conn.fetch(_SAID, institution)]
    return [one for one in said if one == code or canonical.name(one) in names]


async def demands_by_year(
    conn: asyncpg.Connection, code: str, *, institution: str
) -> Sequence[asyncpg.Record]:
    """Demands posted in each year; of a bank those that it was offered."""
    rows: list[asyncpg.Record] = await conn.fetch(_DEMANDS, code, institution)
    return rows


async def loans_by_year(
    conn: asyncpg.Connection, stated: Sequence[str], *, institution: str
) -> Sequence[asyncpg.Record]:
    """Loans paid out in each year, and what is out of them now."""
    rows: list[asyncpg.Record] = await conn.fetch(_LOANS, stated, institution)
    return rows


async def loans(
    conn: asyncpg.Connection,
    stated: Sequence[str],
    *,
    institution: str,
    year: int | None,
    before: UUID | None,
    limit: int,
) -> Sequence[asyncpg.Record]:
    """The loans, the youngest case first."""
    rows: list[asyncpg.Record] = await conn.fetch(_PAGE, stated, institution, year, before, limit)
    return rows
