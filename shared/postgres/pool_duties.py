"""Which pools somebody of the bureau looks after, as two persons have said, in a service's own database.

The pool's service writes it, the others what they have heard of it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg

_TABLES = (
    """
    create table pool_duties (
        number integer primary key,
        person text not null check (person <> ''),
        pools text[] not null check (cardinality(pools) > 0),
        from_day date not null
    )
    """,
    "create index pool_duties_of_person on pool_duties (person, from_day desc, number desc)",
    "alter table pool_duties enable row level security",
    # Whom the bureau gives what to look after is no bank's.
    """
    create policy bureau_only on pool_duties
        using (current_setting('zhidai.institution', true) = '*')
    """,
)


def create_table(op: Any) -> None:
    """The table, in a service's migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


async def keep(
    conn: asyncpg.Connection, *, number: int, person: str, pools: Sequence[str], from_day: date
) -> None:
    """Keep a duty that two persons have agreed; one that is known already changes nothing."""
    await conn.execute(
        """insert into pool_duties (number, person, pools, from_day) values ($1, $2, $3, $4)
           on conflict (number) do nothing""",
        number,
        person,
        list(pools),
        from_day,
    )


async def in_force(conn: asyncpg.Connection, *, on: date) -> list[asyncpg.Record]:
    """Person and pools of every duty that holds on a day: of each person the latest begun."""
    found: list[asyncpg.Record] = await conn.fetch(
        """select distinct on (person) person, pools, from_day, number from pool_duties
           where from_day <= $1 order by person, from_day desc, number desc""",
        on,
    )
    return found
