"""What is said of rights: added to the register, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.right_facts import FIELDS, Said
from services.applications.domain.submission import RightKey
from services.applications.tables.facts import OWNERS_SAID
from services.applications.tables.right_rows import RightStatementRow
from services.applications.tables.rows import types_of
from shared import canonical
from shared.life_cycle import Person
from shared.postgres import known_names
from shared.postgres.database import seeing_everything
from shared.postgres.touched import touch

_KNOWN: Final = """
insert into rights (kind, number, nice_class, first_seen_at)
select kind, number, nice_class, $4
from unnest($1::text[], $2::text[], $3::int[]) as right_ (kind, number, nice_class)
order by kind, number, nice_class
on conflict do nothing
"""
_KEY: Final = ("kind", "number", "nice_class")
_TYPES: Final = types_of(RightStatementRow)
_SAID: Final = (
    *_KEY, "number_as_given", "source", "reference", "as_of", "document_id", "note",
    *FIELDS, "name_canonical", "owner_name_canonical",
)  # fmt: skip
_ADD: Final = f"""
insert into right_statements ({", ".join(_SAID)}, bank_code, said_by, said_by_name, said_at)
select {", ".join(_SAID)}, ${len(_SAID) + 1}, ${len(_SAID) + 2}, ${len(_SAID) + 3}, ${len(_SAID) + 4}
from unnest({", ".join(f"${n}::{_TYPES[name]}[]" for n, name in enumerate(_SAID, 1))})
    with ordinality as said ({", ".join(_SAID)}, place)
order by place
"""
_OF_CASES: Final = """
select c.kind, c.number, c.nice_class, c.bank_code, c.application_id, a.number as reference,
       a.submitted_by, c.number_as_given, c.name, c.owner_uscc, c.owner_name, c.filed_on,
       c.expires_on
from collateral as c join applications as a on a.id = c.application_id
where c.application_id = any($1::uuid[]) and c.revision = a.revision
order by c.kind, c.number, c.nice_class
"""
_ADD_OF_CASE: Final = """
insert into right_statements
    (kind, number, nice_class, bank_code, source, reference, application_id, as_of, said_by,
     said_by_name, said_at, number_as_given, name, name_canonical, owner_uscc, owner_name,
     owner_name_canonical, filed_on, expires_on)
values ($1, $2, $3, $4, 'case', $5, $6, ($7::timestamptz at time zone 'Asia/Shanghai')::date, $8,
        $8, $7, $9, $10, $11, $12, $13, $14, $15, $16)
"""

_PLEDGED_IN: Final = """
select distinct c.application_id
from unnest($1::text[], $2::text[], $3::int[]) as asked (kind, number, nice_class)
cross join lateral (
    select application_id from collateral as c
    where (c.kind, c.number, c.nice_class) = (asked.kind, asked.number, asked.nice_class)
    offset 0) as c
"""


async def add(
    conn: asyncpg.Connection, said: Sequence[Said], *, bank_code: str, by: Person, now: datetime
) -> None:
    """Keep what a source says of rights; a right that nobody knew is in the register from now on."""
    keys = sorted({one.key for one in said})
    await conn.execute(_KNOWN, *([key[n] for key in keys] for n in range(3)), now)
    await conn.execute(
        _ADD,
        *([_value(one, name) for one in said] for name in _SAID),
        bank_code,
        by.subject,
        by.name,
        now,
    )
    named = [one.key for one in said if one.owner_name is not None]
    touch(conn, OWNERS_SAID, loans=await _pledged_in(conn, named))
    await known_names.keep(
        conn, [name for one in said for name in (one.name_canonical, one.owner_name_canonical)]
    )


async def _pledged_in(conn: asyncpg.Connection, keys: Sequence[RightKey]) -> list[UUID]:
    """The cases, whosever they are, that these rights are pledged in."""
    if not keys:
        return []
    async with seeing_everything(conn):
        rows = await conn.fetch(_PLEDGED_IN, *([key[n] for key in keys] for n in range(3)))
    return [row["application_id"] for row in rows]


def _value(said: Said, name: str) -> Any:
    return getattr(said.key if name in _KEY else said, name)


async def of_cases(conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime) -> None:
    """Keep what cases say of their rights that did not come by a submission."""
    rows = await conn.fetch(_OF_CASES, case_ids)
    keys = [(row["kind"], row["number"], row["nice_class"]) for row in rows]
    await conn.execute(_KNOWN, *([key[n] for key in keys] for n in range(3)), now)
    await conn.executemany(
        _ADD_OF_CASE,
        [
            (
                row["kind"], row["number"], row["nice_class"], row["bank_code"], row["reference"],
                row["application_id"], now, row["submitted_by"], row["number_as_given"],
                row["name"], canonical.words(row["name"]), row["owner_uscc"], row["owner_name"],
                canonical.name(row["owner_name"]), row["filed_on"], row["expires_on"],
            )
            for row in rows
        ],
    )  # fmt: skip
    names = [canonical.words(row["name"]) for row in rows]
    await known_names.keep(conn, names + [canonical.name(row["owner_name"]) for row in rows])
