"""How cases flow, for those who lead: demanded, filed, approved, and how long that took."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.applications.api.right_requests import Day
from services.applications.domain.life_cycle import LIFE_CYCLE, State
from services.applications.queries import case_flow, demands, lists
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Words, fen_between
from shared.http.list_routes import serve_list
from shared.money import MONEY_NAMES, Fen, format_fen
from shared.postgres.conditions import between
from shared.refusals import FieldFault, FieldsWrong
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import FileColumn, coded

router = APIRouter(tags=["applications"], prefix="/case-flow")

Watcher = Annotated[
    Identity,
    Depends(
        requires(
            "reviewer", "approver", "leader", "finance_maker", "finance_checker", "pool_manager",
            "auditor",
        )
    ),
]  # fmt: skip
PoolCodes = Annotated[
    list[Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]],
    Query(max_length=200, description="Of these pools; left out, of all that you see."),
]


_NOTHING: Final[dict[str, Any]] = {
    "filed": 0, "filed_amount_fen": 0, "approved": 0, "approved_amount_fen": 0,
    "median_days": None, "ninth_days": None,
}  # fmt: skip
"""A month in which something was demanded only."""


class FlowLine(BaseModel):
    """A month, or all of them together (`month` none)."""

    model_config = ConfigDict(**MONEY_NAMES)

    month: str | None
    demands: int = Field(
        description="Posted in the month; of all pools, for a demand has none yet."
    )
    demands_amount_fen: Fen
    filed: int
    filed_amount_fen: Fen
    approved: int
    approved_amount_fen: Fen
    median_days: int | None = Field(
        description="Calendar days from filing to approval of those approved: the middle one."
    )
    ninth_days: int | None = Field(description="What nine of ten approvals did not exceed.")


class FlowAnswer(BaseModel):
    """The flow from a first to a last day."""

    first: date
    last: date
    months: list[FlowLine]
    total: FlowLine


class CaseCounted(BaseModel):
    """A case behind a figure."""

    model_config = ConfigDict(**MONEY_NAMES)

    id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_name: str
    state: State
    amount_fen: Fen
    filed_on: date
    approved_on: date | None
    days: int | None


@router.get("")
async def show_flow(
    caller: Watcher,
    context: CurrentContext,
    first: Day | None = None,
    last: Day | None = None,
    pool: PoolCodes = [],  # noqa: B006 (FastAPI copies it)
) -> FlowAnswer:
    """What was demanded, filed and approved by month, and how long approvals took; this year where no
    days are said."""
    first, last = _days(first, last, business_date(context.clock.now()))
    async with context.looking_for_reports(caller.institution) as conn:
        asked = await demands.funnel(conn, by="month", first=first, last=last, park=None, bank=None)
        rows = await case_flow.months(conn, pool or None, first=first, last=last)
    demanded: dict[str | None, tuple[int, int]] = {
        row["value"]: (row["demands"], row["amount_fen"]) for row in asked
    }
    demanded[None] = (
        sum(number for number, _ in demanded.values()),
        sum(fen for _, fen in demanded.values()),
    )
    counted = {row["month"]: dict(row) for row in rows}
    months = sorted(month for month in {*demanded, *counted} if month is not None)
    lines = [
        FlowLine(
            **_NOTHING | counted.get(month, {}) | {"month": month},
            demands=demanded.get(month, (0, 0))[0],
            demands_amount_fen=demanded.get(month, (0, 0))[1],
        )
        for month in (*months, None)
    ]
    return FlowAnswer(first=first, last=last, months=lines[:-1], total=lines[-1])


async def _counted(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[CaseCounted]:
    return [CaseCounted(**dict(row)) for row in rows]


_COUNTED: Final = {"filed": Named("提交", "filed"), "approved": Named("批准", "approved")}
_CASES: Final = Listed(
    zh="统计所列申请",
    en="Cases counted",
    grid=case_flow.CASES,
    answers=_counted,
    names=lists.names,
    said={"counted": _COUNTED},
    of_reports=True,
    columns=(
        FileColumn("申请编号", "case", lambda one: one.number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        coded("状态", "state", "state", LIFE_CYCLE.states),
        FileColumn("提交日期", "filed on", lambda one: one.filed_on, "day"),
        FileColumn("批准日期", "approved on", lambda one: one.approved_on, "day"),
        FileColumn("用时（天）", "days", lambda one: one.days, "count"),
        FileColumn("金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
    ),
)  # fmt: skip


async def _wanted(
    caller: Watcher,
    context: CurrentContext,
    counted: Literal["filed", "approved"],
    first: Day | None = None,
    last: Day | None = None,
    pool: PoolCodes = [],  # noqa: B006
    bank: Code = None,
    state: State | None = None,
    q: Words = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
) -> dict[str, Any]:
    """`q`: a case's number, a credit code, or a part of a firm's name."""
    first, last = _days(first, last, business_date(context.clock.now()))
    return {
        "pool_code = any({}::text[])": pool or None,
        "bank_code = {}": bank,
        "state = {}": state,
        **case_flow.cases_meant(q),
        **case_flow.counted_between(counted, first, last),
        **between("amount_fen", fen_between("amount", amount_from, amount_to)),
    }


serve_list(
    router, "cases", _CASES, CaseCounted,
    caller=Watcher, wanted=_wanted, named="cases_counted",
    says="The cases behind a figure of the flow; their amounts sum to it, to the fen. The youngest first"
    "\nwhere `sort` says nothing else.",
)  # fmt: skip


def _days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """From the first to the last day. Raises FieldsWrong where it ends before it begins."""
    last = last or today
    first = first or date(last.year, 1, 1)
    if last < first:
        fault = FieldFault(("last",), "ends-before-it-begins", "止日早于起日",
                           "It ends before it begins.", "query")  # fmt: skip
        raise FieldsWrong([fault])
    return first, last
