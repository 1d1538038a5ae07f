"""Everything that may wait in this service, and the scheduler's look at it."""

from collections.abc import Mapping
from typing import Final

from services.applications.handlers.duties import DUTIES
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.cover_calls import COVER_CALLS
from services.applications.tables.credit_repairs import CREDIT_REPAIRS
from services.applications.tables.demands import DEMANDS
from services.applications.tables.loan_changes import LOAN_CHANGES
from services.applications.tables.meetings import MEETINGS
from shared.clock import SystemClock
from shared.context import Context
from shared.waits.declared import Source
from shared.waits.pruned import prune
from shared.waits.scheduled import by_kind, look

CASES: Final = tuple(
    table.source
    for table in (APPLICATIONS, COVER_CALLS, CREDIT_REPAIRS, DEMANDS, LOAN_CHANGES, MEETINGS)
    if table.source is not None
)

WAITS: Final[Mapping[str, Source]] = by_kind(CASES, DUTIES)


async def watch_what_waits(context: Context) -> None:
    """A due job: duties are found, what is near its last day or past it is told once."""
    await look(
        context.database, CASES, DUTIES, now=context.clock.now(), working_days=context.working_days
    )


async def prune_what_waited(context: Context) -> None:
    """A due job: ended waits are thrown away by age, by the real clock: a sandbox's may stand years
    ahead."""
    await prune(context.database, now=SystemClock().now())
