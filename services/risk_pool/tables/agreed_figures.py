"""Agreed figures in PostgreSQL. Nobody changes what a figure says; a later one ends it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreed_figures import LIFE_CYCLE
from shared import canonical
from shared.transitions import CaseTable

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="agreed_figure",
    table="agreed_figures",
    columns={
        "released_by": "text",
        "released_name": "text",
        "released_on": "date",
        "valid_to": "date",
    },
)

_ENTERED = (
    "id", "number", "pool_code", "bank_code", "loan_id", "kind", "subject", "year", "amount_fen",
    "ratio", "count", "flag", "paid_on", "valid_from", "valid_to", "reference", "evidence",
    "state", "state_since", "due_on", "entered_by", "entered_name", "entered_at",
)  # fmt: skip
_CANONICAL = "reference_canonical"
_ENTER = f"""
    insert into agreed_figures ({", ".join(_ENTERED)}, {_CANONICAL})
    values ({", ".join(f"${n}" for n, _ in enumerate((*_ENTERED, _CANONICAL), start=1))})
"""


async def insert(conn: asyncpg.Connection, figure: Mapping[str, Any]) -> None:
    """Keep a figure as it was entered."""
    form = canonical.number(figure["reference"])
    await conn.execute(_ENTER, *(figure[name] for name in _ENTERED), form)


async def pool_of(conn: asyncpg.Connection, figure_id: UUID) -> str | None:
    """The pool of a figure, to be locked before it; None where the caller may know of none."""
    code: str | None = await conn.fetchval(
        "select pool_code from agreed_figures where id = $1", figure_id
    )
    return code


async def lock(conn: asyncpg.Connection, figure_id: UUID) -> asyncpg.Record:
    """A figure for changing. It exists, and its pool is locked."""
    figure = await conn.fetchrow("select * from agreed_figures where id = $1 for update", figure_id)
    assert figure is not None
    return figure
