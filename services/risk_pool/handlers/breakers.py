"""Circuit breakers: a bank's by its bad loans at month-ends, the pool's by its balance.

A bank is looked at once per month, when every loan it has in cover at that month's end has a
position for it; so the outcome does not hang on how the positions arrived. Months go forward
only: a month older than the last one looked at, and a correction that comes after the look, are
left aside; the next month's figures hold them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.queries.figures import terms_today
from services.risk_pool.tables.ledger import LockedPool, balances, lock_pool, store_explanation
from shared.clock import business_date
from shared.context import Context
from shared.contracts.envelope import Event
from shared.contracts.risk_pool import (
    BankResumedV1,
    BankSuspendedV1,
    BankWarnedV1,
    PoolResumedV1,
    PoolStoppedV1,
    PoolWarnedV1,
)
from shared.messaging import outbox
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.risk_classes import NON_PERFORMING
from shared.schemes.decide.breakers import BreakerDecision, BreakerFigures, State, breaker

"""次级及以下: what counts as bad."""

NO_ONE = {"decided_by": {"subject": "system", "name": "系统", "role": "system"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """Where a breaker stands, as kept between looks."""

    state: State
    month: str | None
    clear_month_ends: int
    counted_month: str | None


async def watch_banks(
    conn: asyncpg.Connection, pool: LockedPool, banks: Iterable[str], *, now: datetime
) -> list[Event]:
    """Look at banks whose positions or coverages have changed; the events are to be appended.

    The pool must be held. Nothing is looked at twice.
    """
    said: list[Event] = []
    for bank in sorted(set(banks)):
        standing = await _standing(conn, pool.code, bank)
        for month in await _whole_months(conn, pool.code, bank, after=standing.month):
            figures = await conn.fetchrow(
                """select coalesce(sum(p.covered_principal_fen), 0)::bigint as covered_fen,
                          coalesce(sum(p.covered_principal_fen)
                                   filter (where p.risk_class = any($4::text[])), 0)::bigint
                              as bad_fen
                   from positions p join coverages c using (loan_id)
                   where c.pool_code = $1 and c.bank_code = $2 and p.month = $3
                     and c.state = 'active'""",
                pool.code,
                bank,
                month,
                list(NON_PERFORMING),
            )
            moved, standing = await _look_at_bank(
                conn,
                pool,
                bank,
                standing,
                month=month,
                bad_fen=figures["bad_fen"],
                covered_fen=figures["covered_fen"],
                now=now,
            )
            said += moved
    return said


async def _whole_months(
    conn: asyncpg.Connection, pool_code: str, bank: str, *, after: str | None
) -> list[str]:
    """Months later than the last look for which no loan in cover lacks its position."""
    whole = []
    month: str | None = after or ""
    while month := await conn.fetchval(_NEXT_REPORTED, pool_code, bank, month):
        missing = await conn.fetchval(_ONE_MISSING, pool_code, bank, month)
        if missing is None and await conn.fetchval(_ANY_IN_COVER, pool_code, bank, month):
            whole.append(month)
    return whole


_NEXT_REPORTED = """
    select min(month) from positions where pool_code = $1 and bank_code = $2 and month > $3
"""
# Asked after every batch, so it must not look at all loans: the youngest that lacks its position
# is found at once as long as banks report the older ones first.
_ONE_MISSING = """
    select c.loan_id from coverages c
    where c.pool_code = $1 and c.bank_code = $2 and c.state = 'active'
      and to_char(c.disbursed_on, 'YYYY-MM') <= $3
      and not exists (select from positions p where p.loan_id = c.loan_id and p.month = $3)
    order by c.loan_id desc limit 1
"""
_ANY_IN_COVER = """
    select exists (select from coverages c
                   where c.pool_code = $1 and c.bank_code = $2 and c.state = 'active'
                     and to_char(c.disbursed_on, 'YYYY-MM') <= $3)
"""


async def _look_at_bank(
    conn: asyncpg.Connection,
    pool: LockedPool,
    bank: str,
    standing: _Standing,
    *,
    month: str,
    bad_fen: int,
    covered_fen: int,
    now: datetime,
) -> tuple[list[Event], _Standing]:
    day = Month.parse(month).last
    terms = terms_today(pool.programme, day)
    if terms is None:
        return [], standing
    decision = breaker(
        "bank",
        standing.state,
        BreakerFigures(
            part_fen=bad_fen,
            whole_fen=covered_fen,
            month_end=True,
            clear_month_ends=standing.clear_month_ends,
        ),
        terms,
    )
    after = _Standing(
        state=decision.state,
        month=month,
        clear_month_ends=decision.clear_month_ends,
        counted_month=month,
    )
    await _keep(conn, pool.code, bank, after, decision, bad_fen, covered_fen, day=day, now=now)
    kind = {
        ("normal", "warned"): BankWarnedV1,
        ("normal", "stopped"): BankSuspendedV1,
        ("warned", "stopped"): BankSuspendedV1,
        ("stopped", "warned"): BankResumedV1,
        ("stopped", "normal"): BankResumedV1,
    }.get((decision.before, decision.state))
    if kind is None:
        return [], after
    event = kind(
        pool_code=pool.code,
        bank_code=bank,
        bad_principal_fen=bad_fen,
        covered_principal_fen=covered_fen,
        line_bp=decision.line_bp,
        on=day,
    )
    return [event], after


async def watch_pool(
    conn: asyncpg.Connection, pool: LockedPool, *, day: date, now: datetime
) -> list[Event]:
    """Look at the pool's balance after a booking that changed it; the events are to be appended.

    Call it after every booking of contributions, interest, fees, subsidies, claims and
    recoveries. The pool must be held. A stop is lifted by a figure above the resume line; where
    the scheme asks for several month-ends, each month counts once.
    """
    terms = terms_today(pool.programme, day)
    if terms is None or terms.pool_breaker is None:
        return []
    held = await balances(conn, pool.code)
    available_fen, paid_in_fen = accounts.available_fen(held), accounts.paid_in_fen(held)
    standing = await _standing(conn, pool.code, "")
    month = str(Month.of(day))
    decision = breaker(
        "pool",
        standing.state,
        BreakerFigures(
            part_fen=available_fen,
            whole_fen=paid_in_fen,
            month_end=standing.counted_month != month,
            clear_month_ends=standing.clear_month_ends,
        ),
        terms,
    )
    counted = decision.clear_month_ends > standing.clear_month_ends
    after = _Standing(
        state=decision.state,
        month=None,
        clear_month_ends=decision.clear_month_ends,
        counted_month=month if counted else standing.counted_month,
    )
    if not decision.changed:
        await _keep_quietly(conn, pool.code, after, available_fen, paid_in_fen, day=day, now=now)
        return []
    await _keep(conn, pool.code, "", after, decision, available_fen, paid_in_fen, day=day, now=now)
    stopped = decision.state == "stopped"
    if stopped or decision.before == "stopped":
        await conn.execute(
            "update pools set state = $2, version = version + 1 where code = $1",
            pool.code,
            "stopped" if stopped else "open",
        )
    if decision.state == "normal" and decision.before == "warned":
        return []
    kind = (
        PoolStoppedV1 if stopped
        else PoolResumedV1 if decision.before == "stopped"
        else PoolWarnedV1
    )  # fmt: skip
    return [kind(pool_code=pool.code, available_fen=available_fen, paid_in_fen=paid_in_fen, on=day)]


async def watch_idle_banks(context: Context) -> None:
    """A due job: a bank that was warned or suspended and has no loan in cover any more sends no
    positions, so nothing would ever lift it. Such months count as months without bad loans."""
    now = context.clock.now()
    month = str(Month.of(business_date(now)))
    async with context.database.begin(EVERYWHERE) as conn:
        idle = await conn.fetch(
            """select pool_code, bank_code from breakers b
               where bank_code <> '' and state <> 'normal' and month is not null
                 and not exists (select from coverages c
                                 where c.pool_code = b.pool_code and c.bank_code = b.bank_code
                                   and c.state = 'active')
               order by pool_code, bank_code"""
        )
    for row in idle:
        async with context.database.begin(EVERYWHERE) as conn:
            pool = await lock_pool(conn, row["pool_code"])
            said = await _count_idle_months(conn, pool, row["bank_code"], until=month, now=now)
            await outbox.append(conn, said, now=now)


async def _count_idle_months(
    conn: asyncpg.Connection, pool: LockedPool, bank: str, *, until: str, now: datetime
) -> list[Event]:
    said: list[Event] = []
    standing = await _standing(conn, pool.code, bank)
    busy = await conn.fetchval(
        """select exists (select from coverages
                          where pool_code = $1 and bank_code = $2 and state = 'active')""",
        pool.code,
        bank,
    )
    while not busy and standing.state != "normal" and standing.month is not None:
        month = str(Month.parse(standing.month).after)
        if month >= until:
            break
        moved, after = await _look_at_bank(
            conn, pool, bank, standing, month=month, bad_fen=0, covered_fen=0, now=now
        )
        if after == standing:
            break
        standing = after
        said += moved
    return said


async def _standing(conn: asyncpg.Connection, pool_code: str, bank: str) -> _Standing:
    row = await conn.fetchrow(
        "select state, month, memory from breakers where pool_code = $1 and bank_code = $2",
        pool_code,
        bank,
    )
    if row is None:
        return _Standing(state="normal", month=None, clear_month_ends=0, counted_month=None)
    return _Standing(state=row["state"], month=row["month"], **row["memory"])


async def _keep(
    conn: asyncpg.Connection,
    pool_code: str,
    bank: str,
    after: _Standing,
    decision: BreakerDecision,
    part_fen: int,
    whole_fen: int,
    *,
    day: date,
    now: datetime,
) -> None:
    explanation_id = await store_explanation(
        conn, pool_code, "breaker", decision.as_data(), NO_ONE, now, bank_code=bank
    )
    await _keep_quietly(
        conn, pool_code, after, part_fen, whole_fen, day=day, now=now, bank=bank,
        changed=decision.changed,
    )  # fmt: skip
    await conn.execute(
        """insert into breaker_evaluations (id, pool_code, bank_code, month, numerator_fen,
               denominator_fen, source, target, line_bp, explanation_id, on_day, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        uuid7(),
        pool_code,
        bank,
        after.month,
        part_fen,
        whole_fen,
        decision.before,
        decision.state,
        decision.line_bp if decision.changed else None,
        explanation_id,
        day,
        now,
    )


async def _keep_quietly(
    conn: asyncpg.Connection,
    pool_code: str,
    after: _Standing,
    part_fen: int,
    whole_fen: int,
    *,
    day: date,
    now: datetime,
    bank: str = "",
    changed: bool = False,
) -> None:
    memory = {"clear_month_ends": after.clear_month_ends, "counted_month": after.counted_month}
    await conn.execute(
        """insert into breakers as kept (pool_code, bank_code, state, memory, month,
               numerator_fen, denominator_fen, changed_on, changed_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (pool_code, bank_code) do update set
               state = excluded.state, memory = excluded.memory, month = excluded.month,
               numerator_fen = excluded.numerator_fen,
               denominator_fen = excluded.denominator_fen,
               changed_on = case when $10 then excluded.changed_on else kept.changed_on end,
               changed_at = case when $10 then excluded.changed_at else kept.changed_at end""",
        pool_code,
        bank,
        after.state,
        memory,
        after.month,
        part_fen,
        whole_fen,
        day,
        now,
        changed,
    )


def bank_pairs(rows: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
    """(pool, bank) pairs as pool → banks."""
    found: dict[str, set[str]] = {}
    for pool_code, bank in rows:
        found.setdefault(pool_code, set()).add(bank)
    return found
