"""Coverages and early warnings as lists, and as files."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query

from services.risk_pool.api.coverages import Anyone, CoverageInList, CoverageState
from services.risk_pool.api.warnings import CauseName, Level, WarningInList, shown_warning
from services.risk_pool.domain import coverage, warning
from services.risk_pool.domain.warning import State
from services.risk_pool.domain.warning_signs import CAUSES, LEVEL_WORDS
from services.risk_pool.queries import lists
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen
from shared.postgres.conditions import between
from shared.risk_classes import RiskClass
from shared.schemes.vocabulary import RISK_CLASSES
from shared.sheets.table_files import STATE, FileColumn, coded

router = APIRouter()


async def _coverages(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[CoverageInList]:
    return [CoverageInList(**row) for row in rows]


async def _warnings(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[WarningInList]:
    return [WarningInList(**shown_warning(row, caller)) for row in rows]


def _class(one: CoverageInList) -> str:
    return RISK_CLASSES[one.risk_class].zh if one.risk_class else ""


_COVERAGES = Listed(
    zh="池内贷款",
    en="Coverages",
    grid=lists.COVERAGES,
    answers=_coverages,
    names=lists.names,
    said={"state": coverage.LIFE_CYCLE.states, "risk_class": RISK_CLASSES},
    columns=(
        FileColumn("申请编号", "case", lambda one: one.number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("统一社会信用代码", "credit code", lambda one: one.borrower_uscc),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("贷款金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("预留额度", "reserved", lambda one: format_fen(one.reserved_fen), "money"),
        FileColumn("在保本金", "covered", lambda one: format_fen(one.covered_fen), "money"),
        FileColumn("贷款余额", "outstanding", lambda one: format_fen(one.outstanding_fen), "money"),
        coded("状态", "state", "state", coverage.LIFE_CYCLE.states),
        FileColumn("批准日期", "approved on", lambda one: one.approved_on, "day"),
        FileColumn("放款日期", "disbursed on", lambda one: one.disbursed_on, "day"),
        FileColumn("到期日期", "matures on", lambda one: one.matures_on, "day"),
        FileColumn("逾期天数", "days overdue", lambda one: one.overdue_days, "count"),
        FileColumn("风险分类", "risk class", _class, in_english=lambda one: one.risk_class),
    ),
)  # fmt: skip
_WARNINGS = Listed(
    zh="风险预警",
    en="Warnings",
    grid=lists.WARNINGS,
    answers=_warnings,
    names=lists.names,
    said={"state": warning.LIFE_CYCLE.states, "level": LEVEL_WORDS, "cause": CAUSES},
    columns=(
        FileColumn("预警原因", "cause", lambda one: one.cause_zh, in_english=lambda one: one.cause_en),
        coded("级别", "level", "level", LEVEL_WORDS),
        FileColumn("申请编号", "case", lambda one: one.loan_number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("预警日期", "raised on", lambda one: one.raised_on, "day"),
        FileColumn("发生次数", "times", lambda one: one.times, "count"),
        FileColumn("未完成措施", "open measures", lambda one: one.measures_open, "count"),
        STATE,
    ),
)  # fmt: skip


async def _coverages_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    state: CoverageState | None = None,
    q: Annotated[Words, Query(description="Number, contract, USCC or part of the name.")] = None,
    risk_class: RiskClass | None = None,
    overdue_from: Annotated[int | None, Query(ge=0, le=100_000)] = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    matures_from: Day = None,
    matures_to: Day = None,
) -> dict[str, Any]:
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="coverages")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "risk_class = {}": risk_class,
        "overdue_days >= {}": overdue_from,
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
        **between("matures_on", days_between("matures", matures_from, matures_to)),
        **found,
    }


async def _warnings_wanted(
    caller: Anyone,
    context: CurrentContext,
    pool: Code = None,
    bank: Code = None,
    level: Level | None = None,
    state: State | None = None,
    cause: CauseName | None = None,  # type: ignore[valid-type]
    loan_id: UUID | None = None,
    q: Annotated[Words, Query(description="A case's number, a firm's name or code.")] = None,
    raised_from: Day = None,
    raised_to: Day = None,
) -> dict[str, Any]:
    async with context.database.looking(caller.institution) as conn:
        found = await lists.found_by(conn, q, rows="warnings")
    return {
        **lists.narrowed(own=caller.bank, pool=pool, bank=bank, state=state),
        "level = {}": level,
        "cause = {}": cause,
        "loan_id = {}": loan_id,
        **between("raised_on", days_between("raised", raised_from, raised_to)),
        **found,
    }


serve_list(
    router, "coverages", _COVERAGES, CoverageInList,
    caller=Anyone, wanted=_coverages_wanted, tags=("coverages",),
    says="Coverages, the newest case first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
serve_list(
    router, "warnings", _WARNINGS, WarningInList,
    caller=Anyone, wanted=_warnings_wanted, tags=("warnings",),
    says="Warnings, the newest first where `sort` says nothing else. A bank sees its own.",
)  # fmt: skip
