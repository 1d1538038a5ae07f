"""A cash entry behind a payment order: it is not booked before the order may leave, does not end
while the order stands, and its reversal frees what the order paid."""

import asyncpg

from services.risk_pool.domain.payment_file import NotReleasedYet
from services.risk_pool.domain.payment_order import LIVE, SENT, UNRELEASED, Action, OrderLive
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.tables import payments
from shared.life_cycle import SYSTEM, Row
from shared.transitions import Step, apply_transition


async def require_released(conn: asyncpg.Connection, entry: Row) -> None:
    """Raises NotReleasedYet."""
    order = await payments.lock_order_of_entry(conn, entry["id"])
    if order is not None and order["state"] in UNRELEASED:
        raise NotReleasedYet(
            "该笔付款在未放行的付款文件中，须先放行付款文件。",
            "The payment stands in a payment file that nobody has released; release that first.",
            file_id=str(order["file_id"]),
        )


async def require_no_order(conn: asyncpg.Connection, entry: Row) -> None:
    """Raises OrderLive."""
    order = await payments.lock_order_of_entry(conn, entry["id"])
    if order is not None and order["state"] in LIVE:
        raise OrderLive(
            "该笔付款在付款文件中：未放行的撤回文件，已放行的以银行回执为准。",
            "The payment stands in a payment file: withdraw the file before its release; after it "
            "the bank's report decides.",
            file_id=str(order["file_id"]),
        )


async def take_back(conn: asyncpg.Connection, reversal: Row, context: StepContext) -> None:
    """What was paid has come back: its item may be ordered again."""
    order = await payments.lock_order_of_entry(conn, reversal["root_id"])
    if order is not None and order["state"] in SENT:
        step = Step(
            case=order,
            action=Action.TAKE_BACK,
            by=SYSTEM,
            reason=f"{reversal['number']}：{reversal['note']}",
        )
        await apply_transition(conn, payments.ORDERS, step, now=context.now)
