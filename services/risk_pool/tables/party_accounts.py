"""Accounts of payees in PostgreSQL. Whoever writes holds the pool's lock."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.party_account import LIFE_CYCLE
from shared.transitions import CaseTable

CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="party_account",
    table="party_accounts",
    bank=None,
    columns={"confirmed_by": "text", "confirmed_name": "text", "confirmed_at": "timestamptz"},
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


async def pool_of(conn: asyncpg.Connection, account_id: UUID) -> str | None:
    """The pool of an account, to be locked before it; None where the caller may know of none."""
    code: str | None = await conn.fetchval(
        "select pool_code from party_accounts where id = $1", account_id
    )
    return code


async def lock(conn: asyncpg.Connection, account_id: UUID) -> asyncpg.Record:
    """An account for changing. It exists, and its pool is locked."""
    account = await conn.fetchrow(
        "select * from party_accounts where id = $1 for update", account_id
    )
    assert account is not None
    return account
