"""Accounts of pools in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.pool_account import LIFE_CYCLE
from shared import canonical
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="pool_account",
    table="pool_accounts",
    bank=None,
    columns={"confirmed_by": "text", "confirmed_name": "text", "confirmed_on": "date"},
    absent=Words("没有该专户", "There is no such account."),
    waits=CasesWait(
        topic="risk_pool",
        number="k.account_number",
        page="'/pools/' || k.pool_code || '/account'",
    ),
)

_ENTERED = (
    "id", "pool_code", "account_number", "bank_name", "holder", "state", "state_since", "due_on",
    "entered_by", "entered_name", "entered_at",
)  # fmt: skip
_CANONICAL = "account_number_canonical"
_ENTER = f"""
    insert into pool_accounts ({", ".join(_ENTERED)}, {_CANONICAL})
    values ({", ".join(f"${n}" for n, _ in enumerate((*_ENTERED, _CANONICAL), start=1))})
"""


async def insert(conn: asyncpg.Connection, account: Mapping[str, Any]) -> bool:
    """Keep an account as entered; False where its number is in use, here or in another pool."""
    form = canonical.account(account["account_number"])
    try:
        async with conn.transaction():
            await conn.execute(_ENTER, *(account[name] for name in _ENTERED), form)
    except asyncpg.UniqueViolationError:
        return False
    return True
