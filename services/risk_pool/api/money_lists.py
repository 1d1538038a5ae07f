"""Payment files and open items of every pool as lists, and as files."""

from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends

from services.risk_pool.api.account_answers import READERS
from services.risk_pool.api.open_items import OpenItemAnswer
from services.risk_pool.api.open_items import shown as shown_item
from services.risk_pool.api.payment_answers import PaymentFileAnswer
from services.risk_pool.api.payments import shown as shown_file
from services.risk_pool.domain import payment_file
from services.risk_pool.domain.open_items import Direction
from services.risk_pool.queries import lists, open_items
from services.risk_pool.queries.parties import names_in_pools
from shared import canonical
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen
from shared.postgres.conditions import between
from shared.postgres.literals import containing
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import STATE, FileColumn

router = APIRouter()

Readers = Annotated[Identity, Depends(requires(*READERS))]

_DIRECTIONS = {
    "receivable": Named("应收", "receivable"),
    "payable": Named("应付", "payable"),
    "set_aside": Named("待转保证金", "to be moved into escrow"),
    "contribution": Named("约定出资", "planned contribution"),
    "fee": Named("约定费用", "planned fee"),
}


class OpenItemInList(OpenItemAnswer):
    """What is owed, and of which pool it is."""

    pool_code: str


async def _files(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[PaymentFileAnswer]:
    return [PaymentFileAnswer(**shown_file(row, caller)) for row in rows]


async def _items(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[OpenItemInList]:
    today = business_date(context.clock.now())
    names = await names_in_pools(conn, sorted({row["pool_code"] for row in rows}))
    found = []
    for row in rows:
        pool = row["pool_code"]
        told = shown_item(open_items.as_item(row), names.get(pool, {}), "pool", today)
        found.append(OpenItemInList(**dict(told), pool_code=pool))
    return found


_FILES = Listed(
    zh="付款文件",
    en="Payment files",
    grid=lists.PAYMENT_FILES,
    answers=_files,
    names=lists.names,
    said={"state": payment_file.LIFE_CYCLE.states},
    columns=(
        FileColumn("付款文件编号", "file", lambda one: one.number),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("付款日期", "execution on", lambda one: one.execution_on, "day"),
        FileColumn("付款账号", "paid from", lambda one: one.paid_from),
        FileColumn("笔数", "orders", lambda one: one.orders, "count"),
        FileColumn("合计", "total", lambda one: format_fen(one.total_fen), "money"),
        FileColumn("制单人", "prepared by", lambda one: one.prepared_name),
        FileColumn("放行人", "released by", lambda one: one.released_name),
        FileColumn("放行日期", "released on", lambda one: one.released_on, "day"),
        STATE,
    ),
)  # fmt: skip
_ITEMS = Listed(
    zh="往来款项",
    en="Open items",
    grid=open_items.GRID,
    answers=_items,
    names=lists.names,
    said={"direction": _DIRECTIONS},
    columns=(
        FileColumn("往来款项", "item", lambda one: one.reference),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("合作方", "party", lambda one: one.party_name),
        FileColumn("方向", "direction", lambda one: one.zh, in_english=lambda one: one.en),
        FileColumn("金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("已结", "settled", lambda one: format_fen(one.settled_fen), "money"),
        FileColumn("未结", "open", lambda one: format_fen(one.open_fen), "money"),
        FileColumn("有争议", "disputed", lambda one: format_fen(one.disputed_fen), "money"),
        FileColumn("应付清", "due", lambda one: format_fen(one.due_fen), "money"),
        FileColumn("已逾期", "overdue", lambda one: format_fen(one.overdue_fen), "money"),
        FileColumn("发生日期", "since", lambda one: one.since, "day"),
        FileColumn("付款期限", "due on", lambda one: one.due_on, "day"),
        FileColumn("账龄（天）", "age in days", lambda one: one.age_days, "count"),
    ),
)  # fmt: skip


async def _files_wanted(
    caller: Readers,
    pool: Code = None,
    state: payment_file.State | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    paid_from: Day = None,
    paid_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of the file; `q`: a file's number, or the reference of one of its orders."""
    words = canonical.plain(q) if q else ""
    number = "(number = {} or id in (select file_id from payment_orders where end_to_end = {}))"
    return {
        "pool_code = {}": pool,
        "state = {}": state,
        number: (words, words) if words else None,
        **between("total_fen", fen_between("amount", amount_from, amount_to)),
        **between("execution_on", days_between("paid", paid_from, paid_to)),
    }


async def _items_wanted(
    caller: Readers,
    context: CurrentContext,
    pool: Code = None,
    party: Code = None,
    direction: Direction | None = None,
    overdue: bool | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of what is due; `q`: a part of the reference, or of the party's name."""
    words = canonical.plain(q) if q else ""
    said = """(upper(reference) like upper({}) or (pool_code, party_code) in (
        select pool_code, code from parties where name like {}))"""
    return {
        "pool_code = {}": pool,
        "party_code = {}": party,
        "direction = {}": direction,
        said: (containing(words), containing((q or "").strip())) if words else None,
        **open_items.overdue_asked(overdue, business_date(context.clock.now())),
        **between("due_fen", fen_between("amount", amount_from, amount_to)),
        **between("due_on", days_between("due", due_from, due_to)),
    }


serve_list(
    router, "payment-files", _FILES, PaymentFileAnswer,
    caller=Readers, wanted=_files_wanted, tags=("payments",), named="all_payment_files",
    says="Payment files of every pool, the newest first where `sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "open-items", _ITEMS, OpenItemInList,
    caller=Readers, wanted=_items_wanted, tags=("cash",), named="all_open_items",
    says="What is owed between the pools and their parties and not settled in full, the earliest due"
    "\nfirst where `sort` says nothing else.",
)  # fmt: skip
