"""Subsidies and disposals as lists, and as files."""

from typing import Any, Final
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.risk_pool.api.cases import Anyone, presented
from services.risk_pool.api.disposal_models import DisposalInList
from services.risk_pool.api.disposals import shown as shown_disposal
from services.risk_pool.api.subsidies import SubsidyInList
from services.risk_pool.domain import disposal, subsidy
from services.risk_pool.queries import lists
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen_or_none
from shared.postgres.conditions import between
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import STATE, FileColumn, coded

router = APIRouter()

_KINDS: Final = {
    "interest": Named("贷款贴息", "interest"),
    "premium": Named("保险费补贴", "insurance premium"),
    "pledge": Named("质押额补贴", "pledged amount"),
}
"""The subsidies that most programmes have; another is called by its code."""


async def _subsidies(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[SubsidyInList]:
    return [SubsidyInList(**presented(subsidy.LIFE_CYCLE, row, caller)) for row in rows]


async def _disposals(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[DisposalInList]:
    return [DisposalInList(**shown_disposal(row, caller)) for row in rows]


_SUBSIDIES = Listed(
    zh="补贴",
    en="Subsidies",
    grid=lists.SUBSIDIES,
    answers=_subsidies,
    names=lists.names,
    said={"state": subsidy.LIFE_CYCLE.states},
    columns=(
        FileColumn("补贴编号", "subsidy", lambda one: one.number),
        FileColumn("申请编号", "case", lambda one: one.loan_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        coded("补贴项目", "what", "code", _KINDS),
        FileColumn("提交日期", "filed on", lambda one: one.filed_on, "day"),
        FileColumn("起日", "from", lambda one: one.since, "day"),
        FileColumn("止日", "until", lambda one: one.until, "day"),
        FileColumn("计补本金", "principal", lambda one: format_fen_or_none(one.principal_fen), "money"),
        FileColumn("补贴金额", "amount", lambda one: format_fen_or_none(one.amount_fen), "money"),
        FileColumn("收款方", "payee", lambda one: one.payee),
        STATE,
    ),
)  # fmt: skip
_DISPOSALS = Listed(
    zh="质物处置",
    en="Disposals",
    grid=lists.DISPOSALS,
    answers=_disposals,
    names=lists.names,
    said={"state": disposal.LIFE_CYCLE.states, "way": disposal.WAYS},
    columns=(
        FileColumn("处置编号", "disposal", lambda one: one.number),
        FileColumn("申请编号", "case", lambda one: one.loan_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("方式", "way", lambda one: one.way_zh, in_english=lambda one: one.way_en),
        FileColumn("评估值", "appraisal", lambda one: format_fen_or_none(one.appraisal_fen), "money"),
        FileColumn("本轮价格", "price", lambda one: format_fen_or_none(one.price_fen), "money"),
        FileColumn("处置所得", "proceeds", lambda one: format_fen_or_none(one.proceeds_fen), "money"),
        FileColumn("处置费用", "costs", lambda one: format_fen_or_none(one.costs_fen), "money"),
        FileColumn("立案日期", "opened on", lambda one: one.opened_on, "day"),
        FileColumn("成交日期", "sold on", lambda one: one.sold_on, "day"),
        STATE,
    ),
)  # fmt: skip


async def _subsidies_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    state: subsidy.State | None = None,
    loan_id: UUID | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    filed_from: Day = None,
    filed_to: Day = None,
) -> dict[str, Any]:
    """Amounts are of what was approved; `q`: a number, a contract, a firm's name or code."""
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="subsidies", number="number")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "loan_id = {}": loan_id,
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
        **between("filed_on", days_between("filed", filed_from, filed_to)),
        **found,
    }


async def _disposals_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    state: disposal.State | None = None,
    way: disposal.Way | None = None,
    loan_id: UUID | None = None,
    q: Words = None,
    opened_from: Day = None,
    opened_to: Day = None,
) -> dict[str, Any]:
    """`q`: a number, a contract, a firm's name or code."""
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="disposals", number="number")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "way = {}": way,
        "loan_id = {}": loan_id,
        **between("opened_on", days_between("opened", opened_from, opened_to)),
        **found,
    }


serve_list(
    router, "subsidies", _SUBSIDIES, SubsidyInList,
    caller=Anyone, wanted=_subsidies_wanted, tags=("subsidies",),
    says="Subsidies, the newest first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
serve_list(
    router, "disposals", _DISPOSALS, DisposalInList,
    caller=Anyone, wanted=_disposals_wanted, tags=("disposals",),
    says="Disposals, the newest first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
