"""Agreed figures in PostgreSQL. Nobody changes what a figure says; a later one ends it."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.agreed_figures import LIFE_CYCLE
from shared import canonical
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

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
    absent=Words("没有该协议数值", "There is no such figure."),
    waits=CasesWait(
        topic="risk_pool",
        loan="k.loan_id",
        firm="k.subject",
        amount="k.amount_fen",
        page="'/pools/' || k.pool_code || '/figures'",
    ),
)

_ENTERED = (
    "id", "number", "pool_code", "bank_code", "loan_id", "kind", "subject", "year", "since_year", "amount_fen",
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
