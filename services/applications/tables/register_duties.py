"""What the registers have still to enter, kept with its last day."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

_COLUMNS: Final = {
    "application_id": "uuid",
    "collateral_no": "int",
    "duty": "text",
    "bank_code": "text",
    "pool_code": "text",
    "since": "date",
    "is_fixed": "boolean",
    "due_on": "date",
    "name_before": "text",
    "name_after": "text",
}
_FORGET: Final = "delete from register_duties where application_id = any($1::uuid[])"
_KEEP: Final = f"""
insert into register_duties ({", ".join(_COLUMNS)})
select * from unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_COLUMNS.values(), 1))})
-- What is said of an owner touches cases that nobody has locked: the last who looked is right. In the order
-- of the key, so that two wait and never deadlock.
order by 1, 2, 3
on conflict (application_id, collateral_no, duty) do update
    set {", ".join(f"{name} = excluded.{name}" for name in list(_COLUMNS)[3:])}
"""
_NEXT: Final = """
select began_at, after from register_duties_to_count
order by began_at limit 1 for update skip locked
"""


async def replace(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], duties: Sequence[Mapping[str, Any]]
) -> None:
    """Keep what is open of these cases, instead of what was."""
    await conn.execute(_FORGET, case_ids)
    if duties:
        await conn.execute(_KEEP, *([one[name] for one in duties] for name in _COLUMNS))


async def count_anew(conn: asyncpg.Connection) -> None:
    """The last days of all that is open are to be counted anew."""
    await conn.execute(
        "insert into register_duties_to_count (began_at) values (clock_timestamp()) "
        "on conflict do nothing"
    )


async def next_to_count(conn: asyncpg.Connection) -> asyncpg.Record | None:
    """A counting that is not done, locked, and behind which case it is; None where there is none, or
    others are at it."""
    return await conn.fetchrow(_NEXT)


async def counted(
    conn: asyncpg.Connection, counting: Mapping[str, Any], *, after: UUID | None
) -> None:
    """It has come so far; None: it is done."""
    if after is None:
        await conn.execute(
            "delete from register_duties_to_count where began_at = $1", counting["began_at"]
        )
        return
    await conn.execute(
        "update register_duties_to_count set after = $2 where began_at = $1",
        counting["began_at"],
        after,
    )
