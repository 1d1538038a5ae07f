"""Payment files, their orders and the bank's reports in PostgreSQL. Whoever writes holds the pool's
lock; the database refuses a second live order for an item."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain import payment_file, payment_order
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(order: Row) -> dict[str, Any]:
    """What every event of an order says of it."""
    same = ("pool_code", "file_id", "end_to_end", "item", "party_code", "amount_fen")
    return {name: order[name] for name in same}


FILES = CaseTable(
    life_cycle=payment_file.LIFE_CYCLE,
    kind="payment_file",
    table="payment_files",
    bank=None,
    columns={"released_by": "text", "released_name": "text", "released_on": "date"},
    absent=Words("没有该付款文件", "There is no such payment file."),
    waits=CasesWait(
        topic="risk_pool",
        amount="k.total_fen",
        page="'/payment-files/' || k.id",
    ),
)
ORDERS = CaseTable(
    life_cycle=payment_order.LIFE_CYCLE,
    kind="payment_order",
    table="payment_orders",
    bank=None,
    columns={"reason_code": "text", "reason": "text"},
    about=about,
)

_FILE = (
    "id", "number", "pool_code", "account_id", "execution_on", "orders", "total_fen", "content",
    "sha256", "state", "state_since", "due_on", "prepared_by", "prepared_name", "prepared_at",
)  # fmt: skip
_ORDER = (
    "id", "pool_code", "file_id", "position", "end_to_end", "item", "party_code", "entry_id",
    "party_account_id", "amount_fen", "state", "state_since", "due_on",
)  # fmt: skip
_REPORT = (
    "id", "pool_code", "file_id", "message", "file_sha256", "imported_at", "imported_by",
    "imported_name",
)  # fmt: skip


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join(f"${n}" for n, _ in enumerate(columns, start=1))
    return f"insert into {table} ({', '.join(columns)}) values ({places})"


async def insert(
    conn: asyncpg.Connection, file: Mapping[str, Any], orders: Sequence[Mapping[str, Any]]
) -> None:
    """Keep a file with its orders as prepared."""
    await conn.execute(_insert("payment_files", _FILE), *(file[name] for name in _FILE))
    rows = [[order[name] for name in _ORDER] for order in orders]
    await conn.executemany(_insert("payment_orders", _ORDER), rows)


async def insert_report(conn: asyncpg.Connection, report: Mapping[str, Any]) -> None:
    """Keep that a report was taken."""
    await conn.execute(
        _insert("payment_status_reports", _REPORT), *(report[name] for name in _REPORT)
    )


async def lock_orders(conn: asyncpg.Connection, file_id: UUID) -> list[asyncpg.Record]:
    """The orders of a file for changing, in order."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from payment_orders where file_id = $1 order by position for update", file_id
    )
    return rows


async def lock_order_of_entry(conn: asyncpg.Connection, entry_id: UUID) -> asyncpg.Record | None:
    """The order that a cash entry books, for changing."""
    return await conn.fetchrow(
        "select * from payment_orders where entry_id = $1 for update", entry_id
    )
