"""Cases that were taken back or ran out and of which the pool holds nothing: no capacity is held for them
any more, should their approval be heard only now.

An event comes late where a topic has lost it and it is heard again out of the producer's feed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

_KEEP: Final = """
insert into closed_cases (loan_id, how, closed_on, heard_at)
select loan_id, how, closed_on, $4 from unnest($1::uuid[], $2::text[], $3::date[])
    as closed (loan_id, how, closed_on)
on conflict (loan_id) do nothing
"""


async def keep(
    conn: asyncpg.Connection, closed: Sequence[tuple[UUID, str, date]], *, now: datetime
) -> None:
    """Keep which cases are over: the case, how ("withdraw", "expire"), the day."""
    if closed:
        await conn.execute(_KEEP, *zip(*closed, strict=True), now)


async def among(conn: asyncpg.Connection, loan_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these cases that were over before anything was held for them."""
    asked = list(loan_ids)
    if not asked:
        return set()
    rows = await conn.fetch(
        "select loan_id from closed_cases where loan_id = any($1::uuid[])", asked
    )
    return {row["loan_id"] for row in rows}
