"""That a pledged right is endangered: told once; and what the bank did about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.applications.tables.facts import RIGHT_ALERTS
from shared.life_cycle import Person
from shared.postgres.touched import touch


async def lock_look(conn: asyncpg.Connection) -> tuple[date | None, int]:
    """The day of the last look and the last statement it saw; until the transaction ends nobody
    else looks."""
    row = await conn.fetchrow("select day, seen from right_looks for update")
    return row["day"], row["seen"]


async def said_so_far(conn: asyncpg.Connection) -> int:
    """Grows with everything that is said of a right or laid upon one."""
    count: int = await conn.fetchval(
        """select coalesce((select max(statement_no) from right_statements), 0)
                + (select count(*) from right_burdens) + (select count(*) from right_burden_ends)"""
    )
    return count


async def looked(conn: asyncpg.Connection, day: date, seen: int) -> None:
    """A look is over."""
    await conn.execute("update right_looks set day = $1, seen = $2", day, seen)


async def add(
    conn: asyncpg.Connection, alerts: Sequence[dict[str, Any]]
) -> set[tuple[UUID, int, str, date]]:
    """Keep these alerts; the answer are those that are new, each of which is to be told."""
    rows = await conn.fetch(
        """insert into right_alerts
               (id, application_id, collateral_no, bank_code, kind, number, nice_class, code,
                due_on, until, zh, en, found_on)
           select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[],
                                $6::text[], $7::int[], $8::text[], $9::date[], $10::date[],
                                $11::text[], $12::text[], $13::date[])
           on conflict (application_id, collateral_no, code, due_on) do nothing
           returning application_id, collateral_no, code, due_on""",
        *([one[name] for one in alerts]
          for name in ("id", "application_id", "collateral_no", "bank_code", "kind", "number",
                       "nice_class", "code", "due_on", "until", "zh", "en", "found_on")),
    )  # fmt: skip
    touch(conn, RIGHT_ALERTS, loans=[row["application_id"] for row in rows])
    return {tuple(row) for row in rows}


async def bank_of(conn: asyncpg.Connection, alert_id: UUID) -> str | None:
    """Whose loan an alert is about; None where there is none, or it is another bank's."""
    found: str | None = await conn.fetchval(
        "select bank_code from right_alerts where id = $1", alert_id
    )
    return found


async def add_measure(
    conn: asyncpg.Connection,
    measure_id: UUID,
    alert_id: UUID,
    *,
    bank_code: str,
    measure: str,
    note: str,
    taken_on: date,
    by: Person,
    now: datetime,
) -> None:
    """Keep what a bank has done about an alert."""
    loan_id = await conn.fetchval(
        """insert into right_measures
               (id, alert_id, bank_code, measure, note, taken_on, said_by, said_by_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           returning (select application_id from right_alerts where id = alert_id)""",
        measure_id, alert_id, bank_code, measure, note, taken_on, by.subject, by.name, now,
    )  # fmt: skip
    touch(conn, RIGHT_ALERTS, loans=[loan_id])
