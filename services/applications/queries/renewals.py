"""Chains of renewals: which loan a case renews, and the way from the first filing on."""

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
from shared.clock import business_date

_RENEWED: Final = f"""
select a.number, a.pool_code, a.borrower_uscc, a.state,
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
where a.id = $1 and a.bank_code = $2
"""


async def renewed(
    conn: asyncpg.Connection, case_id: UUID, *, bank_code: str, by: UUID
) -> Renewed | None:
    """The bank's case whose loan the case `by` renews; None where it has no such case."""
    row = await conn.fetchrow(
        _RENEWED,
        case_id, bank_code, by, State.REPAID, sorted(RENEWS_NOTHING), sorted(HOLDS_ITS_RIGHTS),
    )  # fmt: skip
    if row is None:
        return None
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
