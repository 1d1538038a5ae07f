"""Notes, letters and answers of cases: only added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.tables.facts import LETTERS
from shared.auth.identity import Identity
from shared.postgres.database import EVERYWHERE
from shared.postgres.touched import touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What somebody writes on a case."""

    kind: str
    text: str
    bank_code: str = EVERYWHERE
    """Whose row it is: a note is the bureau's own."""
    answers: UUID | None = None
    mentions: Sequence[str] = ()
    document_id: UUID | None = None
    due_on: date | None = None


async def add_letter(
    conn: asyncpg.Connection, case_id: UUID, letter: Letter, *, by: Identity, now: datetime
) -> UUID:
    """Keep it."""
    letter_id = uuid7()
    await conn.execute(
        """insert into case_letters (id, application_id, bank_code, kind, answers, text, mentions,
                                     document_id, due_on, subject, name, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        letter_id, case_id, letter.bank_code, letter.kind, letter.answers, letter.text,
        list(letter.mentions), letter.document_id, letter.due_on, by.subject, by.name, now,
    )  # fmt: skip
    touch(conn, LETTERS, loans=[case_id])
    return letter_id


async def letter_of(
    conn: asyncpg.Connection, case_id: UUID, letter_id: UUID
) -> asyncpg.Record | None:
    """A letter to the bank, of a case."""
    return await conn.fetchrow(
        "select * from case_letters where application_id = $1 and id = $2 and kind = 'letter'",
        case_id,
        letter_id,
    )


async def unknown_mentions(conn: asyncpg.Connection, subjects: Sequence[str]) -> list[str]:
    """Those of them who were never seen here."""
    rows = await conn.fetch(
        "select named from unnest($1::text[]) as named"
        " where not exists (select from staff where subject = named)",
        list(subjects),
    )
    return [row["named"] for row in rows]
