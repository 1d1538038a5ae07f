"""Pledges of loans, as applications tells of them: kept as they stand last."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

_COLUMNS: Final = (
    "pledge_id", "loan_id", "pool_code", "bank_code", "kind", "number", "number_canonical",
    "nice_class", "name", "owner_name", "registry", "registration_no", "registered_on",
    "term_until", "ended_on", "how_ended",
)  # fmt: skip
_TYPES: Final = (
    "uuid", "uuid", "text", "text", "text", "text", "text", "int", "text", "text", "text", "text",
    "date", "date", "date", "text",
)  # fmt: skip
_KEEP: Final = f"""
insert into loan_pledges ({", ".join(_COLUMNS)}, heard_at)
select new.*, ${len(_COLUMNS) + 1}
from unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, start=1))}) as new
on conflict (pledge_id) do update
    set registration_no = excluded.registration_no, name = excluded.name,
        owner_name = excluded.owner_name, term_until = excluded.term_until,
        ended_on = excluded.ended_on, how_ended = excluded.how_ended, heard_at = excluded.heard_at
"""


async def keep(
    conn: asyncpg.Connection, pledges: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Keep each of these pledges, by the names of the columns; of one that comes twice the last."""
    last = {one["pledge_id"]: one for one in pledges}.values()
    if last:
        await conn.execute(_KEEP, *([one[name] for one in last] for name in _COLUMNS), now)
