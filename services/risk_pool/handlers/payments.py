"""A payment file is released by another person, or ends before it leaves; and how its orders keep
the cash entries behind them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.risk_pool.domain import payment_order
from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.cash_entry import WAITING as ENTRY_WAITS
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.party_account import PayeeAccountChanged
from services.risk_pool.domain.payment_file import (
    Action,
    ItemNotPayable,
    require_execution_day,
)
from services.risk_pool.handlers import cash_release
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import open_items
from services.risk_pool.queries import payments as known
from services.risk_pool.tables import cash_entries, payments
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import LockedPool, balances
from shared.life_cycle import SYSTEM, Row
from shared.transitions import Step, apply_transition, apply_transitions


async def release(conn: asyncpg.Connection, file_id: UUID, context: StepContext) -> None:
    """Another person releases the orders as they stand: the file can be downloaded. Its entries are
    booked when the account shows them, or when a second person says that they were paid.

    Raises SecondPersonRequired, ExecutionDayPassed, ExecutionDayNotWorking, PayeeAccountChanged, ItemNotPayable, CashShort.
    """
    pool, file = await hold(conn, payments.FILES, file_id, Action.RELEASE, context)
    require_execution_day(
        file["execution_on"], today=context.today, working_days=context.working_days
    )
    orders = await payments.lock_orders(conn, file_id)
    for order in orders:
        await _require_payable(conn, pool, file, order)
    held_fen = (await balances(conn, pool.code)).get(CASH, 0)
    require_cash(held_fen=held_fen, due_fen=file["total_fen"])
    changes = {
        "released_by": context.by.subject,
        "released_name": context.by.name,
        "released_on": context.today,
    }
    step = Step(case=file, action=Action.RELEASE, by=context.by, changes=changes)
    await apply_transition(conn, payments.FILES, step, now=context.now)
    steps = [
        Step(case=order, action=payment_order.Action.RELEASE, by=context.by) for order in orders
    ]
    await apply_transitions(conn, payments.ORDERS, steps, now=context.now)


async def refuse(
    conn: asyncpg.Connection, file_id: UUID, context: StepContext, *, reason: str
) -> None:
    """It does not leave; what it was to pay may be paid otherwise."""
    await _end(conn, file_id, Action.REFUSE, context, reason)


async def withdraw(
    conn: asyncpg.Connection, file_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Who prepared it takes it back before anybody has released it."""
    await _end(conn, file_id, Action.WITHDRAW, context, reason)


async def _end(
    conn: asyncpg.Connection, file_id: UUID, action: Action, context: StepContext, reason: str
) -> None:
    _, file = await hold(conn, payments.FILES, file_id, action, context)
    step = Step(case=file, action=action, by=context.by, reason=reason)
    await apply_transition(conn, payments.FILES, step, now=context.now)
    orders = await payments.lock_orders(conn, file_id)
    why = f"{file['number']}：{reason}"
    steps = [
        Step(case=order, action=payment_order.Action.FREE, by=SYSTEM, reason=why)
        for order in orders
    ]
    await apply_transitions(conn, payments.ORDERS, steps, now=context.now)
    await drop_entries(conn, orders, context, reason=why)


async def drop_entries(
    conn: asyncpg.Connection, orders: Sequence[Row], context: StepContext, *, reason: str
) -> None:
    """The entries of orders that ended are not booked any more; one that is booked stays, until it
    is reversed by two persons."""
    for order in orders:
        entry = await lock_case(conn, cash_entries.CASES, order["entry_id"])
        if entry["state"] in ENTRY_WAITS:
            await cash_release.drop(conn, entry, context, reason=reason)


async def _require_payable(
    conn: asyncpg.Connection, pool: LockedPool, file: Row, order: Row
) -> None:
    """Its item is still to be paid as much, and its payee still has the account of the order."""
    item = await open_items.find(conn, pool.code, order["item"])
    entry = await lock_case(conn, cash_entries.CASES, order["entry_id"])
    if item is None:
        raise ItemNotPayable(
            f"{order['item']} 现不能付款，请撤回文件后重新制单。",
            f"{order['item']} is not to be paid now; withdraw the file and prepare it anew.",
            item=order["item"],
        )
    item.require_settles(
        entry["of_kind"], order["amount_fen"], waiting_fen=item.entered_fen - order["amount_fen"]
    )
    ordered = await known.find_party_account(conn, order["party_account_id"])
    assert ordered is not None
    now = await known.account_on(
        conn, pool.code, order["party_code"], ordered["purpose"], file["execution_on"]
    )
    if now is None or now["id"] != ordered["id"]:
        raise PayeeAccountChanged(
            f"{order['party_code']} 的收款账户已变更，请撤回文件后重新制单。",
            f"{order['party_code']} has another account by now; withdraw the file and prepare it "
            "anew.",
            party_code=order["party_code"],
            end_to_end=order["end_to_end"],
        )
