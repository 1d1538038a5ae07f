"""Calls for cover: what is written of one and of its measures, and its moves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.cover_call import LIFE_CYCLE, LIVE, MeasureTaken
from services.applications.tables.cases import move_up
from shared.auth.identity import Identity
from shared.life_cycle import Row, Words
from shared.postgres.literals import literals
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def _about(row: Row) -> Mapping[str, Any]:
    names = ("bank_code", "pool_code", "borrower_uscc", "borrower_name")
    return {
        "loan_id": row["application_id"],
        "number": row["case_number"],
        **{name: row[name] for name in names},
        "call_id": row["id"],
        "cover_by": row["cover_by"],
    }


COVER_CALLS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="cover_call",
    table="cover_calls",
    columns={
        "shortfall_fen": "bigint", "times": "int", "cured_on": "date", "asked_on": "date",
        "cover_by": "date", "overdue_told": "date", "outcome": "text",
        "outcome_reason": "text", "proposed_by": "text", "proposed_name": "text",
        "concluded_by": "text", "concluded_name": "text", "concluded_on": "date",
    },
    about=_about,
    absent=Words("没有这项补足担保通知", "There is no such call for cover."),
    waits=CasesWait(
        topic="applications",
        number="a.number",
        pool="a.pool_code",
        loan="a.id",
        joined="join applications a on a.id = k.application_id",
        firm="a.borrower_name",
        amount="k.shortfall_fen",
        page="'/register/cover-calls/' || k.id",
    ),
)  # fmt: skip

_WITH_ITS_CASE: Final = """
select c.*, a.number as case_number, a.pool_code, a.borrower_uscc, a.borrower_name
from cover_calls as c join applications as a on a.id = c.application_id
"""


async def insert(conn: asyncpg.Connection, call: Mapping[str, Any]) -> None:
    """Keep a call for a locked case. Collides with `cover_calls_one_live`."""
    names = (
        "id", "application_id", "bank_code", "cover_by", "reason", "asked_on", "asked_by",
        "asked_name", "asked_of", "shortfall_fen", "looked_at", "state", "state_since", "due_on",
    )  # fmt: skip
    await conn.execute(
        f"""insert into cover_calls ({", ".join(names)})
            values ({", ".join(f"${n}" for n in range(1, len(names) + 1))})""",
        *(call[name] for name in names),
    )


async def case_of(conn: asyncpg.Connection, call_id: UUID) -> UUID | None:
    """The case of a call; it is locked before the call is."""
    found: UUID | None = await conn.fetchval(
        "select application_id from cover_calls where id = $1", call_id
    )
    return found


async def locked(conn: asyncpg.Connection, call_id: UUID) -> asyncpg.Record:
    """The row, locked, with what its case says of itself."""
    return await conn.fetchrow(f"{_WITH_ITS_CASE} where c.id = $1 for update of c", call_id)


async def live_of_case(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record | None:
    """The call of a loan that has not come to its end."""
    return await conn.fetchrow(
        f"select id, state from cover_calls where application_id = $1"
        f" and state in ({literals(LIVE)})",
        case_id,
    )


async def locked_live(
    conn: asyncpg.Connection, *, after: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Calls behind `after` that have not come to their end and that nobody is working on, locked."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""{_WITH_ITS_CASE}
            where c.state in ({literals(LIVE)}) and ($1::uuid is null or c.id > $1)
            order by c.id limit $2 for update of c skip locked""",
        after,
        limit,
    )
    return rows


async def looked(
    conn: asyncpg.Connection, shortfalls: Mapping[UUID, int], *, now: datetime
) -> None:
    """What was short at the last look."""
    await conn.execute(
        """update cover_calls as c set shortfall_fen = said.fen, looked_at = $3
           from unnest($1::uuid[], $2::bigint[]) as said (id, fen)
           where c.id = said.id and c.shortfall_fen <> said.fen""",
        list(shortfalls),
        list(shortfalls.values()),
        now,
    )


async def short_of_firms(
    conn: asyncpg.Connection, calls: Sequence[Row]
) -> dict[tuple[str, str], tuple[int, int]]:
    """(Bank, firm) of these calls → how many of the firm's loans at the bank are short on a call, and
    of how many fen together, at the last look."""
    rows = await conn.fetch(
        f"""select c.bank_code, a.borrower_uscc, count(*) as calls,
                   sum(c.shortfall_fen)::bigint as fen
            from cover_calls as c join applications as a on a.id = c.application_id
            where c.state in ({literals(LIVE)}) and c.shortfall_fen > 0
              and (c.bank_code, a.borrower_uscc) in (
                  select * from unnest($1::text[], $2::text[]))
            group by 1, 2""",
        [call["bank_code"] for call in calls],
        [call["borrower_uscc"] for call in calls],
    )
    return {(row["bank_code"], row["borrower_uscc"]): (row["calls"], row["fen"]) for row in rows}


async def told_overdue(conn: asyncpg.Connection, call_ids: Sequence[UUID], *, on: date) -> None:
    """That their day has passed was told."""
    await conn.execute(
        "update cover_calls set overdue_told = $2 where id = any($1::uuid[])", call_ids, on
    )


async def add_measure(
    conn: asyncpg.Connection, measure_id: UUID, call: Row, taken: MeasureTaken, *,
    document_ids: Sequence[UUID], by: Identity, now: datetime,
) -> None:  # fmt: skip
    """Keep what a bank has done."""
    await conn.execute(
        """insert into cover_measures
               (id, call_id, application_id, bank_code, measure, taken_on, note, amount_fen,
                right_kind, right_number, nice_class, right_name, registration_no, document_ids,
                said_by, said_name, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)""",
        measure_id, call["id"], call["application_id"], call["bank_code"], taken.kind,
        taken.taken_on, taken.note, taken.amount_fen, *(taken.right or (None, None, None)),
        taken.right_name, taken.registration_no, document_ids, by.subject, by.name, now,
    )  # fmt: skip


async def measure_of(
    conn: asyncpg.Connection, call_id: UUID, measure_id: UUID
) -> asyncpg.Record | None:
    """A measure of a locked call."""
    return await conn.fetchrow(
        "select * from cover_measures where id = $2 and call_id = $1", call_id, measure_id
    )


async def judge(
    conn: asyncpg.Connection, measure_id: UUID, *, is_accepted: bool, counted_fen: int | None,
    opinion: str, by: Identity, now: datetime,
) -> None:  # fmt: skip
    """It counts from now on, or does not."""
    await conn.execute(
        """update cover_measures
           set is_accepted = $2, counted_fen = $3, opinion = $4, judged_by = $5, judged_name = $6,
               judged_at = $7
           where id = $1""",
        measure_id, is_accepted, counted_fen, opinion, by.subject, by.name, now,
    )  # fmt: skip


async def release(
    conn: asyncpg.Connection, measure_id: UUID, *, on: date, reason: str, by: Identity
) -> None:
    """It counts no more."""
    await conn.execute(
        """update cover_measures set released_on = $2, released_reason = $3, released_name = $4
           where id = $1""",
        measure_id,
        on,
        reason,
        by.name,
    )


async def hold_right(conn: asyncpg.Connection, case_id: UUID, measure: MeasureTaken) -> bool:
    """Take a right for a loan; False: the right is taken. Whose it is, is nobody's business."""
    assert measure.right is not None
    status: str = await conn.execute(
        """insert into held_rights (kind, number, nice_class, application_id)
           values ($1, $2, $3, $4) on conflict do nothing""",
        *measure.right,
        case_id,
    )
    return status.endswith(" 1")


async def let_right_go(conn: asyncpg.Connection, measure: Row, *, now: datetime) -> None:
    """The right may be pledged elsewhere; who stands behind moves up."""
    freed = await conn.fetch(
        """delete from held_rights
           where application_id = $1 and (kind, number, nice_class) = ($2, $3, $4)
           returning kind, number, nice_class, place, rank""",
        *(measure[name] for name in ("application_id", "right_kind", "right_number", "nice_class")),
    )
    await move_up(conn, freed, now=now)
