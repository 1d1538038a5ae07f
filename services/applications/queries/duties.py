"""What must be done by a day and is no state of a case: letters, maturities, dangers to rights,
policies and values that run out, offers of demands. Each query finds what is open alone."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.enhancement import NOT_ENDED
from services.applications.domain.financing_demand import State as DemandState
from services.applications.domain.life_cycle import IS_LOAN, IS_SERVED, LIFE_CYCLE
from shared.postgres.literals import literals

OF_LOANS: Final = "($1::uuid[] is null or a.id = any ($1))"
_FINAL: Final = literals(LIFE_CYCLE.final)

_UNDO: Final = f"""
    select a.id as loan_id, null as id, a.number, a.borrower_name, a.bank_code, a.pool_code,
           null::date as due_on, a.amount_fen
    from applications a
    where a.undo_asked_by is not null and {OF_LOANS}
    order by a.id
"""
_LETTERS: Final = f"""
    select letter.id, letter.due_on, a.id as loan_id, a.number, a.borrower_name, a.bank_code, a.pool_code
    from case_letters letter join applications a on a.id = letter.application_id
    where letter.kind = 'letter' and letter.due_on is not null and a.state not in ({_FINAL})
      and {OF_LOANS}
      and not exists (select from case_letters answer where answer.answers = letter.id)
    order by letter.due_on, letter.id
"""
_MATURING: Final = f"""
    select a.id as loan_id, a.number, a.borrower_name, a.bank_code, a.pool_code, loan.matures_on as due_on
    from loans loan join applications a on a.id = loan.application_id
    where a.state in ({literals(IS_SERVED)}) and loan.matures_on <= $2 and {OF_LOANS}
      and not exists (select from applications later
                      where later.renews = a.id and later.state in ({literals(IS_LOAN)}))
    order by loan.matures_on, a.id
"""
_DANGERS: Final = f"""
    select alert.id, coalesce(alert.until, alert.due_on) as due_on, alert.number as right_number,
           a.id as loan_id, a.number, a.borrower_name, a.bank_code, a.pool_code
    from right_alerts alert join applications a on a.id = alert.application_id
    where a.state in ({literals(IS_LOAN)}) and coalesce(alert.until, alert.due_on) <= $2
      and {OF_LOANS}
      and not exists (select from right_measures measure where measure.alert_id = alert.id)
    order by 2, alert.id
"""
_ENDING: Final = f"""
    select e.id, e.number as policy_number, last.ends_on as due_on, a.id as loan_id, a.number, a.borrower_name,
           e.bank_code, a.pool_code
    from enhancements e
    join lateral (select ends_on from enhancement_versions where enhancement_id = e.id
                  order by version_no desc limit 1) as last on true
    join applications a on a.id = e.application_id
    where e.state in ({literals(NOT_ENDED)}) and e.bank_code <> '' and last.ends_on <= $2 and {OF_LOANS}
      and a.state in ({literals(IS_LOAN)})
      and not exists (select from enhancements later where later.renews = e.id)
    order by last.ends_on, e.id
"""
_VALUES: Final = f"""
    select value.id, value.valid_until as due_on, value.number as right_number,
           a.id as loan_id, a.number, a.borrower_name, a.bank_code, a.pool_code
    from collateral c
    join applications a on a.id = c.application_id and a.revision = c.revision
    join lateral (
        select id, valid_until, number from right_valuations v
        where (v.kind, v.number, v.nice_class) = (c.kind, c.number, c.nice_class)
          and v.bank_code = a.bank_code
        order by v.valued_on desc, v.id desc limit 1
    ) as value on true
    where a.state in ({literals(IS_LOAN)}) and value.valid_until <= $2 and {OF_LOANS}
    order by value.valid_until, value.id
"""
_OFFERS: Final = f"""
    select offer.demand_id, offer.bank_code, offer.answer_by as due_on, demand.number
    from demand_offers offer join financing_demands demand on demand.id = offer.demand_id
    where demand.state = '{DemandState.POSTED}' and ($1::text[] is null or demand.number = any ($1))
      and not exists (
          select from demand_answers answer
          where answer.demand_id = offer.demand_id and answer.bank_code = offer.bank_code)
    order by offer.answer_by, offer.demand_id, offer.bank_code
"""


async def undo_requests(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None
) -> list[asyncpg.Record]:
    """Loans whose bank has asked to take a disbursement, a filing or a draw back; of these or of
    all, as everywhere below."""
    return list(await conn.fetch(_UNDO, loans))


async def unanswered_letters(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None
) -> list[asyncpg.Record]:
    """Letters of the bureau with a day for the answer, and none."""
    return list(await conn.fetch(_LETTERS, loans))


async def maturing_loans(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None, until: date
) -> list[asyncpg.Record]:
    """Loans that are owed, whose last day comes by a day, and that no later loan renews."""
    return list(await conn.fetch(_MATURING, loans, until))


async def renewed_by(conn: asyncpg.Connection, loans: Sequence[UUID]) -> list[UUID]:
    """The loans that these renew."""
    rows = await conn.fetch(
        "select renews from applications where id = any ($1::uuid[]) and renews is not null", loans
    )
    return [row["renews"] for row in rows]


async def dangers_without_measure(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None, until: date
) -> list[asyncpg.Record]:
    """Alerts about pledged rights, for days until this one, that nobody has done anything about."""
    return list(await conn.fetch(_DANGERS, loans, until))


async def ending_enhancements(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None, until: date
) -> list[asyncpg.Record]:
    """Policies and guarantees of living loans that end by a day and are not renewed."""
    return list(await conn.fetch(_ENDING, loans, until))


async def ending_values(
    conn: asyncpg.Connection, loans: Sequence[UUID] | None, until: date
) -> list[asyncpg.Record]:
    """Pledged rights of living loans whose last valuation is valid no longer than to a day."""
    return list(await conn.fetch(_VALUES, loans, until))


async def unanswered_offers(
    conn: asyncpg.Connection, numbers: Sequence[str] | None
) -> list[asyncpg.Record]:
    """Banks to which a financing demand was offered and that have not answered; of demands with
    these numbers, or of all."""
    return list(await conn.fetch(_OFFERS, numbers))
