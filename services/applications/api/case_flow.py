"""How cases flow, for those who lead: demanded, filed, approved, and how long that took."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.applications.api.common import Cursor, Limit
from services.applications.api.right_requests import Day
from services.applications.domain.life_cycle import State
from services.applications.queries import case_flow, demands
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.money import MONEY_NAMES, Fen
from shared.refusals import FieldFault, FieldsWrong

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


@router.get("/cases")
async def list_cases_counted(
    caller: Watcher,
    context: CurrentContext,
    counted: Literal["filed", "approved"],
    first: Day | None = None,
    last: Day | None = None,
    pool: PoolCodes = [],  # noqa: B006
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseCounted]:
    """The cases behind a figure of the flow; their amounts sum to it, to the fen."""
    first, last = _days(first, last, business_date(context.clock.now()))
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.looking_for_reports(caller.institution) as conn:
        rows = await case_flow.cases(
            conn, pool or None, counted, first=first, last=last, after=after, limit=limit + 1
        )
    items = [CaseCounted(**dict(row)) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


def _days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """From the first to the last day. Raises FieldsWrong where it ends before it begins."""
    last = last or today
    first = first or date(last.year, 1, 1)
    if last < first:
        fault = FieldFault(("last",), "ends-before-it-begins", "止日早于起日",
                           "It ends before it begins.", "query")  # fmt: skip
        raise FieldsWrong([fault])
    return first, last
