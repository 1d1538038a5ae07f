"""Chains of renewals: which loan a case renews, and the way from the first filing on."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import (
    CLAIMS_CAPACITY,
    HOLDS_ITS_RIGHTS,
    IS_SERVED,
    RENEWS_NOTHING,
    State,
)
from services.applications.domain.submission import Renewed
from services.applications.queries.owed import OWED
from shared import canonical
from shared.clock import business_date

_RENEWED: Final = f"""
select a.id, a.number, a.pool_code, a.borrower_uscc, a.state,
       {OWED} as owed_fen,
       (select max(m.at) from case_moves as m
        where m.case_kind = 'application' and m.case_id = a.id and m.target = $4) as ended_at,
       (select other.number from applications as other
        where other.renews = a.id and other.bank_code = a.bank_code and other.id <> $3
          and other.state <> all($5::text[]) limit 1) as renewed_by,
       (select up.number from applications as up
        where up.id = a.renews and up.bank_code = a.bank_code and up.state = any($6::text[]))
           as renews_open
from applications as a left join loans as l on l.application_id = a.id
where a.id = any($1::uuid[]) and a.bank_code = $2
"""
_NAMED: Final = """
select number as name, id from applications where bank_code = $1 and number = any($2::text[])
union
select loan_no_canonical, application_id from loans
where bank_code = $1 and loan_no_canonical = any($3::text[])
"""
_NO_CASE: Final = UUID(int=0)


async def named(
    conn: asyncpg.Connection, names: Collection[str], *, bank_code: str
) -> Mapping[str, UUID]:
    """The bank's cases that bear these numbers, or whose loans do, in any spelling of a loan's."""
    if not names:
        return {}
    loan_nos = {name: canonical.number(name) for name in names}
    rows = await conn.fetch(_NAMED, bank_code, list(names), list(loan_nos.values()))
    found: dict[str, UUID] = {row["name"]: row["id"] for row in rows}
    return {
        name: found.get(name) or found[loan_no]
        for name, loan_no in loan_nos.items()
        if name in found or loan_no in found
    }


async def renewed(
    conn: asyncpg.Connection, case_id: UUID, *, bank_code: str, by: UUID
) -> Renewed | None:
    """The bank's case whose loan the case `by` renews; None where it has no such case."""
    return (await all_renewed(conn, [case_id], bank_code=bank_code, by=by)).get(case_id)


async def all_renewed(
    conn: asyncpg.Connection, case_ids: Collection[UUID], *, bank_code: str, by: UUID = _NO_CASE
) -> Mapping[UUID, Renewed]:
    """Those of these cases that are the bank's, as they stand for a case that renews them: for `by`,
    or for one that begins."""
    if not case_ids:
        return {}
    rows = await conn.fetch(
        _RENEWED,
        list(case_ids), bank_code, by, State.REPAID, sorted(RENEWS_NOTHING),
        sorted(HOLDS_ITS_RIGHTS),
    )  # fmt: skip
    return {row["id"]: _renewed(row) for row in rows}


def _renewed(row: asyncpg.Record) -> Renewed:
    ended_on: date | None = None if row["ended_at"] is None else business_date(row["ended_at"])
    return Renewed(
        number=row["number"],
        pool_code=row["pool_code"],
        borrower_uscc=row["borrower_uscc"],
        state=row["state"],
        rest_fen=row["owed_fen"] if row["state"] in CLAIMS_CAPACITY else 0,
        ended_on=ended_on,
        renewed_by=row["renewed_by"],
        renews_open=row["renews_open"],
    )


_CHAIN: Final = """
with recursive asked as (
    select id, bank_code from applications where id = $1
), up as (
    select a.id, a.renews from applications as a join asked using (id)
    union
    select a.id, a.renews from applications as a
    join up on a.id = up.renews
    where a.bank_code = (select bank_code from asked)
), first as (
    select id from up where renews is null or renews not in (select id from up) limit 1
), chain as (
    select a.id, 0 as depth from applications as a join first using (id)
    union
    select a.id, chain.depth + 1 from applications as a
    join chain on a.renews = chain.id
    where a.bank_code = (select bank_code from asked)
)
select a.id, a.number, a.bank_code, a.renews, a.state, a.submitted_at, a.amount_fen,
       a.programme, a.mode, a.approved_on, l.loan_no, l.amount_fen as lent_fen, l.disbursed_on,
       l.matures_on, l.outstanding_fen
from chain join applications as a using (id) left join loans as l on l.application_id = a.id
order by chain.depth, a.id
"""
_CHANGES: Final = """
select id, loan_id, kind, matured_on, matures_on, state, decided_on from loan_changes
where loan_id = any($1::uuid[]) and bank_code = $2 order by id
"""


async def chain_of(
    conn: asyncpg.Connection, case_id: UUID
) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    """The cases of a chain from the first filing on, and what was asked for their loans' maturities;
    nothing where there is no such case, or it is another bank's."""
    cases = await conn.fetch(_CHAIN, case_id)
    if not cases:
        return [], []
    changes = await conn.fetch(_CHANGES, [one["id"] for one in cases], cases[0]["bank_code"])
    return cases, changes


async def still_out(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record | None:
    """The case of a loan that is out, with what is out of it; None where it is over."""
    return await conn.fetchrow(
        """select a.*, l.outstanding_fen from applications as a
           join loans as l on l.application_id = a.id
           where a.id = $1 and a.state = any($2::text[])""",
        case_id,
        sorted(IS_SERVED),
    )
