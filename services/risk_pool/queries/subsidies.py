"""Subsidies as they are answered, and what a decision about one reads of those before it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.subsidy import COUNTS, UNDECIDED, cap_scope
from shared.life_cycle import Row
from shared.postgres.literals import literals
from shared.schemes.rules.subsidies import SubsidyCap


async def find(conn: asyncpg.Connection, subsidy_id: UUID) -> asyncpg.Record | None:
    """A subsidy; None where the caller may know of none."""
    return await conn.fetchrow("select * from subsidies where id = $1", subsidy_id)


async def taken_periods(
    conn: asyncpg.Connection, loan_id: UUID, code: str
) -> list[tuple[str, date, date]]:
    """Number, first and last day of a loan's live subsidies of a kind."""
    rows = await conn.fetch(
        f"""select number, since, until from subsidies
            where loan_id = $1 and code = $2 and state in ({literals(COUNTS)})
            order by since""",
        loan_id,
        code,
    )
    return [(row["number"], row["since"], row["until"]) for row in rows]


_COMMON = {
    "borrower": "borrower_uscc = $3",
    "product": "product = $4",
    "year": "extract(year from filed_on) = $5",
}


async def approved_fen(conn: asyncpg.Connection, subsidy: Row, cap: SubsidyCap) -> int:
    """What approved subsidies have used of a cap, all filings of its year or life together."""
    common = " and ".join(_COMMON[what] for what in cap_scope(cap.per))
    total: int = await conn.fetchval(
        f"""select coalesce(sum(amount_fen), 0)::bigint from subsidies
            where pool_code = $1 and code = $2 and approved_by is not null and id <> $6
              and {common}
              and ($3::text, $4::text, $5::integer) is not null""",
        *_scope(subsidy),
        subsidy["id"],
    )
    return total


async def waiting_before(
    conn: asyncpg.Connection, subsidy: Row, caps: Sequence[SubsidyCap]
) -> list[asyncpg.Record]:
    """Undecided subsidies that were filed earlier and meet one of the same caps, in their order:
    what they may take is held for them."""
    if not caps:
        return []
    common = " or ".join(
        "(" + " and ".join(_COMMON[what] for what in cap_scope(cap.per)) + ")" for cap in caps
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from subsidies
            where pool_code = $1 and code = $2 and state in ({literals(UNDECIDED)})
              and (filed_at, number) < ($6, $7) and ({common})
              and ($3::text, $4::text, $5::integer) is not null
            order by filed_at, number""",
        *_scope(subsidy),
        subsidy["filed_at"],
        subsidy["number"],
    )
    return rows


def _scope(subsidy: Row) -> tuple[Any, ...]:
    return (
        subsidy["pool_code"],
        subsidy["code"],
        subsidy["borrower_uscc"],
        subsidy["product"],
        subsidy["filed_on"].year,
    )


async def settled_in(conn: asyncpg.Connection, subsidy: Row) -> str | None:
    """The month whose posted settlement paid an approved subsidy; None before it is posted."""
    if subsidy["booked_on"] is None:
        return None
    month: str | None = await conn.fetchval(
        """select min(month) from settlements
           where pool_code = $1 and posted_on is not null and month >= $2""",
        subsidy["pool_code"],
        f"{subsidy['booked_on']:%Y-%m}",
    )
    return month


async def codes_by_role(conn: asyncpg.Connection, pool_code: str) -> dict[str, str]:
    """Role → code, where one party alone plays it in the pool."""
    rows = await conn.fetch(
        """select role, min(code) as code from parties where pool_code = $1
           group by role having count(*) = 1""",
        pool_code,
    )
    return {row["role"]: row["code"] for row in rows}
