"""Firms on lists, as applications tells of them: entries of a bank's firms, and how they ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

_KEEP: Final = """
insert into listed_firms as kept
    (entry_id, bank_code, borrower_uscc, list_name, listed_on, list_date, source, ended_on, why,
     heard_at)
select new.*, $10 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[],
                              $6::date[], $7::text[], $8::date[], $9::text[]) as new
on conflict (entry_id, bank_code, borrower_uscc) do update
    set ended_on = excluded.ended_on, why = excluded.why, heard_at = excluded.heard_at
"""


async def keep(conn: asyncpg.Connection, told: Sequence[tuple[Any, ...]], *, now: datetime) -> None:
    """Keep what was told last of each of these entries: entry, bank, firm, list, its days and
    source, when it ended (None: it stands) and why."""
    last = {one[:3]: one for one in told}
    await conn.execute(_KEEP, *zip(*last.values(), strict=True), now)
