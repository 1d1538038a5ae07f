"""Breakers in PostgreSQL. Whoever looks at one holds its pool's lock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.breaker_looks import BreakerLook
from services.risk_pool.domain.breakers import BANK, POOL, STOPS, Breaker, State
from shared.life_cycle import Row
from shared.transitions import CaseTable


def _bank_of(breaker: Row) -> Mapping[str, Any]:
    return {"pool_code": breaker["pool_code"], "bank_code": breaker["bank_code"]}


def _pool_of(breaker: Row) -> Mapping[str, Any]:
    return {"pool_code": breaker["pool_code"]}


BANK_BREAKERS = CaseTable(life_cycle=BANK, kind="bank_breaker", table="breakers", about=_bank_of)
POOL_BREAKERS = CaseTable(life_cycle=POOL, kind="pool_breaker", table="breakers", about=_pool_of)


_MEMORY = ("clear_month_ends", "counted_month", "silent_months")
"""What a breaker keeps between two looks beside where it stands."""


async def load(conn: asyncpg.Connection, pool_code: str, bank_code: str) -> Breaker:
    """A bank's breaker, or the pool's own ("")."""
    row = await conn.fetchrow(
        """select id, state, version, month, memory from breakers
           where pool_code = $1 and bank_code = $2""",
        pool_code,
        bank_code,
    )
    if row is None:
        return Breaker(
            id=uuid7(), pool_code=pool_code, bank_code=bank_code, state=State.NORMAL, version=0
        )
    return Breaker(
        id=row["id"],
        pool_code=pool_code,
        bank_code=bank_code,
        state=row["state"],
        version=row["version"],
        month=row["month"],
        **row["memory"],
    )


async def begin(
    conn: asyncpg.Connection, breaker: Breaker, *, begins_as: str, now: datetime
) -> None:
    """Keep a breaker that begins to be watched."""
    await conn.execute(
        """insert into breakers (id, pool_code, bank_code, state, state_since, memory,
               numerator_fen, denominator_fen)
           values ($1, $2, $3, $4, $5, $6, 0, 0)""",
        breaker.id,
        breaker.pool_code,
        breaker.bank_code,
        begins_as,
        now,
        _memory(breaker),
    )


async def save(conn: asyncpg.Connection, look: BreakerLook) -> None:
    """Keep the figures of a look."""
    after = look.after
    await conn.execute(
        """update breakers set memory = $2, month = $3, numerator_fen = $4, denominator_fen = $5
           where id = $1""",
        after.id,
        _memory(after),
        after.month,
        look.part_fen,
        look.whole_fen,
    )


async def count_anew(conn: asyncpg.Connection, breaker: Breaker) -> None:
    """Good months and silent months are counted from here on."""
    fresh = replace(breaker, clear_month_ends=0, silent_months=0)
    await conn.execute("update breakers set memory = $2 where id = $1", breaker.id, _memory(fresh))


async def figures(conn: asyncpg.Connection, breaker: Breaker) -> tuple[int, int]:
    """A bank's bad and covered principal, as last looked at."""
    row = await conn.fetchrow(
        "select numerator_fen, denominator_fen from breakers where id = $1", breaker.id
    )
    return row["numerator_fen"], row["denominator_fen"]


def _memory(breaker: Breaker) -> dict[str, Any]:
    return {name: getattr(breaker, name) for name in _MEMORY}


async def store_evaluation(
    conn: asyncpg.Connection, look: BreakerLook, explanation_id: UUID, *, now: datetime
) -> None:
    """Keep a look with its figures and its explanation."""
    await conn.execute(
        """insert into breaker_evaluations (id, pool_code, bank_code, month, numerator_fen,
               denominator_fen, source, target, line_bp, explanation_id, on_day, at, loans,
               estimated)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
        uuid7(),
        look.before.pool_code,
        look.before.bank_code,
        look.month,
        look.part_fen,
        look.whole_fen,
        look.before.state,
        look.state,
        look.line_bp if look.action else None,
        explanation_id,
        look.day,
        now,
        look.loans,
        look.estimated,
    )


async def suspended_banks(conn: asyncpg.Connection, pool_code: str) -> frozenset[str]:
    """The banks of a pool whose new entries are refused."""
    rows = await conn.fetch(
        """select bank_code from breakers
           where pool_code = $1 and bank_code <> '' and state = any($2::text[])""",
        pool_code,
        list(STOPS),
    )
    return frozenset(row["bank_code"] for row in rows)
