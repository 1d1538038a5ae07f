"""Every name that was said in a service, found by any part of it: what searches by words begin with.

A name stands here in its canonical form, written by the statement that writes what bears it. Of whom it is
does not: who may see that, its own table says, and is asked by the whole name, for which row-level security
lets an index be used; for `like` it does not (docs/decisions/0048-searches.md).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from shared.postgres.literals import containing

MOST: Final = 2_000
"""Of more names with the same part none is told: what they name is met soon on the way through a list."""

_TABLE: Final = (
    # Not unique: who says the same name for the first time at the same moment waits for nobody.
    "create table known_names (name text not null)",
    "create index known_names_by_name on known_names (name)",
    """
    create function parts_of_name(name text) returns text[]
    language sql immutable strict parallel safe as $$
        select array(select substr(spelled, at, 2)
                     from replace(name, ' ', '') as spelled,
                          generate_series(1, length(spelled) - 1) as at)
    $$
    """,
)
_BY_PART: Final = "create index known_names_by_part on known_names using gin (parts_of_name(name))"
_FOUND: Final = f"""
select distinct name from (
    select name from known_names
    where parts_of_name(name) @> $1::text[] and replace(name, ' ', '') like $2
    limit {MOST + 1}
) as found
"""


def create(op: Any, *, said: str) -> None:
    """The table, in a migration (`op` is Alembic's), with every name that a query on the service's own
    tables gives. The index by parts comes last: it is built once, not row by row."""
    for statement in _TABLE:
        op.execute(statement)
    op.execute(
        f"insert into known_names select distinct name from ({said}) as said where name <> ''"
    )
    op.execute(_BY_PART)


def kept(names: str) -> str:
    """The statement that keeps names that are new: what a query gives in a column `name`."""
    return f"""
    insert into known_names
    select distinct name from ({names}) as said
    where name <> '' and not exists (select from known_names as same where same.name = said.name)
    """


_KEPT: Final = kept("select * from unnest($1::text[]) as said (name)")


async def keep(conn: asyncpg.Connection, names: Iterable[str | None]) -> None:
    """Keep those of these names that are new."""
    await conn.execute(_KEPT, [name for name in names if name])


async def containing_part(conn: asyncpg.Connection, words: str) -> Sequence[str] | None:
    """The names that contain this part, in its canonical form; None where they are too many to be
    told, and for a single sign, which is in everything."""
    if len(words) < 2:
        return None
    parts = sorted({words[at : at + 2] for at in range(len(words) - 1)})
    rows = await conn.fetch(_FOUND, parts, containing(words))
    return None if len(rows) > MOST else [row["name"] for row in rows]
