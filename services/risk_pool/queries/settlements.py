"""Settlements as they are answered: the month, its findings, movements, statements and lines."""

from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.month_figures import Movement
from services.risk_pool.domain.month_findings import MonthFinding
from services.risk_pool.domain.month_loans import LoanFigures
from shared.months import Month


async def find(conn: asyncpg.Connection, pool_code: str, month: Month) -> asyncpg.Record | None:
    """The settlement of a month; None where nobody has previewed it."""
    return await conn.fetchrow(
        "select * from settlements where pool_code = $1 and month = $2", pool_code, str(month)
    )


async def movements(conn: asyncpg.Connection, settlement_id: UUID) -> list[Movement]:
    """The stored movements, as far as the caller's institution may see them."""
    rows = await conn.fetch(
        """select account, kind, debited_fen, credited_fen, transfers
           from settlement_movements where settlement_id = $1 order by account, kind""",
        settlement_id,
    )
    return [Movement(**row) for row in rows]


async def findings(conn: asyncpg.Connection, settlement_id: UUID) -> list[MonthFinding]:
    """What the month lacked when it was previewed, as far as the institution may see it."""
    rows = await conn.fetch(
        """select code, blocking, zh, en, party_code, count, amount_fen, numbers
           from settlement_findings where settlement_id = $1
           order by blocking desc, code, party_code""",
        settlement_id,
    )
    return [MonthFinding(**{**row, "numbers": tuple(row["numbers"])}) for row in rows]


async def statements(conn: asyncpg.Connection, settlement_id: UUID) -> list[asyncpg.Record]:
    """What the month leaves each party, as far as the institution may see it."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select party_code, party_role, party_name, payable_fen, receivable_fen,
                  awaiting_payment_fen, earlier_fen, net_fen
           from settlement_statements where settlement_id = $1 order by party_code""",
        settlement_id,
    )
    return rows


async def statement_of(
    conn: asyncpg.Connection, settlement_id: UUID, party_code: str
) -> asyncpg.Record | None:
    """What the month leaves one party; None where the institution may see no such statement."""
    return await conn.fetchrow(
        """select party_code, party_role, party_name, payable_fen, receivable_fen,
                  awaiting_payment_fen, earlier_fen, net_fen
           from settlement_statements where settlement_id = $1 and party_code = $2""",
        settlement_id,
        party_code,
    )


_FIGURES = ", ".join(one.name for one in fields(LoanFigures))


async def loans(
    conn: asyncpg.Connection, settlement_id: UUID
) -> dict[str, list[tuple[str, LoanFigures]]]:
    """Bank → its loans by risk class, as far as the institution may see them."""
    rows = await conn.fetch(
        f"""select bank_code, risk_class, {_FIGURES} from settlement_loans
            where settlement_id = $1 order by bank_code, risk_class""",
        settlement_id,
    )
    found: dict[str, list[tuple[str, LoanFigures]]] = {}
    for row in rows:
        figures = LoanFigures(**{one.name: row[one.name] for one in fields(LoanFigures)})
        found.setdefault(row["bank_code"], []).append((row["risk_class"], figures))
    return found


async def lines_page(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    *,
    own: str | None,
    bank: str | None,
    after: tuple[str, str],
    limit: int,
) -> list[asyncpg.Record]:
    """Lines of loans, by bank and number. `own`: the bank that asks."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select * from settlement_lines
           where settlement_id = $1 and (bank_code, number) > ($2, $3)
             and ($4::text is null or bank_code = $4) and ($6::text is null or bank_code = $6)
           order by bank_code, number limit $5""",
        settlement_id,
        *after,
        bank,
        limit,
        own,
    )
    return rows


LINE_COLUMNS = (
    "number",
    "loan_no",
    "borrower_name",
    "bank_code",
    "is_covered",
    "amount_fen",
    "outstanding_fen",
    "covered_fen",
    "overdue_days",
    "risk_class",
    "claimed_fen",
    "recovered_fen",
)


PART = 1000
"""How many rows are read at a time where there may be any number of them."""


async def lines_in_parts(
    conn: asyncpg.Connection, settlement_id: UUID, bank: str | None
) -> AsyncIterator[list[asyncpg.Record]]:
    """The lines of a bank, or of all, in the order of bank and number, so many at a time. The
    connection is in a transaction."""
    cursor = await conn.cursor(*_lines(settlement_id, bank))
    while rows := await cursor.fetch(PART):
        yield rows


async def first_lines(
    conn: asyncpg.Connection, settlement_id: UUID, bank: str | None, most: int
) -> list[asyncpg.Record]:
    """The first lines in the same order."""
    query, *arguments = _lines(settlement_id, bank)
    rows: list[asyncpg.Record] = await conn.fetch(f"{query} limit {most}", *arguments)
    return rows


def _lines(settlement_id: UUID, bank: str | None) -> tuple[Any, ...]:
    whose = "" if bank is None else " and bank_code = $2"
    query = f"""select {", ".join(LINE_COLUMNS)} from settlement_lines
                where settlement_id = $1{whose} order by bank_code, number"""
    return (query, settlement_id) if bank is None else (query, settlement_id, bank)


async def count_lines(conn: asyncpg.Connection, settlement_id: UUID, bank: str) -> int:
    """How many loans of a bank the month has a line for."""
    count: int = await conn.fetchval(
        "select count(*) from settlement_lines where settlement_id = $1 and bank_code = $2",
        settlement_id,
        bank,
    )
    return count
