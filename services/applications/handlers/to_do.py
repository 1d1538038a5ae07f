"""Everything that may wait in this service, and the scheduler's look at it."""

from collections.abc import Mapping
from typing import Final

import asyncpg

from services.applications.handlers.duties import DUTIES
from services.applications.tables.cases import APPLICATIONS, locked_all
from services.applications.tables.cover_calls import COVER_CALLS
from services.applications.tables.credit_repairs import CREDIT_REPAIRS
from services.applications.tables.demands import DEMANDS
from services.applications.tables.loan_changes import LOAN_CHANGES
from services.applications.tables.meetings import MEETINGS
from shared.clock import SystemClock
from shared.context import Context
from shared.postgres.touched import About
from shared.waits.declared import Source
from shared.waits.pruned import prune
from shared.waits.scheduled import by_kind, look

TABLES: Final = (APPLICATIONS, COVER_CALLS, CREDIT_REPAIRS, DEMANDS, LOAN_CHANGES, MEETINGS)
"""The cases that people move on."""

CASES: Final = tuple(table.source for table in TABLES if table.source is not None)

WAITS: Final[Mapping[str, Source]] = by_kind(CASES, (duty for one in DUTIES for duty in one.duties))


async def hold_loans(conn: asyncpg.Connection, about: About) -> None:
    """Whoever moves these loans has ended, and nobody begins to."""
    await locked_all(conn, sorted(about.loans or ()))


async def watch_what_waits(context: Context) -> None:
    """A due job: duties are found, what is near its last day or past it is told once."""
    await look(
        context.database, CASES, DUTIES,
        hold=hold_loans, now=context.clock.now(), working_days=context.working_days,
    )  # fmt: skip


async def prune_what_waited(context: Context) -> None:
    """A due job: ended waits are thrown away by age, by the real clock: a sandbox's may stand years
    ahead."""
    await prune(context.database, now=SystemClock().now())
