"""What an extract says that is bad news for a loan is told at once, before anybody takes it over."""

from collections.abc import Sequence
from datetime import date, datetime

import asyncpg

from services.applications.domain.watch import QUESTIONS
from services.applications.handlers.right_watch import tell
from services.applications.queries.watched import watched_of
from services.applications.tables.extracts import Compared


async def tell_bad_news(
    conn: asyncpg.Connection, rows: Sequence[Compared], *, today: date, now: datetime
) -> None:
    """Alert bank and bureau to what endangers a pledged right by these rows, which are kept, and by
    nothing else. Taken over later, the same danger is not told again."""
    keys = sorted({row.key for row in rows if any(one.is_bad_news for one in row.differences)})
    if not keys:
        return
    found = [
        (loan, danger)
        for loan in await watched_of(conn, keys)
        for danger, by in loan.dangers(today=today, within_days=0)
        if by is not None and danger.code not in QUESTIONS
    ]
    await tell(conn, found, today=today, now=now)
