"""Financing demands, their offers and answers: how they are kept, locked and moved on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.financing_demand import (
    CASE_CAME_TO_NOTHING,
    LIFE_CYCLE,
    OPEN,
    AnswerGiven,
    State,
)
from services.applications.domain.numbers import case_number
from services.applications.tables.facts import OFFERS
from shared.life_cycle import Person, Row, Words
from shared.postgres.literals import literals
from shared.postgres.touched import touch
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

PREFIX: Final = "RZ"


def about(demand: Row) -> Mapping[str, Any]:
    """What every event of a demand says of it."""
    return {
        "demand_id": demand["id"],
        "number": demand["number"],
        "firm_uscc": demand["uscc"],
        "firm_name": demand["firm_name"],
        "amount_fen": demand["amount_fen"],
    }


# It is open to answers in one state.
_FACTS: Final[Mapping[str | None, str]] = {State.POSTED: OFFERS}

# The history is the bureau's own: it names banks that others must not know of.
DEMANDS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="financing_demand",
    table="financing_demands",
    bank=None,
    touches=_FACTS,
    named="number",
    columns={"matched_bank": "text", "application_id": "uuid", "ended_reason": "text"},
    about=about,
    absent=Words("没有这项融资需求", "There is no such demand."),
    waits=CasesWait(
        topic="applications",
        pool="''",
        bank="coalesce(k.matched_bank, '')",
        firm="k.firm_name",
        amount="k.amount_fen",
        page="'/demands/' || k.id",
    ),
)

_COLUMNS: Final = (
    "id", "number", "uscc", "firm_name", "park_code", "industry", "amount_fen", "term_months",
    "purpose", "note", "rights", "contact_name", "contact_phone", "posted_on", "posted_by",
    "posted_by_name", "import_id", "state", "state_since", "due_on",
)  # fmt: skip
_INSERT: Final = f"""
insert into financing_demands ({", ".join(_COLUMNS)})
values ({", ".join(f"${n}" for n, _ in enumerate(_COLUMNS, start=1))})
"""


async def next_number(conn: asyncpg.Connection, year: int) -> str:
    """The number of a new demand, e.g. "RZ-2026-000012"."""
    serial: int = await conn.fetchval(
        """insert into number_blocks as taken (prefix, year, next_serial) values ($1, $2, 2)
           on conflict (prefix, year) do update set next_serial = taken.next_serial + 1
           returning next_serial - 1""",
        PREFIX,
        year,
    )
    return case_number(PREFIX, year, serial)


async def insert(conn: asyncpg.Connection, demand: Mapping[str, Any]) -> None:
    """Keep a new demand."""
    await conn.execute(_INSERT, *(demand[name] for name in _COLUMNS))


async def locked(conn: asyncpg.Connection, demand_id: UUID) -> asyncpg.Record | None:
    """A demand that the caller may know of, locked."""
    return await conn.fetchrow(
        "select * from financing_demands where id = $1 for update", demand_id
    )


async def known_again(conn: asyncpg.Connection, uscc: str) -> set[tuple[Any, ...]]:
    """The demands of a firm of which something may still come, by what a row is known again. Until
    the transaction ends nobody else brings demands of this firm in."""
    await conn.execute("select pg_advisory_xact_lock(hashtext($1))", f"demands of {uscc}")
    rows = await conn.fetch(
        f"""select uscc, amount_fen, term_months, purpose from financing_demands
            where uscc = $1 and state in ({literals(OPEN)})""",
        uscc,
    )
    return {tuple(row) for row in rows}


async def offer(
    conn: asyncpg.Connection,
    demand_id: UUID,
    banks: Sequence[str],
    *,
    answer_by: date,
    by: Person,
    now: datetime,
) -> list[str]:
    """Offer a demand to these banks, or give them another day for the answer. The answer are the
    banks that have not answered yet."""
    await conn.execute(
        """insert into demand_offers
               (demand_id, bank_code, answer_by, offered_by, offered_by_name, offered_at)
           select $1, bank_code, $3, $4, $5, $6 from unnest($2::text[]) as bank_code
           on conflict (demand_id, bank_code) do update set answer_by = $3""",
        demand_id, list(banks), answer_by, by.subject, by.name, now,
    )  # fmt: skip
    await _touch(conn, demand_id)
    silent = await unanswered(conn, demand_id)
    return [bank for bank in banks if bank in silent]


async def unanswered(conn: asyncpg.Connection, demand_id: UUID) -> list[str]:
    """The banks that were offered a demand and have not answered."""
    rows = await conn.fetch(
        """select o.bank_code from demand_offers as o
           where o.demand_id = $1
             and not exists (select from demand_answers as a
                             where (a.demand_id, a.bank_code) = (o.demand_id, o.bank_code))
           order by o.bank_code""",
        demand_id,
    )
    return [row["bank_code"] for row in rows]


async def offered(conn: asyncpg.Connection, demand_id: UUID) -> dict[str, date]:
    """Bank → its day for the answer, of those that a demand is offered to."""
    rows = await conn.fetch(
        "select bank_code, answer_by from demand_offers where demand_id = $1 order by bank_code",
        demand_id,
    )
    return {row["bank_code"]: row["answer_by"] for row in rows}


async def takes_up(conn: asyncpg.Connection, demand_id: UUID, bank_code: str) -> bool:
    """Whether a bank's last word is that it takes the demand up."""
    return bool(
        await conn.fetchval(
            """select takes_up from demand_answers where (demand_id, bank_code) = ($1, $2)
               order by id desc limit 1""",
            demand_id,
            bank_code,
        )
    )


async def add_answer(
    conn: asyncpg.Connection,
    demand_id: UUID,
    bank_code: str,
    given: AnswerGiven,
    *,
    is_late: bool,
    by: Person,
    now: datetime,
) -> None:
    """Keep what a bank has said."""
    await conn.execute(
        """insert into demand_answers
               (id, demand_id, bank_code, takes_up, reason, quote_amount_fen, quote_rate_bp,
                quote_months, quote_until, note, is_late, answered_by, answered_by_name, answered_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        uuid7(), demand_id, bank_code, given.takes_up, given.reason, given.quote_amount_fen,
        given.quote_rate_bp, given.quote_months, given.quote_until, given.note, is_late,
        by.subject, by.name, now,
    )  # fmt: skip
    await _touch(conn, demand_id)


async def _touch(conn: asyncpg.Connection, demand_id: UUID) -> None:
    number = await conn.fetchval("select number from financing_demands where id = $1", demand_id)
    touch(conn, OFFERS, numbers=[number])


async def case_to_link(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record | None:
    """A case as a demand looks at it."""
    return await conn.fetchrow(
        """select a.id, a.number, a.bank_code, a.borrower_uscc, a.state,
                  exists (select from financing_demands as d where d.application_id = a.id) as taken
           from applications as a where a.id = $1""",
        case_id,
    )


async def overdue_answers(
    conn: asyncpg.Connection, *, today: date, limit: int
) -> list[asyncpg.Record]:
    """Demands whose day for answers is over and was not told of, locked, and noted as told."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from financing_demands
            where state = '{State.POSTED}' and due_on < $1
              and deadline_told is distinct from due_on
            order by id limit $2 for update skip locked""",
        today,
        limit,
    )
    await conn.execute(
        "update financing_demands set deadline_told = due_on where id = any($1::uuid[])",
        [row["id"] for row in rows],
    )
    return rows


async def whose_case_moved(conn: asyncpg.Connection, *, limit: int) -> list[asyncpg.Record]:
    """Demands whose case was lent upon, whose loan was taken back, or whose case came to nothing,
    locked, with what their case says."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select d.*, a.number as case_number, a.bank_code, a.state as case_state,
                   coalesce(l.amount_fen, 0)::bigint as lent_fen
            from financing_demands as d
            join applications as a on a.id = d.application_id
            left join loans as l on l.application_id = a.id
            where (d.state = '{State.IN_CASE}' and (l.application_id is not null
                       or a.state in ({literals(CASE_CAME_TO_NOTHING)})))
               or (d.state = '{State.LENT}' and l.application_id is null)
            order by d.id limit $1 for update of d skip locked""",
        limit,
    )
    return rows
