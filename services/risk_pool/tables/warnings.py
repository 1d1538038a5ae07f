"""What is written of warnings: their rows, many at a time, their measures, and their moves.

Whoever writes holds the pool's lock, so that of two signs at once the second one finds the first.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.warning import LIFE_CYCLE
from services.risk_pool.domain.warning_signs import Sign
from shared.life_cycle import Person, Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(warning: Row) -> dict[str, Any]:
    """What every event of a warning says of it."""
    said = ("pool_code", "bank_code", "loan_id", "borrower_name", "cause", "level")
    named = {"warning_id": warning["id"], "number": warning["loan_number"]}
    return named | {name: warning[name] for name in said}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="warning",
    table="warnings",
    columns={
        "level": "text",
        "facts": "jsonb",
        "seen": "text",
        "times": "integer",
        "raised_on": "date",
        "measures_open": "integer",
        "conclusion": "text",
        "conclusion_reason": "text",
        "claim_number": "text",
        "concluded_by": "text",
        "concluded_name": "text",
        "concluded_on": "date",
    },
    about=about,
    absent=Words("没有该风险预警", "There is no such warning."),
    waits=CasesWait(
        topic="risk_pool",
        number="coalesce(nullif(k.loan_number, ''), nullif(k.borrower_name, ''), k.bank_code)",
        loan="k.loan_id",
        firm="k.borrower_name",
        page="'/warnings/' || k.id",
    ),
)

_RAISED = (
    ("id", "uuid"), ("pool_code", "text"), ("bank_code", "text"), ("about", "text"),
    ("loan_id", "uuid"), ("loan_number", "text"), ("borrower_uscc", "text"),
    ("borrower_name", "text"), ("cause", "text"), ("level", "text"), ("facts", "jsonb"),
    ("text", "text"), ("by_hand", "boolean"), ("seen", "text"), ("state", "text"),
    ("state_since", "timestamptz"), ("due_on", "date"), ("raised_by", "text"),
    ("raised_name", "text"), ("raised_at", "timestamptz"), ("raised_on", "date"),
)  # fmt: skip
_RAISE = f"""
    insert into warnings ({", ".join(name for name, _ in _RAISED)})
    select * from unnest({", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(_RAISED, 1))})
"""


async def insert(conn: asyncpg.Connection, warnings: Sequence[Mapping[str, Any]]) -> None:
    """Keep warnings as they were raised."""
    await conn.execute(_RAISE, *([one[name] for one in warnings] for name, _ in _RAISED))


async def kept(
    conn: asyncpg.Connection, signs: Sequence[Sign]
) -> dict[tuple[str, str, str, str], asyncpg.Record]:
    """The warnings that the service has raised for these signs, by their keys, locked."""
    rows = await conn.fetch(
        """select kept.* from warnings as kept
           join unnest($1::text[], $2::text[], $3::text[], $4::text[])
                as sign (pool_code, bank_code, about, cause)
             using (pool_code, bank_code, about, cause)
           where not kept.by_hand order by kept.id for update of kept""",
        *zip(*(sign.key for sign in signs), strict=True),
    )
    return {(row["pool_code"], row["bank_code"], row["about"], row["cause"]): row for row in rows}


async def note(conn: asyncpg.Connection, noted: Sequence[tuple[UUID, Sign]]) -> None:
    """The cause of open warnings has come again: they say so, with the figures of now."""
    await conn.execute(
        """update warnings as kept
           set level = sign.level, facts = sign.facts, seen = sign.seen, times = kept.times + 1
           from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[])
                as sign (id, level, facts, seen)
           where kept.id = sign.id""",
        [one for one, _ in noted],
        [sign.level for _, sign in noted],
        [dict(sign.facts) for _, sign in noted],
        [sign.seen for _, sign in noted],
    )


async def add_measure(
    conn: asyncpg.Connection,
    warning: Row,
    *,
    text: str,
    by_whom: str,
    until: date,
    by: Person,
    now: datetime,
) -> None:
    """One more measure, with the next number. The warning is locked."""
    await conn.execute(
        """insert into warning_measures (warning_id, number, bank_code, text, by_whom, until,
                                         added_by, added_name, added_at)
           select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8
           from warning_measures where warning_id = $1""",
        warning["id"],
        warning["bank_code"],
        text,
        by_whom,
        until,
        by.subject,
        by.name,
        now,
    )


async def measure(conn: asyncpg.Connection, warning_id: UUID, number: int) -> asyncpg.Record | None:
    """A measure of a locked warning; None where there is none of this number."""
    return await conn.fetchrow(
        "select * from warning_measures where warning_id = $1 and number = $2", warning_id, number
    )


async def complete(
    conn: asyncpg.Connection,
    warning_id: UUID,
    number: int,
    *,
    done_on: date,
    note: str,
    papers: Sequence[Mapping[str, Any]],
    by: Person,
) -> None:
    """A measure is done."""
    await conn.execute(
        """update warning_measures
           set done_on = $3, done_note = $4, papers = $5, done_by = $6, done_name = $7
           where warning_id = $1 and number = $2""",
        warning_id,
        number,
        done_on,
        note,
        list(papers),
        by.subject,
        by.name,
    )


async def looked_back(conn: asyncpg.Connection, pool_code: str, *, now: datetime) -> bool:
    """Note that a pool's loans were looked back at; False: they were before."""
    status: str = await conn.execute(
        "insert into warning_looks (pool_code, looked_at) values ($1, $2) on conflict do nothing",
        pool_code,
        now,
    )
    return status.endswith(" 1")
