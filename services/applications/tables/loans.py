"""Pledges as they are registered, and the loans that cases become."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import MATURES
from services.applications.domain.loan_terms import Disbursement, Registration
from shared.life_cycle import Row
from shared.postgres.literals import literals

_RIGHTS: Final = """
select collateral_no, expires_on from collateral
where application_id = $1 and revision = $2 order by collateral_no
"""
_REGISTER: Final = """
insert into pledge_registrations
    (application_id, collateral_no, bank_code, register_name, registration_no,
     registration_no_canonical, registered_on, state, version, state_since)
select $1, entry.collateral_no, $2, entry.register_name, entry.registration_no,
       entry.registration_no_canonical, entry.registered_on, $8, 1, $9
from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::date[])
    as entry (collateral_no, register_name, registration_no, registration_no_canonical,
              registered_on)
returning id, bank_code, registration_no, registered_on
"""
_LEND: Final = """
insert into loans (application_id, bank_code, pool_code, loan_no, amount_fen, annual_rate_bp,
                   disbursed_on, matures_on, outstanding_fen, loan_no_canonical, last_month)
values ($1, $2, $3, $4, $5, $6, $7, $8, $10, $9, $11)
on conflict (bank_code, loan_no_canonical) where loan_no_canonical <> '' do nothing
returning true
"""
_MATURED: Final = f"""
select l.application_id
from loans as l join applications as a on a.id = l.application_id
where a.state in ({literals(MATURES)}) and l.matures_on < $1 and l.outstanding_fen > 0
  and ($2::uuid is null or l.application_id > $2)
order by l.application_id limit $3
"""
_STANDING: Final = """
select a.id, a.number, a.bank_code, a.pool_code, a.borrower_uscc, a.borrower_name, a.state,
       a.version, a.drawable_fen, l.loan_no, l.amount_fen, l.disbursed_on, l.matures_on, l.outstanding_fen, l.risk_class
from applications as a join loans as l on l.application_id = a.id
where a.id = any($1::uuid[])
order by a.id
"""


async def matured_unpaid(
    conn: asyncpg.Connection, *, today: date, after: UUID | None, limit: int
) -> list[UUID]:
    """Loans that are served as agreed by their last report and whose maturity is past, in the order
    of ids, above the id `after`."""
    rows = await conn.fetch(_MATURED, today, after, limit)
    return [row["application_id"] for row in rows]


async def standing(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Cases with where their loans stand, in the order of ids."""
    rows: list[asyncpg.Record] = await conn.fetch(_STANDING, case_ids)
    return rows


async def rights_of(conn: asyncpg.Connection, case_id: UUID, revision: int) -> list[asyncpg.Record]:
    """The numbers of a locked case's rights, and until when each of them lasts."""
    rows: list[asyncpg.Record] = await conn.fetch(_RIGHTS, case_id, revision)
    return rows


async def registered_on(conn: asyncpg.Connection, case_id: UUID) -> date:
    """The day on which the last right of a case was registered."""
    day: date = await conn.fetchval(
        "select max(registered_on) from pledge_registrations where application_id = $1", case_id
    )
    return day


async def register(
    conn: asyncpg.Connection,
    case_id: UUID,
    bank_code: str,
    registrations: Sequence[Registration],
    *,
    state: str,
    now: datetime,
) -> list[asyncpg.Record]:
    """Keep the entries of a case's rights in their registers; each is a pledge that stands so."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _REGISTER,
        case_id,
        bank_code,
        [entry.collateral_no for entry in registrations],
        [entry.registry for entry in registrations],
        [entry.registration_no for entry in registrations],
        [entry.registration_no_canonical for entry in registrations],
        [entry.registered_on for entry in registrations],
        state,
        now,
    )
    return rows


async def lend(
    conn: asyncpg.Connection,
    case: Row,
    paid: Disbursement,
    *,
    outstanding_fen: int | None = None,
    reported_to: str | None = None,
) -> bool:
    """Keep the loan of a case. False where the bank has used its number for another one.

    Of one that is out for a while: what is still owed of it, and up to which month nothing is to be
    reported of it any more.
    """
    lent = await conn.fetchval(
        _LEND,
        case["id"],
        case["bank_code"],
        case["pool_code"],
        paid.loan_no,
        paid.amount_fen,
        case["annual_rate_bp"],
        paid.disbursed_on,
        paid.matures_on,
        paid.loan_no_canonical,
        paid.amount_fen if outstanding_fen is None else outstanding_fen,
        reported_to,
    )
    return lent is not None


async def take_back(conn: asyncpg.Connection, case_id: UUID) -> bool:
    """Forget the loan of a locked case, which was never paid out. False where a position of it is
    kept: what was once reported stays."""
    gone = await conn.fetchval(
        """
        delete from loans
        where application_id = $1 and not exists (select from positions where loan_id = $1)
        returning true
        """,
        case_id,
    )
    return gone is not None
