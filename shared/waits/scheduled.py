"""What waits, brought up to date: by who writes a fact, and by the look of one service's scheduler.

What moves change is kept in their own transaction, before it ends (`follow`). The look watches the
clock: it reads all, and where something differs it writes, by the same statement, for these cases
alone; then what is near or past is told.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres import touched
from shared.postgres.database import EVERYWHERE, Database, seeing_everything
from shared.postgres.touched import ALL, About
from shared.waits.declared import Due, Duty, Source, of_duty
from shared.waits.kept import keep, keep_duty, out_of_date
from shared.waits.reminded import remind

_ALONE = "select pg_try_advisory_xact_lock(hashtext('zhidai waits'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of which cases the open ones are asked for, as of which day."""

    about: About
    today: date
    working_days: WorkingDays


Finder = Callable[[asyncpg.Connection, Asked], Awaitable[Mapping[Duty, Sequence[Due]]]]
"""The open cases of each duty."""


async def _no_others(conn: asyncpg.Connection, about: About) -> About:
    return about


async def _no_lock(conn: asyncpg.Connection, about: About) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Watched:
    """Duties that stand for the same facts, which are read once for all of them."""

    duties: tuple[Duty, ...]
    find: Finder
    facts: frozenset[str]
    """What these duties hang on: named by who writes it (`touch`, `CaseTable.touches`)."""
    widen: Callable[[asyncpg.Connection, About], Awaitable[About]] = _no_others
    """What else hangs on what was touched."""


Hold = Callable[[asyncpg.Connection, About], Awaitable[None]]
"""Locks what is locked by the moves that change these cases."""


async def follow(
    conn: asyncpg.Connection, duties: Sequence[Watched], *, now: datetime, working_days: WorkingDays
) -> None:
    """Bring the duties that hang on what this transaction has touched to where the facts are now."""
    facts = touched.of(conn)
    async with seeing_everything(conn):
        for watched in duties:
            abouts = [facts[fact] for fact in sorted(watched.facts & facts.keys())]
            if abouts:
                about = abouts[0]
                for one in abouts[1:]:
                    about |= one
                asked = Asked(
                    about=await watched.widen(conn, about),
                    today=business_date(now),
                    working_days=working_days,
                )
                await _bring_up_to_date(conn, watched, asked, now=now)


async def look(
    database: Database,
    cases: Sequence[Source],
    duties: Sequence[Watched] = (),
    *,
    hold: Hold = _no_lock,
    now: datetime,
    working_days: WorkingDays,
) -> None:
    """Look once: duties by their queries; the cases only where they waited before there was a table of
    waits; then the reminders. Two at once do nothing twice; one that dies is made up by the next."""
    async with database.begin(EVERYWHERE) as conn:
        fills = "delete from waits_to_fill returning true"
        if await conn.fetchval(_ALONE) and await conn.fetchval(fills):
            for source in cases:
                await keep(conn, source, None, now=now)
    asked = Asked(about=ALL, today=business_date(now), working_days=working_days)
    for watched in duties:
        about = await _differing(database, watched, asked, now=now)
        if about is not None:
            async with database.begin(EVERYWHERE) as conn:
                if await conn.fetchval(_ALONE):
                    # Found once more behind the lock: whoever moved meanwhile has kept it already.
                    await hold(conn, about)
                    of_these = Asked(about=about, today=asked.today, working_days=working_days)
                    await _bring_up_to_date(conn, watched, of_these, now=now)
    known = by_kind(cases, (duty for watched in duties for duty in watched.duties))
    more = True
    while more:
        async with database.begin(EVERYWHERE) as conn:
            more = await remind(conn, known, now=now, working_days=working_days)


async def _bring_up_to_date(
    conn: asyncpg.Connection, watched: Watched, asked: Asked, *, now: datetime
) -> None:
    for duty, due in (await watched.find(conn, asked)).items():
        await keep_duty(conn, duty, due, about=asked.about, now=now)


async def _differing(
    database: Database, watched: Watched, asked: Asked, *, now: datetime
) -> About | None:
    """Whose waits of these duties are out of date; None: nobody's."""
    async with database.looking(EVERYWHERE) as conn:
        found = await watched.find(conn, asked)
        rows = [
            row
            for duty, due in found.items()
            for row in await out_of_date(conn, duty, due, now=now)
        ]
    if not rows:
        return None
    loans = {row["loan_id"] for row in rows}
    pools = {row["pool_code"] for row in rows}
    return About(
        loans=None if None in loans else frozenset(loans),
        pools=None if "" in pools else frozenset(pools),
    )


def by_kind(cases: Sequence[Source], duties: Iterable[Duty]) -> Mapping[str, Source]:
    """Everything that may wait in a service, by the name of its kind."""
    return {source.kind: source for source in (*cases, *map(of_duty, duties))}
