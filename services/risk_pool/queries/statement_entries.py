"""The entries of a statement, one after another: a month may have a hundred thousand of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain.statement import in_words, kind_words
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.queries.settlements import PART
from shared.months import Month

_ENTRY = """
    select t.seq, t.business_date, t.reference, t.kind, t.debit, t.credit, t.amount_fen,
           t.explanation_id, (select number from coverages where loan_id = t.loan_id) as loan_number
    from transfers as t
"""

_OF_MONTH = """
    t.pool_code = $1 and t.business_date between $2 and $3 and t.seq <= $4
    and (t.debit = any($5::text[]) or t.credit = any($5::text[]))
"""

Entry = dict[str, Any]


async def names(conn: asyncpg.Connection, settlement: asyncpg.Record) -> dict[str, str]:
    """Party → its name: as the month has it, for those of whom it has a statement."""
    rows = await known.statements(conn, settlement["id"])
    return {
        **await party_names(conn, settlement["pool_code"]),
        **{row["party_code"]: row["party_name"] for row in rows},
    }


def _bounds(settlement: asyncpg.Record, accounts: Sequence[str]) -> tuple[Any, ...]:
    month = Month.parse(settlement["month"])
    return (
        settlement["pool_code"], month.first, month.last, settlement["ledger_seq"], list(accounts),
    )  # fmt: skip


async def count(
    conn: asyncpg.Connection, settlement: asyncpg.Record, accounts: Sequence[str]
) -> int:
    """How many transfers the month has on these accounts."""
    found: int = await conn.fetchval(
        f"select count(*) from transfers as t where {_OF_MONTH}", *_bounds(settlement, accounts)
    )
    return found


async def in_parts(
    conn: asyncpg.Connection, settlement: asyncpg.Record, statement: Mapping[str, Any]
) -> AsyncIterator[list[Entry]]:
    """All entries of a statement by day and number, so many at a time: those of the month, and at
    the end those by which it was settled. The connection is in a transaction."""
    called = await names(conn, settlement)
    accounts = [one["account"] for one in statement["accounts"]]
    cursor = await conn.cursor(
        f"{_ENTRY} where {_OF_MONTH} order by t.business_date, t.seq",
        *_bounds(settlement, accounts),
    )
    while rows := await cursor.fetch(PART):
        yield [_entry(row, called) for row in rows]
    if settled := statement["due"]["transfers"]:
        yield settled


async def page(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    statement: Mapping[str, Any],
    *,
    after: tuple[date, int] | None = None,
    limit: int,
) -> list[Entry]:
    """The month's entries on a statement's accounts, by day and number, from after one on."""
    rows = await conn.fetch(
        f"""{_ENTRY} where {_OF_MONTH}
              and (t.business_date, t.seq) > (coalesce($6::date, '-infinity'), $7::bigint)
            order by t.business_date, t.seq limit $8""",
        *_bounds(settlement, [one["account"] for one in statement["accounts"]]),
        after[0] if after else None,
        after[1] if after else 0,
        limit,
    )
    called = await names(conn, settlement)
    return [_entry(row, called) for row in rows]


async def posting(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    party_code: str | None,
    called: Mapping[str, str],
) -> list[Entry]:
    """The transfers by which a posted month was settled: the party's, or all where it is None."""
    if settlement["posted_on"] is None:
        return []
    month = Month.parse(settlement["month"])
    prefix = f"settlement:{settlement['pool_code']}:{month}:"
    rows = await conn.fetch(
        # On the day of its posting, so that no other day of the ledger is looked at.
        f"""{_ENTRY}
            where t.pool_code = $1 and t.business_date = $2 and starts_with(t.reference, $3)
            order by t.seq""",
        settlement["pool_code"],
        settlement["posted_on"],
        prefix if party_code is None else f"{prefix}{party_code}:",
    )
    return [_entry(row, called) for row in rows]


def _entry(row: Mapping[str, Any], called: Mapping[str, str]) -> Entry:
    words = kind_words(row["kind"])
    return {
        "seq": row["seq"],
        "date": row["business_date"].isoformat(),
        "reference": row["reference"],
        "kind": row["kind"],
        "zh": words.zh,
        "en": words.en,
        "debit": row["debit"],
        "credit": row["credit"],
        **in_words(row, called),
        "amount_fen": row["amount_fen"],
        "loan_number": row["loan_number"],
        "explanation_id": str(row["explanation_id"]) if row["explanation_id"] else None,
    }
