"""Where a party is paid: one person enters it, another confirms it; then orders go there."""

from datetime import date
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.party_account import LIFE_CYCLE, Action
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import parties, party_accounts
from services.risk_pool.tables.ledger import lock_pool
from shared.refusals import NotFound
from shared.transitions import Step, apply_transition


async def enter(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    party_code: str,
    purpose: str,
    holder: str,
    account_number: str,
    bank_name: str,
    cnaps: str,
    valid_from: date,
) -> UUID:
    """Keep an account until another person has looked at it. Raises NotFound."""
    pool = await lock_pool(conn, pool_code)
    move = LIFE_CYCLE.require(None, Action.ENTER, context.by)
    if not await parties.takes_part(conn, pool.code, party_code):
        raise NotFound(
            f"{party_code} 未参加资金池 {pool.code}",
            f"{party_code} does not take part in the pool {pool.code}.",
        )
    account_id = uuid7()
    account = {
        "id": account_id,
        "pool_code": pool.code,
        "party_code": party_code,
        "purpose": purpose,
        "holder": holder,
        "account_number": account_number,
        "bank_name": bank_name,
        "cnaps": cnaps,
        "valid_from": valid_from,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "entered_by": context.by.subject,
        "entered_name": context.by.name,
        "entered_at": context.now,
    }
    await party_accounts.insert(conn, account)
    step = Step(case={**account, "state": None, "version": 0}, action=Action.ENTER, by=context.by)
    await apply_transition(conn, party_accounts.CASES, step, now=context.now)
    return account_id


async def confirm(conn: asyncpg.Connection, account_id: UUID, context: StepContext) -> None:
    """The second person confirms it. Raises NotFound, SecondPersonRequired."""
    _, account = await hold(conn, party_accounts.CASES, account_id, Action.CONFIRM, context)
    changes = {
        "confirmed_by": context.by.subject,
        "confirmed_name": context.by.name,
        "confirmed_at": context.now,
    }
    step = Step(case=account, action=Action.CONFIRM, by=context.by, changes=changes)
    await apply_transition(conn, party_accounts.CASES, step, now=context.now)


async def refuse(
    conn: asyncpg.Connection, account_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The second person does not. Raises NotFound, SecondPersonRequired."""
    _, account = await hold(conn, party_accounts.CASES, account_id, Action.REFUSE, context)
    step = Step(case=account, action=Action.REFUSE, by=context.by, reason=reason)
    await apply_transition(conn, party_accounts.CASES, step, now=context.now)
