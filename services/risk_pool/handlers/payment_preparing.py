"""A payment file is prepared: each item that is to be paid gets an order and the cash entry that will
book it, and the bytes that the bank is to be sent are made once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.bank_files.pain001 import Order, Payer, written
from services.risk_pool.domain import payment_file, payment_order
from services.risk_pool.domain.cash_booking import CashEntered, LikelyDouble
from services.risk_pool.domain.cash_entry import Kind
from services.risk_pool.domain.open_items import CLAIM, OpenItem
from services.risk_pool.domain.party_account import Purpose
from services.risk_pool.domain.payment_file import Wanted, require_execution_day
from services.risk_pool.domain.pool_account import NoAccount
from services.risk_pool.handlers import cash
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import account_lines, cash_entries, open_items
from services.risk_pool.queries import payments as known
from services.risk_pool.tables import payments
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared import canonical
from shared.life_cycle import Row
from shared.refusals import FieldFault, FieldsWrong
from shared.transitions import Step, apply_transition, apply_transitions

_PAID_BY = {"payable": Kind.PAYMENT, "set_aside": Kind.SET_ASIDE, "fee": Kind.FEE}
_PURPOSE = {
    "payable": Purpose.PAYMENT,
    "set_aside": Purpose.ESCROW,
    "fee": Purpose.PAYMENT,
}


async def prepare(
    conn: asyncpg.Connection,
    pool_code: str,
    context: StepContext,
    *,
    wanted: Sequence[Wanted],
    execution_on: date,
    account: str,
) -> UUID:
    """One person prepares orders over what is due of each item, which what is disputed is not.
    Nothing leaves before another has released it. The value date of each entry is the day on which
    the bank is asked to pay.

    Raises NotFound, NoAccount, ExecutionDayPassed, ExecutionDayNotWorking, LikelyDouble, and
    FieldsWrong with every item
    that cannot be paid: not owed, in another file, without an account of its payee.
    """
    pool = await lock_pool(conn, pool_code)
    payment_file.LIFE_CYCLE.require(None, payment_file.Action.PREPARE, context.by)
    require_execution_day(execution_on, today=context.today, working_days=context.working_days)
    payer = await _payer(conn, pool, account)
    to_pay = await _items(conn, pool, wanted, execution_on)
    number = await next_number(conn, pool.code, series="P", year=context.today.year)
    file_id = uuid7()
    orders: list[dict[str, Any]] = []
    for position, (one, item, payee) in enumerate(to_pay, start=1):
        entered = CashEntered(
            kind=_PAID_BY[item.direction],
            amount_fen=item.due_fen - item.entered_fen,
            value_date=execution_on,
            item=item.reference,
            account=payer["account_number"],
            note=f"付款文件 {number}",
            confirm_double_of=one.confirm_double_of,
        )
        entry_id = await _enter(conn, pool, entered, context, beside=orders)
        entry = await cash_entries.find(conn, entry_id)
        assert entry is not None
        orders.append(_order(pool, file_id, position, item, entry, payee, context))
    await _keep(conn, pool, file_id, number, payer, to_pay, orders, execution_on, context)
    return file_id


async def _enter(
    conn: asyncpg.Connection,
    pool: LockedPool,
    entered: CashEntered,
    context: StepContext,
    *,
    beside: Sequence[Row],
) -> UUID:
    """Two items of one party and one amount in the same file are no double of each other; whatever
    was entered outside of it the first of them has met."""
    try:
        return await cash.enter(conn, pool.code, entered, context, is_ordered=True)
    except LikelyDouble as double:
        other = UUID(double.extra["entry"]["id"])
        if other not in {order["entry_id"] for order in beside}:
            raise
        confirmed = replace(entered, confirm_double_of=other)
        return await cash.enter(conn, pool.code, confirmed, context, is_ordered=True)


def _order(
    pool: LockedPool,
    file_id: UUID,
    position: int,
    item: OpenItem,
    entry: Row,
    payee: Row,
    context: StepContext,
) -> dict[str, Any]:
    move = payment_order.LIFE_CYCLE.require(None, payment_order.Action.PREPARE, context.by)
    return {
        "id": uuid7(),
        "pool_code": pool.code,
        "file_id": file_id,
        "position": position,
        # The account's statement repeats it, and the entry is known by it.
        "end_to_end": entry["number"],
        "item": item.reference,
        "party_code": item.party_code,
        "entry_id": entry["id"],
        "party_account_id": payee["id"],
        "amount_fen": entry["amount_fen"],
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
    }


async def _keep(
    conn: asyncpg.Connection,
    pool: LockedPool,
    file_id: UUID,
    number: str,
    payer: Row,
    to_pay: Sequence[tuple[Wanted, OpenItem, Row]],
    orders: Sequence[dict[str, Any]],
    execution_on: date,
    context: StepContext,
) -> None:
    content = _content(number, payer, to_pay, orders, execution_on, context)
    file = {
        "id": file_id,
        "number": number,
        "pool_code": pool.code,
        "account_id": payer["id"],
        "execution_on": execution_on,
        "orders": len(orders),
        "total_fen": sum(order["amount_fen"] for order in orders),
        "content": content,
        "sha256": sha256(content).digest(),
        "state": payment_file.LIFE_CYCLE.require(
            None, payment_file.Action.PREPARE, context.by
        ).target,
        "state_since": context.now,
        "due_on": None,
        "prepared_by": context.by.subject,
        "prepared_name": context.by.name,
        "prepared_at": context.now,
    }
    await payments.insert(conn, file, orders)
    begun = {"state": None, "version": 0}
    step = Step(case=file | begun, action=payment_file.Action.PREPARE, by=context.by)
    await apply_transition(conn, payments.FILES, step, now=context.now)
    steps = [
        Step(case=order | begun, action=payment_order.Action.PREPARE, by=context.by)
        for order in orders
    ]
    await apply_transitions(conn, payments.ORDERS, steps, now=context.now)


def _content(
    number: str,
    payer: Row,
    to_pay: Sequence[tuple[Wanted, OpenItem, Row]],
    orders: Sequence[Row],
    execution_on: date,
    context: StepContext,
) -> bytes:
    return written(
        number,
        Payer(
            holder=payer["holder"],
            account_number=payer["account_number"],
            bank_name=payer["bank_name"],
        ),
        [
            Order(
                end_to_end=order["end_to_end"],
                amount_fen=order["amount_fen"],
                holder=payee["holder"],
                account_number=payee["account_number"],
                bank_name=payee["bank_name"],
                cnaps=payee["cnaps"],
                purpose=_said(item),
            )
            for order, (_, item, payee) in zip(orders, to_pay, strict=True)
        ],
        execution_on=execution_on,
        at=context.now,
    )


def _said(item: OpenItem) -> str:
    """What the payee reads: 补偿款 DL-C-2026-0001, 月度清算 2026-03."""
    kind, _, rest = item.reference.partition(":")
    return f"补偿款 {rest}" if f"{kind}:" == CLAIM else f"月度清算 {rest.split(':')[1]}"


async def _payer(conn: asyncpg.Connection, pool: LockedPool, number: str) -> Row:
    in_use = await account_lines.in_use(conn, pool.code)
    form = canonical.account(number)
    fitting = [one for one in in_use if form in ("", one["account_number_canonical"])]
    if len(fitting) != 1:
        numbers = [one["account_number"] for one in in_use]
        raise NoAccount(
            f"请指明付款专户：{'、'.join(numbers)}。" if numbers else "资金池没有已复核的专户。",
            f"Name the account: {', '.join(numbers)}."
            if numbers
            else "The pool has no account in use.",
            accounts=numbers,
        )
    payer: Row = fitting[0]
    return payer


async def _items(
    conn: asyncpg.Connection, pool: LockedPool, wanted: Sequence[Wanted], day: date
) -> list[tuple[Wanted, OpenItem, Row]]:
    """Every item with its payee's account. Raises FieldsWrong, naming all that cannot be paid."""
    live = await known.live_orders(conn, pool.code, [one.item for one in wanted])
    found, faults = [], []
    seen: set[str] = set()
    for place, one in enumerate(wanted):
        item = await open_items.find(conn, pool.code, one.item)
        fault = _unpayable(one.item, item, file=live.get(one.item), doubled=one.item in seen)
        seen.add(one.item)
        payee = None
        if fault is None and item is not None:
            purpose = _PURPOSE[item.direction]
            payee = await known.account_on(conn, pool.code, item.party_code, purpose, day)
            if payee is not None:
                found.append((one, item, payee))
                continue
            fault = (
                "payee-account-missing",
                f"{item.party_code} 没有该日有效的{'保证金' if purpose == 'escrow' else '收款'}账户",
                f"{item.party_code} has no {purpose} account on that day",
            )
        assert fault is not None
        faults.append(FieldFault(("orders", place, "item"), *fault))
    if faults:
        raise FieldsWrong(faults)
    return found


def _unpayable(
    reference: str, item: OpenItem | None, *, file: str | None, doubled: bool
) -> tuple[str, str, str] | None:
    if file is not None:
        return (
            "item-in-payment-file",
            f"{reference} 已在付款文件 {file} 中",
            f"{reference} stands in the payment file {file}",
        )
    if doubled:
        return "item-doubled", f"{reference} 重复选择", f"{reference} is chosen twice"
    if item is None:
        return "not-found", f"没有往来款项 {reference}", f"there is no open item {reference}"
    if item.direction not in _PAID_BY:
        return "wrong-direction", f"{reference} 为应收", f"{reference} is owed to the pool"
    if item.due_fen - item.entered_fen <= 0:
        return (
            "nothing-open",
            f"{reference} 已付清、已登记待放行，或尚有争议",
            f"{reference} is settled, all of it is entered, or it is disputed",
        )
    return None
