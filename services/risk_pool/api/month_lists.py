"""Months and disputes of every pool as lists, and as files."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.risk_pool.api.cases import Anyone, presented
from services.risk_pool.api.dispute_answers import DisputeInList
from services.risk_pool.api.settlement_responses import SettlementInList
from services.risk_pool.domain import dispute, settlement
from services.risk_pool.queries import lists
from shared import canonical
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between, in_order
from shared.http.list_routes import serve_list
from shared.money import format_fen, format_fen_or_none
from shared.months import MONTH_PATTERN
from shared.postgres.conditions import between
from shared.sheets.table_files import STATE, FileColumn

router = APIRouter()

Month = Annotated[str | None, Query(pattern=MONTH_PATTERN, examples=["2026-03"])]


async def _months(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[SettlementInList]:
    return [SettlementInList(**presented(settlement.LIFE_CYCLE, row, caller)) for row in rows]


async def _disputes(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[DisputeInList]:
    return [DisputeInList(**presented(dispute.LIFE_CYCLE, row, caller)) for row in rows]


_MONTHS = Listed(
    zh="月度结算",
    en="Months",
    grid=lists.SETTLEMENTS,
    answers=_months,
    names=lists.names,
    said={"state": settlement.LIFE_CYCLE.states},
    columns=(
        FileColumn("月份", "month", lambda one: one.month),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("贷款笔数", "loans", lambda one: one.loans, "count"),
        FileColumn(
            "资金池应付各方", "the pool to the parties", lambda one: format_fen(one.payable_fen), "money"
        ),
        FileColumn(
            "各方应付资金池", "the parties to the pool", lambda one: format_fen(one.receivable_fen),
            "money",
        ),
        STATE,
        FileColumn(
            "等待", "waits for", lambda one: one.waiting_for and one.waiting_for.zh,
            in_english=lambda one: one.waiting_for and one.waiting_for.en,
        ),
        FileColumn(
            "办理期限", "due on", lambda one: one.waiting_for and one.waiting_for.due_on, "day"
        ),
        FileColumn("入账日期", "posted on", lambda one: one.posted_on, "day"),
    ),
)  # fmt: skip
_DISPUTES = Listed(
    zh="对账异议",
    en="Disputes",
    grid=lists.DISPUTES,
    answers=_disputes,
    names=lists.names,
    said={"state": dispute.LIFE_CYCLE.states},
    columns=(
        FileColumn("异议编号", "dispute", lambda one: one.number),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("合作方", "party", lambda one: one.party_name),
        FileColumn("月份", "month", lambda one: one.month),
        FileColumn("明细金额", "line", lambda one: format_fen(one.line_amount_fen), "money"),
        FileColumn("应为", "should be", lambda one: format_fen(one.right_fen), "money"),
        FileColumn("争议金额", "difference", lambda one: format_fen(one.difference_fen), "money"),
        FileColumn(
            "成立金额", "upheld",
            lambda one: format_fen_or_none(one.upheld_fen), "money",
        ),
        FileColumn("理由", "reason", lambda one: one.reason),
        STATE,
        FileColumn(
            "办理期限", "due on", lambda one: one.waiting_for and one.waiting_for.due_on, "day"
        ),
    ),
)  # fmt: skip


async def _months_wanted(
    caller: Anyone,
    pool: Code = None,
    state: settlement.State | None = None,
    month_from: Month = None,
    month_to: Month = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    return {
        "pool_code = {}": pool,
        "state = {}": state,
        **between("month", in_order("month", month_from, month_to)),
        **between("due_on", days_between("due", due_from, due_to)),
    }


async def _disputes_wanted(
    caller: Anyone,
    pool: Code = None,
    state: dispute.State | None = None,
    party: Code = None,
    q: Words = None,
    loan_id: UUID | None = None,
    month_from: Month = None,
    month_to: Month = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of the difference; `q`: a number or a part of a party's name."""
    words = canonical.plain(q) if q else ""
    return {
        "{} in (bank_code, party_code)": caller.bank,
        "pool_code = {}": pool,
        "state = {}": state,
        "party_code = {}": party,
        "loan_id = {}": loan_id,
        **between("month", in_order("month", month_from, month_to)),
        **between("difference_fen", fen_between("amount", amount_from, amount_to)),
        **between("due_on", days_between("due", due_from, due_to)),
        "(number = {} or strpos(party_name, {}) > 0)": (words, (q or "").strip()) if words else None,
    }  # fmt: skip


serve_list(
    router, "settlements", _MONTHS, SettlementInList,
    caller=Anyone, wanted=_months_wanted, tags=("settlements",), named="months",
    says="The months of every pool, the latest first where `sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "disputes", _DISPUTES, DisputeInList,
    caller=Anyone, wanted=_disputes_wanted, tags=("disputes",), named="all_disputes",
    says="Disputes of every pool's statements, the newest first where `sort` says nothing else. A bank"
    "\nsees its own.",
)  # fmt: skip
