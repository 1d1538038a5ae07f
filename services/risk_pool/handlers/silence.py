"""Past the day for a month's reports every bank is looked at, whatever it has reported.

The look rests on what is reported and, for the other loans, on what was last known of them
(domain/silence.py). The bank hears which month lacks its reports; a later report changes nothing
of this look, but the next month's.
"""

from datetime import date, datetime
from typing import NamedTuple

import asyncpg

from services.risk_pool.domain.silence import BankFigures, reports_due
from services.risk_pool.domain.warning_signs import sign_of_silence
from services.risk_pool.handlers.breakers import evaluate_bank
from services.risk_pool.handlers.waiting import serve_line
from services.risk_pool.handlers.warning_signs import raise_signs
from services.risk_pool.queries import breaker_figures
from services.risk_pool.queries.pools import programmes
from services.risk_pool.queries.terms import terms_on
from services.risk_pool.tables import breakers
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from shared.clock import business_date
from shared.contracts.risk_pool import BankReportsMissingV1
from shared.messaging import outbox
from shared.months import Month
from shared.postgres.calendar_overrides import load_working_days
from shared.postgres.database import EVERYWHERE, Database
from shared.schemes.decide.deadlines import CountsWorkingDays


class _Late(NamedTuple):
    pool_code: str
    bank: str
    until: Month


async def watch_silent_banks(database: Database, *, now: datetime) -> None:
    """A due job: look at every bank for every month whose reports are due, once each."""
    async with database.begin(EVERYWHERE) as conn:
        late = await _not_looked_at(conn, today=business_date(now))
    for one in late:
        async with database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, one.pool_code)
            await _look(conn, pool, one.bank, until=one.until, now=now)
            await serve_line(conn, pool.code, now=now)


async def _not_looked_at(conn: asyncpg.Connection, *, today: date) -> list[_Late]:
    working_days = await load_working_days(conn)
    late = []
    for pool_code, programme in await programmes(conn):
        month = await _last_due(conn, programme, working_days, today=today)
        banks = await breaker_figures.banks_not_looked_at(conn, pool_code, month)
        late += [_Late(pool_code, bank, month) for bank in banks]
    return late


async def _last_due(
    conn: asyncpg.Connection, programme: str, working_days: CountsWorkingDays, *, today: date
) -> Month:
    month = Month.of(today).before
    while today <= await _due_on(conn, programme, month, working_days):
        month = month.before
    return month


async def _due_on(
    conn: asyncpg.Connection, programme: str, month: Month, working_days: CountsWorkingDays
) -> date:
    return reports_due(month, await terms_on(conn, programme, month.last), working_days)


async def _look(
    conn: asyncpg.Connection, pool: LockedPool, bank: str, *, until: Month, now: datetime
) -> None:
    working_days = await load_working_days(conn)
    breaker = await breakers.load(conn, pool.code, bank)
    if breaker.month is not None:
        month = Month.parse(breaker.month).after
    elif first := await breaker_figures.first_disbursed_on(conn, pool.code, bank):
        # What was paid out before the pool was kept here was reported elsewhere until then.
        month = max(Month.of(first), Month.of(pool.opened_on))
    else:
        return
    while month <= until:
        figures = await breaker_figures.bank_figures(conn, pool.code, bank, str(month))
        before = breaker
        if figures.loans:
            breaker = await evaluate_bank(conn, pool, before, str(month), figures, now=now)
        if figures.estimated and breaker.month != before.month:
            due_on = await _due_on(conn, pool.programme, month, working_days)
            told = _missing(pool.code, bank, month, figures, due_on, breaker.silent_months)
            await outbox.append(conn, [told], now=now)
            sign = sign_of_silence(
                pool.code,
                bank,
                month,
                missing=figures.estimated,
                loans=figures.loans,
                silent_months=breaker.silent_months,
            )
            await raise_signs(conn, [sign], now=now)
        month = month.after


def _missing(
    pool_code: str, bank: str, month: Month, figures: BankFigures, due_on: date, silent_months: int
) -> BankReportsMissingV1:
    return BankReportsMissingV1(
        pool_code=pool_code,
        bank_code=bank,
        month=str(month),
        missing_loans=figures.estimated,
        loans=figures.loans,
        due_on=due_on,
        silent_months=silent_months,
    )
