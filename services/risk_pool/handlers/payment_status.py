"""The bank's report about a file is taken: statuses on its orders, and what was rejected is free."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.payment_file import TO_DOWNLOAD
from services.risk_pool.domain.payment_order import BANK_SAYS, Action, what_to_do
from services.risk_pool.domain.payment_status import (
    Report,
    ReportedOrder,
    StatusKnown,
    StatusUnknown,
    judged,
    require_rows,
)
from services.risk_pool.handlers import payments as files
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import payments as known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables import cash_entries, payments
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import lock_pool
from shared.life_cycle import SYSTEM, Row
from shared.transitions import Step, apply_transitions


async def take(
    conn: asyncpg.Connection, pool_code: str, content: bytes, report: Report, context: StepContext
) -> tuple[Row, list[dict[str, Any]]]:
    """The file that it is about, and what became of every row.

    Raises NotFound, StatusKnown, StatusUnknown, StatusRowsWrong.
    """
    pool = await lock_pool(conn, pool_code)
    digest = sha256(content).digest()
    if await known.report_known(conn, pool.code, report.message, digest):
        raise StatusKnown(
            f"回执 {report.message} 此前已导入。", f"The report {report.message} is known."
        )
    file_id = await known.of_number(conn, pool.code, report.of_message)
    file = None if file_id is None else await lock_case(conn, payments.FILES, file_id)
    if file is None or file["state"] not in TO_DOWNLOAD:
        raise StatusUnknown(
            f"没有已放行的付款文件 {report.of_message}。",
            f"There is no released payment file {report.of_message}.",
            message=report.of_message,
        )
    orders = {one["end_to_end"]: one for one in await payments.lock_orders(conn, file["id"])}
    said = report.of(list(orders))
    rows = judged(said, orders)
    require_rows(rows)
    row = {
        "id": uuid7(),
        "pool_code": pool.code,
        "file_id": file["id"],
        "message": report.message,
        "file_sha256": digest,
        "imported_at": context.now,
        "imported_by": context.by.subject,
        "imported_name": context.by.name,
    }
    await payments.insert_report(conn, row)
    taken = [one for one, row in zip(said, rows, strict=True) if row["outcome"] == "taken"]
    await _move(conn, file, orders, taken, context)
    return file, rows


async def _move(
    conn: asyncpg.Connection,
    file: Row,
    orders: dict[str, asyncpg.Record],
    taken: Sequence[ReportedOrder],
    context: StepContext,
) -> None:
    if not taken:
        return
    rejected = [one for one in taken if BANK_SAYS[one.status] == Action.REJECT]
    names = await party_names(conn, file["pool_code"]) if rejected else {}
    booked = {one.end_to_end: await _is_booked(conn, orders[one.end_to_end]) for one in rejected}
    steps = [
        Step(
            case=orders[one.end_to_end],
            action=BANK_SAYS[one.status],
            by=SYSTEM,
            reason=" ".join(filter(None, (one.status, one.reason_code, one.reason))),
            changes={"reason_code": one.reason_code, "reason": one.reason},
            facts=_rejected(file, orders[one.end_to_end], one, names, booked[one.end_to_end])
            if one in rejected
            else {},
        )
        for one in taken
    ]
    await apply_transitions(conn, payments.ORDERS, steps, now=context.now)
    for one in rejected:
        why = f"{file['number']}：银行拒绝 {one.reason_code} {one.reason}".strip()
        await files.drop_entries(conn, [orders[one.end_to_end]], context, reason=why)


async def _is_booked(conn: asyncpg.Connection, order: Row) -> bool:
    entry = await lock_case(conn, cash_entries.CASES, order["entry_id"])
    return entry["released_on"] is not None


def _rejected(
    file: Row, order: Row, said: ReportedOrder, names: Mapping[str, str], is_booked: bool
) -> dict[str, Any]:
    """What finance is told of an order that the bank did not carry out."""
    advice = what_to_do(said.reason_code, is_booked=is_booked)
    return {
        "file_number": file["number"],
        "party_name": names.get(order["party_code"], order["party_code"]),
        "reason_code": said.reason_code,
        "reason": said.reason,
        "what_to_do_zh": advice.zh,
        "what_to_do_en": advice.en,
        "is_booked": is_booked,
    }
