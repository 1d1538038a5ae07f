"""What must be met before a loan is paid out: entered, answered, confirmed or refused."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from shared.auth.identity import Identity
from shared.life_cycle import Row


async def drop_conditions(conn: asyncpg.Connection, case_id: UUID, *, now: datetime) -> None:
    """Those of an earlier opinion count no more."""
    await conn.execute(
        "update conditions set dropped_at = $2 where application_id = $1 and dropped_at is null",
        case_id,
        now,
    )


async def add_conditions(
    conn: asyncpg.Connection, case: Row, texts: Sequence[str], *, by: Identity, now: datetime
) -> None:
    """Further ones of a locked case, numbered on."""
    await conn.execute(
        """insert into conditions (application_id, condition_no, bank_code, text, entered_by,
                                   entered_name, entered_at)
           select $1, known.last + n, $2, said, $4, $5, $6
           from unnest($3::text[]) with ordinality as new (said, n),
                (select coalesce(max(condition_no), 0) as last from conditions
                 where application_id = $1) as known""",
        case["id"],
        case["bank_code"],
        list(texts),
        by.subject,
        by.name,
        now,
    )


async def condition_texts(conn: asyncpg.Connection, case_id: UUID) -> tuple[str, ...]:
    """Those that count, in their order."""
    rows = await conn.fetch(
        "select text from conditions where application_id = $1 and dropped_at is null"
        " order by condition_no",
        case_id,
    )
    return tuple(row["text"] for row in rows)


async def condition(conn: asyncpg.Connection, case_id: UUID, no: int) -> asyncpg.Record | None:
    """One that counts, of a locked case."""
    return await conn.fetchrow(
        "select * from conditions where application_id = $1 and condition_no = $2"
        " and dropped_at is null",
        case_id,
        no,
    )


async def answer_condition(
    conn: asyncpg.Connection, row: Row, *, text: str, document_id: UUID | None, by: Identity,
    now: datetime,
) -> None:  # fmt: skip
    """Somebody says by what it is met; the last word counts."""
    await conn.execute(
        """update conditions set answer = $3, document_id = $4, answered_by = $5,
                                 answered_name = $6, answered_at = $7, refused_reason = ''
           where application_id = $1 and condition_no = $2""",
        row["application_id"], row["condition_no"], text, document_id, by.subject, by.name, now,
    )  # fmt: skip


async def confirm_condition(
    conn: asyncpg.Connection, row: Row, *, by: Identity, now: datetime
) -> None:
    """It is met."""
    await conn.execute(
        """update conditions set confirmed_by = $3, confirmed_name = $4, confirmed_at = $5
           where application_id = $1 and condition_no = $2""",
        row["application_id"],
        row["condition_no"],
        by.subject,
        by.name,
        now,
    )


async def refuse_condition(conn: asyncpg.Connection, row: Row, *, reason: str) -> None:
    """What was said does not meet it: it is to be answered again."""
    await conn.execute(
        """update conditions set refused_reason = $3, answered_by = null, answered_name = null,
                                 answered_at = null
           where application_id = $1 and condition_no = $2""",
        row["application_id"],
        row["condition_no"],
        reason,
    )
