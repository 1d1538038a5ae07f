"""What is said of parks: only added to."""

from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from shared import canonical
from shared.life_cycle import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkSaid:
    """A park as somebody enters it."""

    code: str
    name: str
    area: str
    """GB/T 2260, six digits."""
    valid_from: date
    valid_to: date | None = None


async def say(conn: asyncpg.Connection, park: ParkSaid, *, by: Person, now: datetime) -> bool:
    """Keep what is said of a park, unless it was said already: then False."""
    await conn.execute("select pg_advisory_xact_lock(hashtext($1))", f"park {park.code}")
    last = await conn.fetchrow(
        "select * from park_statements where code = $1 order by edition desc limit 1", park.code
    )
    said = (park.name, park.area, park.valid_from, park.valid_to)
    if last and said == tuple(last[name] for name in ("name", "area", "valid_from", "valid_to")):
        return False
    await conn.execute(
        """insert into park_statements (code, edition, name, name_canonical, area, valid_from,
                                        valid_to, said_by, said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        park.code, last["edition"] + 1 if last else 1, park.name, canonical.name(park.name),
        park.area, park.valid_from, park.valid_to, by.subject, by.name, now,
    )  # fmt: skip
    return True
