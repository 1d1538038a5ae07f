"""A day is over: tell the listeners how much was told, so that they can prove nothing was lost."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from services.applications.tables import days_over
from shared.clock import business_date
from shared.contracts.applications import DayOverV1, ToldInMonth
from shared.messaging import outbox
from shared.messaging.counts import told_by_month
from shared.months import Month
from shared.postgres.database import EVERYWHERE, Database

Counts = Mapping[tuple[str, str], int]


async def tell_day_over(database: Database, now: Callable[[], datetime]) -> None:
    """Tell the last day that is over, once; and again where an event of a month that was over then
    was committed after it was told."""
    moment = now()
    day = business_date(moment) - timedelta(days=1)
    async with database.begin(EVERYWHERE) as conn:
        before = await days_over.lock_day(conn)
        last = await days_over.last_told(conn)
        # Another day, not a later one: a sandbox's clock may begin in the past.
        is_new = day != before
        changed = to_tell(await told_by_month(conn), last, day=day, is_new=is_new)
        if not is_new and not changed:
            return
        await days_over.keep(conn, day, changed)
        told = tuple(
            ToldInMonth(month=month, type=type_, count=count)
            for (month, type_), count in sorted(changed.items())
        )
        await outbox.append(conn, [DayOverV1(day=day, told=told)], now=moment)


def to_tell(now: Counts, last: Counts, *, day: date, is_new: bool) -> dict[tuple[str, str], int]:
    """What has changed since it was last told: of every month up to the day's, or, where the day has
    been told, of the months that were over by its end. The marker does not count itself."""
    running = Month.of(day + timedelta(days=1))
    return {
        at: count
        for at, count in now.items()
        if at[1] != DayOverV1.type
        and count != last.get(at)
        and (at[0] <= str(Month.of(day)) if is_new else at[0] < str(running))
    }
