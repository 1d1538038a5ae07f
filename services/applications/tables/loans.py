"""Pledges as they are registered, and the loans that cases become."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.loan_terms import Disbursement, Registration
from shared.life_cycle import Row

_RIGHTS: Final = """
select collateral_no, expires_on from collateral
where application_id = $1 and revision = $2 order by collateral_no
"""
_REGISTER: Final = """
insert into pledge_registrations
    (application_id, collateral_no, bank_code, register_name, registration_no, registered_on)
select $1, entry.collateral_no, $2, entry.register_name, entry.registration_no,
       entry.registered_on
from unnest($3::int[], $4::text[], $5::text[], $6::date[])
    as entry (collateral_no, register_name, registration_no, registered_on)
"""
_LEND: Final = """
insert into loans (application_id, bank_code, pool_code, loan_no, amount_fen, annual_rate_bp,
                   disbursed_on, matures_on, outstanding_fen)
values ($1, $2, $3, $4, $5, $6, $7, $8, $5)
on conflict (bank_code, loan_no) do nothing
returning true
"""


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
) -> None:
    """Keep the entries of a case's rights in their registers."""
    await conn.execute(
        _REGISTER,
        case_id,
        bank_code,
        [entry.collateral_no for entry in registrations],
        [entry.registry for entry in registrations],
        [entry.registration_no for entry in registrations],
        [entry.registered_on for entry in registrations],
    )


async def lend(conn: asyncpg.Connection, case: Row, paid: Disbursement) -> bool:
    """Keep the loan of a case. False where the bank has used its number for another one."""
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
    )
    return lent is not None
