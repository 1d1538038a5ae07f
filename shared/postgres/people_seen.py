"""Who has called this service, as the last token said: the identity provider keeps the people, the house
knows whom it has seen."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import asyncpg

from shared.postgres.literals import containing
from shared.postgres.pools_seen import pools_of

_TABLES = (
    """
    create table people_seen (
        account text primary key check (account <> ''),
        person text not null check (person <> ''),
        name text not null,
        roles text[] not null,
        institution text not null check (institution <> ''),
        pools text[] not null,
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null
    )
    """,
    "create index people_seen_of_institution on people_seen (institution, account)",
    "alter table people_seen enable row level security",
    # A bank's admin sees his own people; a machine of the house writes down everybody.
    """
    create policy own_people on people_seen
        using (current_setting('zhidai.institution', true) in ('*', institution))
    """,
)


def create_table(op: Any) -> None:
    """The table, in a service's migration (`op` is Alembic's)."""
    for statement in _TABLES:
        op.execute(statement)


async def note(
    conn: asyncpg.Connection,
    *,
    account: str,
    person: str,
    name: str,
    roles: Collection[str],
    institution: str,
    now: datetime,
) -> None:
    """Somebody has called, with these roles; of the bureau's people the institution says the pools."""
    await conn.execute(
        """insert into people_seen (account, person, name, roles, institution, pools, first_seen_at,
                                    last_seen_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7)
           on conflict (account) do update set person = excluded.person, name = excluded.name,
               roles = excluded.roles, institution = excluded.institution, pools = excluded.pools,
               last_seen_at = greatest(people_seen.last_seen_at, excluded.last_seen_at)""",
        account,
        person,
        name,
        sorted(roles),
        str(institution),
        pools_of(institution).split(","),
        now,
    )


async def page(
    conn: asyncpg.Connection,
    *,
    institution: str,
    after: str,
    limit: int,
    words: str = "",
    role: str = "",
) -> list[asyncpg.Record]:
    """People by account, of one institution or ("") of all that may be seen, behind `after`; of a role,
    and with these words in name or account, where they are given."""
    found: list[asyncpg.Record] = await conn.fetch(
        """select account, person, name, roles, institution, pools, first_seen_at, last_seen_at
           from people_seen where ($1 = '' or institution = $1) and account > $2
             and ($4 = '' or name ilike $5 or account ilike $5 or person ilike $5)
             and ($6 = '' or $6 = any (roles))
           order by account limit $3""",
        institution,
        after,
        limit,
        words,
        containing(words),
        role,
    )
    return found


async def institution_of(conn: asyncpg.Connection, person: str) -> str | None:
    """Whose people somebody belonged to when he was last seen; None for whom nobody has seen."""
    found: str | None = await conn.fetchval(
        """select institution from people_seen where person = $1 or account = $1
           order by last_seen_at desc limit 1""",
        person,
    )
    return found
