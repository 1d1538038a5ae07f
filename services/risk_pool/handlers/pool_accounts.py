"""The dedicated account of a pool: one person enters it, another puts it in use."""

from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.pool_account import LIFE_CYCLE, AccountTaken, Action
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import pool_accounts
from services.risk_pool.tables.ledger import lock_pool
from shared.transitions import Step, apply_transition


async def enter(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    account_number: str,
    bank_name: str,
    holder: str,
) -> UUID:
    """Keep an account until another person has looked at it. Raises NotFound, AccountTaken."""
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.ENTER, context.by)
    account_id = uuid7()
    account = {
        "id": account_id,
        "pool_code": pool.code,
        "account_number": account_number,
        "bank_name": bank_name,
        "holder": holder,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "entered_by": context.by.subject,
        "entered_name": context.by.name,
        "entered_at": context.now,
    }
    if not await pool_accounts.insert(conn, account):
        raise AccountTaken(
            f"账号 {account_number} 已登记。", f"The account {account_number} is there already."
        )
    step = Step(case={**account, "state": None, "version": 0}, action=Action.ENTER, by=context.by)
    await apply_transition(conn, pool_accounts.CASES, step, now=context.now)
    return account_id


async def confirm(conn: asyncpg.Connection, account_id: UUID, context: StepContext) -> None:
    """The second person puts it in use. Raises NotFound, SecondPersonRequired."""
    _, account = await hold(conn, pool_accounts.CASES, account_id, Action.CONFIRM, context)
    changes = {
        "confirmed_by": context.by.subject,
        "confirmed_name": context.by.name,
        "confirmed_on": context.today,
    }
    step = Step(case=account, action=Action.CONFIRM, by=context.by, changes=changes)
    await apply_transition(conn, pool_accounts.CASES, step, now=context.now)


async def refuse(
    conn: asyncpg.Connection, account_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The second person does not. Raises NotFound, SecondPersonRequired."""
    _, account = await hold(conn, pool_accounts.CASES, account_id, Action.REFUSE, context)
    step = Step(case=account, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, pool_accounts.CASES, step, now=context.now)
