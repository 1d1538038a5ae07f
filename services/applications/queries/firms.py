"""Firms across cases, loans and rights, as far as the reader may see."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN, Action
from services.applications.queries.owed import OUT_ONCE
from shared.postgres.literals import literals
from shared.refusals import NotFound

MOST: Final = 200
"""Of each kind on the page of a firm, the youngest first."""

_DESCRIBED: Final = """
select bank_code, uscc, name, registered_on, is_sme, region_code, changed_at
from borrowers where uscc = $1 order by changed_at desc
"""
_CASES: Final = """
select a.id, a.number, a.renews, a.bank_code, a.pool_code, a.state, a.amount_fen, a.submitted_at,
       a.approved_on, l.loan_no, l.amount_fen as lent_fen, l.outstanding_fen, l.overdue_days,
       l.risk_class, l.disbursed_on, l.matures_on
from applications as a left join loans as l on l.application_id = a.id
where a.borrower_uscc = $1 order by a.id desc limit $2
"""
# Firm by firm, and each of its cases once.
_BEHIND: Final = f"""
select asked.uscc, own.cases, own.outstanding_fen
from unnest($1::text[]) as asked (uscc)
cross join lateral (
    select count(*) as cases,
           coalesce(sum({OUT_ONCE}) filter (where a.state in ({literals(IS_LOAN)})), 0)::bigint
               as outstanding_fen
    from applications as a left join loans as l on l.application_id = a.id
    where a.borrower_uscc = asked.uscc) as own
"""
_RIGHTS: Final = """
select distinct r.id, r.kind, r.number, r.nice_class,
       exists (select from held_rights as h
               where (h.kind, h.number, h.nice_class) = (r.kind, r.number, r.nice_class)) as pledged
from rights as r
join right_statements as s
    on (s.kind, s.number, s.nice_class) = (r.kind, r.number, r.nice_class)
where s.owner_uscc = $1 order by r.kind, r.number, r.nice_class limit $2
"""
_CLAIMS: Final = f"""
select m.case_id, a.number, a.bank_code, m.at, m.reason, m.detail
from case_moves as m join applications as a on a.id = m.case_id
where a.borrower_uscc = $1 and m.case_kind = 'application' and m.action = '{Action.PAY_CLAIM}'
order by m.at desc limit $2
"""
_LISTS: Final = """
select a.id, a.number, a.bank_code, m.at, m.name as by_name, one.value as said
from case_moves as m
join applications as a on a.id = m.case_id
cross join lateral jsonb_array_elements(m.detail -> 'lists_checked') as one
where a.borrower_uscc = $1 and jsonb_typeof(m.detail -> 'lists_checked') = 'array'
order by m.at desc limit $2
"""


async def behind(conn: asyncpg.Connection, usccs: Sequence[str]) -> dict[str, asyncpg.Record]:
    """Credit code → cases, and what is out of loans, as far as the reader may see."""
    return {row["uscc"]: row for row in await conn.fetch(_BEHIND, usccs)}


async def described(conn: asyncpg.Connection, uscc: str) -> list[asyncpg.Record]:
    """The firm as each bank that the reader may see describes it, the last word first."""
    rows: list[asyncpg.Record] = await conn.fetch(_DESCRIBED, uscc)
    return rows


async def cases(conn: asyncpg.Connection, uscc: str) -> list[asyncpg.Record]:
    """Its cases, each with its loan."""
    rows: list[asyncpg.Record] = await conn.fetch(_CASES, uscc, MOST)
    return rows


async def rights(conn: asyncpg.Connection, uscc: str) -> list[asyncpg.Record]:
    """Rights that somebody said are or were the firm's."""
    rows: list[asyncpg.Record] = await conn.fetch(_RIGHTS, uscc, MOST)
    return rows


async def claims(conn: asyncpg.Connection, uscc: str) -> list[asyncpg.Record]:
    """Compensations that were paid for its loans."""
    rows: list[asyncpg.Record] = await conn.fetch(_CLAIMS, uscc, MOST)
    return rows


async def lists(conn: asyncpg.Connection, uscc: str) -> list[asyncpg.Record]:
    """What looks at the lists of dishonest and abnormal firms have found, the last first."""
    rows: list[asyncpg.Record] = await conn.fetch(_LISTS, uscc, MOST)
    return rows


def absent() -> NotFound:
    """For a firm that the reader knows nothing of."""
    return NotFound("没有这家企业", "There is no such firm.")
