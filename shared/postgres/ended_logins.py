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
_OF_BANK = (
    # A row holds for tokens of this institution alone: whoever a bank names, nobody else's login ends.
    """
    create table ended_bank_logins (
        institution text not null check (institution not in ('', '*')),
        person text not null check (person <> ''),
        ended_at timestamptz not null,
        reason text not null check (reason <> ''),
        by_subject text not null,
        by_name text not null,
        primary key (institution, person)
    )
    """,
    "alter table ended_bank_logins enable row level security",
    """
    create policy own_people on ended_bank_logins
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)
KEPT_DAYS = 31
"""A token does not live so long."""


def create_table(op: Any) -> None:
    """The table, in a service's migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


def create_table_of_banks(op: Any) -> None:
    """The table of those whom their bank's admin has ended, in a service's migration."""
    for statement in _OF_BANK:
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


async def end_of_bank(
    conn: asyncpg.Connection,
    institution: str,
    person: str,
    *,
    at: datetime,
    reason: str,
    by_subject: str,
    by_name: str,
) -> asyncpg.Record:
    """Every token of the person from before that is of this institution is over. The row as it stands."""
    return await conn.fetchrow(
        """insert into ended_bank_logins (institution, person, ended_at, reason, by_subject, by_name)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (institution, person) do update set ended_at = excluded.ended_at,
               reason = excluded.reason, by_subject = excluded.by_subject, by_name = excluded.by_name
           returning *""",
        institution,
        person,
        at,
        reason,
        by_subject,
        by_name,
    )


async def newest(conn: asyncpg.Connection, *, limit: int = 1000) -> list[asyncpg.Record]:
    """Those that were ended while a token may still live, the latest first; `institution` is empty where
    the house's admin has ended all of a person's. A bank sees its own."""
    found: list[asyncpg.Record] = await conn.fetch(
        f"""select '' as institution, person, ended_at, reason, by_name from ended_logins
            where ended_at > now() - interval '{KEPT_DAYS} days'
            union all
            select institution, person, ended_at, reason, by_name from ended_bank_logins
            where ended_at > now() - interval '{KEPT_DAYS} days'
            order by ended_at desc limit $1""",
        limit,
    )
    return found
