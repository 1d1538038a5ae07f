"""The loans behind a figure of a report, of one pool or of several, as lists and as files."""

from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Query

from services.risk_pool.api.cockpit import PoolCodes, pools_chosen
from services.risk_pool.api.report_responses import LoanCounted
from services.risk_pool.api.reports import Bureau, Division, Measure, PeriodText, PoolCode
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.coverage import LIFE_CYCLE, State
from services.risk_pool.domain.report_period import Period, last_over, parse
from services.risk_pool.domain.report_words import DIMENSIONS, MEASURES
from services.risk_pool.queries import lists
from services.risk_pool.queries import reports_measures as counting
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import NO_NUL
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Words, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen
from shared.postgres.conditions import between
from shared.postgres.grids import Grid
from shared.schemes.vocabulary import RISK_CLASSES
from shared.sheets.table_files import FileColumn, coded

router = APIRouter()


async def _loans(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[LoanCounted]:
    return [LoanCounted(**row) for row in rows]


_LOANS: Final = Listed(
    zh="统计所列贷款",
    en="Loans counted",
    grid=counting.LOANS,
    answers=_loans,
    names=lists.names,
    said={"measure": {name: one.words for name, one in MEASURES.items()}, "by": DIMENSIONS, "state": LIFE_CYCLE.states},
    of_reports=True,
    columns=(
        FileColumn("申请编号", "case", lambda one: one.number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        coded("状态", "state", "state", LIFE_CYCLE.states),
        coded("风险分类", "risk class", "risk_class", RISK_CLASSES),
        FileColumn("逾期天数", "days overdue", lambda one: one.overdue_days, "count"),
        FileColumn("计入金额", "adds", lambda one: format_fen(one.amount_fen), "money"),
    ),
)  # fmt: skip


def _period(context: Context, said: str | None) -> Period:
    return parse(said) if said else last_over(business_date(context.clock.now()), "month")


async def _of_pool(
    code: PoolCode,
    caller: Bureau,
    context: CurrentContext,
    measure: Measure = "covered",
    period: PeriodText = None,
    by: Division = "bank",
) -> Grid:
    async with context.looking_for_reports(caller.institution) as conn:
        await require_pool(conn, code)
    return counting.loans_counted([code], measure, _period(context, period), by=by)


async def _of_pools(
    caller: Bureau,
    context: CurrentContext,
    pool: PoolCodes = [],  # noqa: B006
    measure: Measure = "covered",
    period: PeriodText = None,
    by: Division = "bank",
) -> Grid:
    async with context.looking_for_reports(caller.institution) as conn:
        chosen = [code for code, _ in await pools_chosen(conn, pool)]
    return counting.loans_counted(chosen, measure, _period(context, period), by=by)


async def _wanted(
    caller: Bureau,
    value: Annotated[
        str | None,
        Query(max_length=40, pattern=NO_NUL, description="Of the division; empty is a value, too."),
    ] = None,
    untold: Annotated[
        bool, Query(description="Those that fall on no value of the division, as an empty one.")
    ] = False,
    bank: Code = None,
    state: State | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
) -> dict[str, Any]:
    """Amounts are what a loan adds; `q`: its number, a credit code, a part of a firm's name."""
    return {
        "value = {}": "" if untold else value,
        "bank_code = {}": bank,
        "state = {}": state,
        **counting.loans_meant(q),
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
    }


serve_list(
    router, "pools/{code}/reports/loans", _LOANS, LoanCounted,
    caller=Bureau, wanted=_wanted, grid_of=_of_pool, tags=("reports",), named="loans_counted",
    says="The loans that a report's figure counts, by number where `sort` says nothing else; what they add"
    "\nsums to the figure, to the fen.",
)  # fmt: skip
serve_list(
    router, "reports/loans", _LOANS, LoanCounted,
    caller=Bureau, wanted=_wanted, grid_of=_of_pools, tags=("reports",), named="loans_of_pools",
    says="The loans behind a figure of several pools, by number where `sort` says nothing else; what they"
    "\nadd sums to the figure, to the fen.",
)  # fmt: skip
