"""The look of one service's scheduler: what waits is brought up to date, what is near or past is told."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from types import MappingProxyType

import asyncpg

from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres.database import EVERYWHERE, Database
from shared.waits.declared import Due, Duty, Source, of_duty
from shared.waits.kept import keep
from shared.waits.reminded import remind

_ALONE = "select pg_try_advisory_xact_lock(hashtext('zhidai waits'))"


Finder = Callable[[asyncpg.Connection, date, WorkingDays], Awaitable[Sequence[Due]]]
"""The open cases of a duty, as of a day."""

FinderOfSome = Callable[
    [asyncpg.Connection, date, WorkingDays], Awaitable[Mapping[Duty, Sequence[Due]]]
]
"""The open cases of several duties that stand for the same facts."""


async def look(
    database: Database,
    cases: Sequence[Source],
    duties: Mapping[Duty, Finder],
    together: Mapping[tuple[Duty, ...], FinderOfSome] = MappingProxyType({}),
    *,
    now: datetime,
    working_days: WorkingDays,
) -> None:
    """Look once: duties by their queries; the cases only where they waited before there was a table of
    waits; then the reminders. Two at once do nothing twice; one that dies is made up by the next."""
    async with database.begin(EVERYWHERE) as conn:
        if await conn.fetchval(_ALONE):
            if await conn.fetchval("delete from waits_to_fill returning true"):
                for source in cases:
                    await keep(conn, source, None, now=now)
            today = business_date(now)
            for duty, find in duties.items():
                due = await find(conn, today, working_days)
                await keep(conn, of_duty(duty), None, now=now, due=due)
            for find_some in together.values():
                for duty, due in (await find_some(conn, today, working_days)).items():
                    await keep(conn, of_duty(duty), None, now=now, due=due)
    known = by_kind(cases, [*duties, *chain(*together)])
    more = True
    while more:
        async with database.begin(EVERYWHERE) as conn:
            more = await remind(conn, known, now=now, working_days=working_days)


def by_kind(cases: Sequence[Source], duties: Iterable[Duty]) -> Mapping[str, Source]:
    """Everything that may wait in a service, by the name of its kind."""
    return {source.kind: source for source in (*cases, *map(of_duty, duties))}
