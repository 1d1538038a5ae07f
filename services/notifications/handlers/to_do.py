"""Everything that may wait in this service: words of notices that somebody is to decide on."""

from collections.abc import Mapping
from typing import Final

from services.notifications.tables.templates import TEMPLATES
from shared.clock import SystemClock
from shared.context import Context
from shared.waits.declared import Source
from shared.waits.pruned import prune
from shared.waits.scheduled import by_kind, look

TABLES: Final = (TEMPLATES,)
"""The cases that people move on."""

CASES: Final = tuple(one.source for one in TABLES if one.source is not None)

WAITS: Final[Mapping[str, Source]] = by_kind(CASES, ())


async def watch_what_waits(context: Context) -> None:
    """A due job: what waited before this was kept is entered once; ended waits go by age, by the real
    clock. No rule sets a day here, so that nobody is reminded."""
    await look(context.database, CASES, now=context.clock.now(), working_days=context.working_days)
    await prune(context.database, now=SystemClock().now())
