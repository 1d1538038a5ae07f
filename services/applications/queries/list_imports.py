"""Lists of dishonest or abnormal firms that were brought in; for the bureau alone."""

from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.listed_firms import Why
from shared.refusals import NotFound

_REMOVED: Final[Why] = "removed"
_NOT_NAMED: Final[Why] = "not_named"
_LISTS: Final = """
select f.*, i.list_name, i.list_date, i.source, i.whole, i.document_id as evidence_id,
       exists (select from list_editions as e where e.import_id = f.id) as is_edition,
       (select count(*) from listed_firms as e where e.import_id = f.id) as kept,
       ends.ended, ends.no_longer_named
from list_imports as i join bulk_files as f on f.id = i.id
cross join lateral (
    select count(*) filter (where x.why = $1 and e.import_id <> f.id) as ended,
           count(*) filter (where x.why = $2) as no_longer_named
    from listed_firm_ends as x join listed_firms as e on e.id = x.entry_id
    where x.import_id = f.id) as ends
"""


async def imports(
    conn: asyncpg.Connection, *, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """What was brought in, the last first, below an id."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_LISTS} where $3::uuid is null or f.id < $3 order by f.id desc limit $4",
        _REMOVED, _NOT_NAMED, before, limit,
    )  # fmt: skip
    return rows


async def one(conn: asyncpg.Connection, import_id: UUID) -> asyncpg.Record:
    """One of them. Raises NotFound."""
    row = await conn.fetchrow(f"{_LISTS} where f.id = $3", _REMOVED, _NOT_NAMED, import_id)
    if row is None:
        raise NotFound("没有这次导入", "There is no such import.")
    return row
