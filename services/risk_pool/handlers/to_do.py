"""Everything that may wait in this service, and the scheduler's look at it."""

from collections.abc import Mapping
from typing import Final

import asyncpg

from services.risk_pool.handlers.duties import DUTIES
from services.risk_pool.handlers.month_days import give_days
from services.risk_pool.tables import (
    account_bookings,
    adjustments,
    agreed_figures,
    agreements,
    breaker_orders,
    calendar_changes,
    cash_entries,
    claims,
    collections,
    disposals,
    disputes,
    loan_packages,
    objections,
    openings,
    party_accounts,
    payments,
    pool_accounts,
    pool_duties,
    programmes,
    public_notices,
    recoveries,
    run_offs,
    settlements,
    subsidies,
    top_ups,
    warnings,
)
from services.risk_pool.tables.ledger import lock_pools
from shared.clock import SystemClock
from shared.context import Context
from shared.postgres.touched import About
from shared.waits.declared import Source
from shared.waits.pruned import prune
from shared.waits.scheduled import by_kind, look

TABLES: Final = (
    account_bookings.CASES, adjustments.CASES, agreed_figures.CASES, agreements.CASES,
    breaker_orders.ORDERS, calendar_changes.CASES, cash_entries.CASES, claims.CASES, collections.CASES,
    disposals.CASES, disputes.CASES, loan_packages.PACKAGES, objections.CASES, openings.CASES,
    party_accounts.CASES, payments.FILES, pool_accounts.CASES, pool_duties.CASES, programmes.CASES,
    public_notices.CASES,
    recoveries.CASES, run_offs.CASES, settlements.CASES, subsidies.CASES, top_ups.CASES,
    warnings.CASES,
)  # fmt: skip
"""The cases that people move on."""

CASES: Final = tuple(table.source for table in TABLES if table.source is not None)

WAITS: Final[Mapping[str, Source]] = by_kind(CASES, (duty for one in DUTIES for duty in one.duties))


async def hold_pools(conn: asyncpg.Connection, about: About) -> None:
    """Whoever moves something of these pools has ended, and nobody begins to."""
    await lock_pools(conn, about.pools or ())


async def watch_what_waits(context: Context) -> None:
    """A due job: duties are found, what is near its last day or past it is told once."""
    await give_days(context.database, now=context.clock.now(), working_days=context.working_days)
    await look(
        context.database, CASES, DUTIES,
        hold=hold_pools, now=context.clock.now(), working_days=context.working_days,
    )  # fmt: skip


async def prune_what_waited(context: Context) -> None:
    """A due job: ended waits are thrown away by age, by the real clock: a sandbox's may stand years
    ahead."""
    await prune(context.database, now=SystemClock().now())
