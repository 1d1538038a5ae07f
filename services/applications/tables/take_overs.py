"""Loans that come in with a pool that is taken over: what stands in their way, and what is kept of
them, each as one statement for any number of loans."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.tables import right_statements
from services.applications.tables.rows import (
    ApplicationRow,
    CollateralRow,
    HeldRightRow,
    LoanRow,
    PledgeRegistrationRow,
    types_of,
)
from shared import canonical
from shared.contracts.openings import OpeningLoanProposedV1
from shared.postgres import known_names

_IN_THE_WAY: Final = """
select asked.id,
       not exists (select from banks where code = asked.bank_code) as bank_unknown,
       not exists (select from pools where code = asked.pool_code) as pool_unknown,
       (select a.number from loans as l join applications as a on a.id = l.application_id
        where l.bank_code = asked.bank_code and l.loan_no_canonical = asked.loan_no) as loan_used_in
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
    as asked (id, bank_code, pool_code, loan_no)
"""
_HELD: Final = """
select asked.id, asked.number_as_given, a.number as held_by
from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[])
    as asked (id, kind, number, nice_class, number_as_given)
cross join lateral (
    select h.* from held_rights as h
    where (h.kind, h.number, h.nice_class) = (asked.kind, asked.number, asked.nice_class) offset 0
) as held
join applications as a on a.id = held.application_id
"""
_FIRMS: Final = """
insert into borrowers (bank_code, uscc, name, registered_on, is_sme, first_seen_at, changed_at)
select distinct on (bank_code, borrower_uscc)
       bank_code, borrower_uscc, borrower_name, borrower_registered_on, borrower_is_sme, $2, $2
from jsonb_to_recordset($1::jsonb)
    as r (bank_code text, borrower_uscc text, borrower_name text, borrower_registered_on date,
          borrower_is_sme boolean)
order by bank_code, borrower_uscc
on conflict (bank_code, uscc) do nothing
"""


async def known_cases(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the cases that are there already."""
    rows = await conn.fetch("select id from applications where id = any($1::uuid[])", case_ids)
    return {row["id"] for row in rows}


async def in_the_way(
    conn: asyncpg.Connection, loans: Sequence[OpeningLoanProposedV1]
) -> list[asyncpg.Record]:
    """Per loan: is its bank unknown, its pool, and which case has its number."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _IN_THE_WAY,
        [loan.loan_id for loan in loans],
        [loan.bank_code for loan in loans],
        [loan.pool_code for loan in loans],
        [canonical.number(loan.loan_no) for loan in loans],
    )
    return rows


async def rights_held(
    conn: asyncpg.Connection, loans: Sequence[OpeningLoanProposedV1]
) -> list[asyncpg.Record]:
    """The rights of these loans that a live case holds, and which."""
    asked = [(loan.loan_id, right) for loan in loans for right in loan.rights]
    rows: list[asyncpg.Record] = await conn.fetch(
        _HELD,
        [loan_id for loan_id, _ in asked],
        [right.kind for _, right in asked],
        [right.number for _, right in asked],
        [right.nice_class for _, right in asked],
        [right.number_as_given for _, right in asked],
    )
    return rows


async def keep(
    conn: asyncpg.Connection,
    *,
    cases: Sequence[Mapping[str, Any]],
    rights: Sequence[Mapping[str, Any]],
    loans: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Cases with their firms, rights, pledges and loans; what each row says is named by its column.
    Keys in the database refuse what somebody else has taken meanwhile."""
    await conn.execute(_FIRMS, list(cases), now)
    await _insert(conn, ApplicationRow, cases)
    await known_names.keep(conn, [case["borrower_name_canonical"] for case in cases])
    for row in (CollateralRow, PledgeRegistrationRow, HeldRightRow):
        await _insert(conn, row, rights)
    await right_statements.of_cases(
        conn, list({UUID(str(right["application_id"])) for right in rights}), now=now
    )
    await _insert(conn, LoanRow, loans)


async def _insert(
    conn: asyncpg.Connection, row: type[Any], values: Sequence[Mapping[str, Any]]
) -> None:
    """Rows of a table from records that have its columns among theirs."""
    if not values:
        return
    columns = {name: kind for name, kind in types_of(row).items() if name in values[0]}
    names = ", ".join(columns)
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    await conn.execute(
        f"""insert into {row.__tablename__} ({names})
            select {names} from jsonb_to_recordset($1::jsonb) as r ({typed})""",
        list(values),
    )


async def forget_loans(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> None:
    """Free the numbers of loans that are not taken over after all."""
    await conn.execute("delete from loans where application_id = any($1::uuid[])", list(case_ids))


async def count_as_reported(conn: asyncpg.Connection, months: Mapping[UUID, str]) -> None:
    """Up to which month the book that was taken over has told of these loans."""
    await conn.execute(
        """update loans set last_month = told.month
           from unnest($1::uuid[], $2::text[]) as told (id, month)
           where application_id = told.id""",
        list(months),
        list(months.values()),
    )
