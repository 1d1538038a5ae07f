"""Logins that were ended: a token of such a person from before is believed no more."""

from datetime import datetime
from typing import Any

import asyncpg

_TABLES = (
    """
    create table ended_logins (
        person text primary key check (person <> ''),
        ended_at timestamptz not null,
        reason text not null check (reason <> ''),
        by_subject text not null,
        by_name text not null
    )
    """,
    # Who is ended is for the house and its admins, and no bank's.
    "alter table ended_logins enable row level security",
    """
    create policy bureau_only on ended_logins
        using (current_setting('zhidai.institution', true) = '*')
    """,
)
KEPT_DAYS = 31
"""A token does not live so long."""


def create_table(op: Any) -> None:
    """The table, in a service's migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


async def end(
    conn: asyncpg.Connection,
    person: str,
    *,
    at: datetime,
    reason: str,
    by_subject: str,
    by_name: str,
) -> asyncpg.Record:
    """Every token of the person from before is over. The row as it stands now."""
    return await conn.fetchrow(
        """insert into ended_logins (person, ended_at, reason, by_subject, by_name)
           values ($1, $2, $3, $4, $5)
           on conflict (person) do update set ended_at = excluded.ended_at, reason = excluded.reason,
               by_subject = excluded.by_subject, by_name = excluded.by_name
           returning *""",
        person,
        at,
        reason,
        by_subject,
        by_name,
    )


async def newest(conn: asyncpg.Connection, *, limit: int = 1000) -> list[asyncpg.Record]:
    """Those that were ended while a token may still live, the latest first."""
    found: list[asyncpg.Record] = await conn.fetch(
        f"select * from ended_logins where ended_at > now() - interval '{KEPT_DAYS} days'"
        " order by ended_at desc limit $1",
        limit,
    )
    return found
