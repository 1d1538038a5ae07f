"""Who was reminded of what a month lacks."""

import asyncpg

from shared.months import Month


async def of_month(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> dict[tuple[str, str], list[asyncpg.Record]]:
    """(Party, code of the finding) → its reminders, the last first, as far as the institution may see
    them."""
    rows = await conn.fetch(
        """select party_code, code, count, reminded_on, at, by_name from month_reminders
           where pool_code = $1 and month = $2 order by at desc, id desc""",
        pool_code,
        str(month),
    )
    found: dict[tuple[str, str], list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault((row["party_code"], row["code"]), []).append(row)
    return found
