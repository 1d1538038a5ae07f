"""Accounts of payees in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.party_account import LIFE_CYCLE
from shared.life_cycle import Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="party_account",
    table="party_accounts",
    bank=None,
    columns={"confirmed_by": "text", "confirmed_name": "text", "confirmed_at": "timestamptz"},
    absent=Words("没有该收款账户", "There is no such account."),
    waits=CasesWait(
        topic="risk_pool",
        number="k.party_code",
        page="'/pools/' || k.pool_code || '/payments'",
    ),
)

_ENTERED = (
    "id", "pool_code", "party_code", "purpose", "holder", "account_number", "bank_name", "cnaps",
    "valid_from", "state", "state_since", "due_on", "entered_by", "entered_name", "entered_at",
)  # fmt: skip
_ENTER = f"""
    insert into party_accounts ({", ".join(_ENTERED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_ENTERED, start=1))})
"""


async def insert(conn: asyncpg.Connection, account: Mapping[str, Any]) -> None:
    """Keep an account as entered."""
    await conn.execute(_ENTER, *(account[name] for name in _ENTERED))
