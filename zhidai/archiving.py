"""A closed year of a service into the archive: which tables, in which order, and what must be so before."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

from services.risk_pool.audit.archived import LEDGER, check_chains, heads_at
from services.risk_pool.queries.pools import not_closed
from shared.archive.files import Broken, Kept, Shelf
from shared.archive.guards import must_be_heard, must_be_told
from shared.archive.kinds import FEED, LOOKS, Kind
from shared.archive.moving import (
    Moment,
    Moved,
    NotArchived,
    bounds,
    move_month,
    must_be_old,
    oldest_month,
)
from shared.messaging.reconciling import types_heard
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database
from shared.postgres.provision import SERVICES
from zhidai.commands.reconcile import routes_of

KINDS: Mapping[str, tuple[Kind, ...]] = {
    name: (FEED, LOOKS, LEDGER) if name == "risk_pool" else (FEED, LOOKS) for name in SERVICES
}


async def archive_year(
    databases: Mapping[str, Database],
    service: str,
    year: int,
    folder: Path,
    *,
    now: datetime,
    told: Moment = lambda step: None,
) -> AsyncIterator[tuple[str, Moved]]:
    """Archive what a service has of a year, month by month; the table and what came of each month.

    `databases` are those of all services: an event leaves only when all have heard it. Raises NotArchived at
    the first month that must stay, and Broken; may be killed anywhere and called again.
    """
    for kind in KINDS[service]:
        shelf = Shelf(folder, service, kind.table)
        for number in range(1, 13):
            month = Month(year, number)
            oldest = await oldest_month(databases[service], kind)
            if str(month) not in shelf.months() and (oldest is None or month < oldest):
                continue
            must_be_old(kind, month, now=now)
            async with databases["risk_pool"].looking(EVERYWHERE) as conn:
                if open_pools := await not_closed(conn, month):
                    pools = ", ".join(open_pools)
                    raise NotArchived(
                        f"{month} 尚未结账: {pools}", f"{month} is not closed yet: {pools}."
                    )
            yield kind.table, await _moved(databases, service, kind, shelf, month, told=told)


async def _moved(
    databases: Mapping[str, Database],
    service: str,
    kind: Kind,
    shelf: Shelf,
    month: Month,
    *,
    told: Moment,
) -> Moved:
    if kind is LEDGER:
        async with databases[service].looking(EVERYWHERE) as conn:
            heads = await heads_at(conn, bounds(month)[1])
        moved = await move_month(databases[service], kind, shelf, month, heads=heads, told=told)
        check_ledger(shelf, month)
        return moved

    async def all_have_heard(kept: Kept) -> None:
        async with AsyncExitStack() as stack:
            at = {
                name: await stack.enter_async_context(databases[name].looking(EVERYWHERE))
                for name in SERVICES
            }
            listeners = {
                name: at[name] for name in SERVICES if service in types_heard(routes_of(name))
            }
            await must_be_heard(at[service], listeners, topic=service, last=kept.last)
            await must_be_told(at[service], last=kept.last)

    guard = all_have_heard if kind is FEED else None
    return await move_month(databases[service], kind, shelf, month, may_leave=guard, told=told)


def check_ledger(shelf: Shelf, month: Month) -> None:
    """Work out the chains of a month of the ledger again. Raises Broken."""
    kept, before = shelf.kept(str(month)), shelf.kept(str(month.before))
    assert kept is not None
    check_chains(shelf, kept, before.heads if before else {})


def look_through(folder: Path) -> tuple[int, list[str]]:
    """Read every month in a folder, hold it against what is known of it and against the month before; how
    many months there are, and what is wrong."""
    months, faults = 0, []
    for service in SERVICES:
        for kind in KINDS[service]:
            shelf = Shelf(folder, service, kind.table)
            for month in shelf.months():
                months += 1
                try:
                    _look_at(shelf, kind, month)
                except Broken as error:
                    faults.append(str(error))
    return months, faults


def _look_at(shelf: Shelf, kind: Kind, month: str) -> None:
    kept = shelf.kept(month)
    assert kept is not None
    shelf.look_at(kept)
    if kept.before != shelf.before(month):
        raise Broken(f"{shelf.place}/{month}.json does not follow the month before it")
    if kind.is_dense and kept.rows:
        last = shelf.last_before(month)
        if last and kept.first != last + 1:
            raise Broken(f"{shelf.lines_of(month)} begins with {kept.first}, after {last}")
    if kind is LEDGER:
        check_ledger(shelf, Month.parse(month))
