"""Cases as a list, and as a file."""

from datetime import date
from typing import Annotated, Any, Literal

import asyncpg
from fastapi import APIRouter, Query

from services.applications.api import presenters
from services.applications.api.common import Anyone
from services.applications.api.responses import CaseSummary
from services.applications.domain.life_cycle import LIFE_CYCLE, State
from services.applications.domain.waiting import lamp_days
from services.applications.queries import lists, searched
from services.applications.queries.lists import CaseFilter, conditions_of
from services.applications.tables.rows import ApplicationRow
from shared.auth.identity import Forbidden, Identity
from shared.clock import SHANGHAI, business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.field_messages import ONE_LINE
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Amount, Code, Day, Words, days_between, fen_between
from shared.http.list_routes import serve_list
from shared.money import format_fen
from shared.schemes.vocabulary import PURPOSES
from shared.schemes.vocabulary import Words as Named
from shared.sheets.table_files import FileColumn

router = APIRouter(tags=["applications"])


async def _answers(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[CaseSummary]:
    now, days = context.clock.now(), context.working_days
    return [presenters.summary(ApplicationRow(**row), now=now, working_days=days) for row in rows]


def _submitted(one: CaseSummary) -> date:
    return one.submitted_at.astimezone(SHANGHAI).date()


_LAMPS = {
    "red": Named("已超期", "overdue"),
    "yellow": Named("最后两个工作日", "the last two working days"),
}

CASES = Listed(
    zh="申请",
    en="Cases",
    grid=lists.CASES,
    answers=_answers,
    names=lists.names,
    said={"state": LIFE_CYCLE.states, "purpose": PURPOSES, "lamp": _LAMPS},
    columns=(
        FileColumn("申请编号", "case", lambda one: one.number),
        FileColumn("借款企业", "firm", lambda one: one.borrower_name),
        FileColumn("统一社会信用代码", "credit code", lambda one: one.borrower_uscc),
        FileColumn("银行", "bank", lambda one: one.bank_code, "name"),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("申请金额", "amount", lambda one: format_fen(one.amount_fen), "money"),
        FileColumn("期限（月）", "months", lambda one: one.tenor_months, "count"),
        FileColumn(
            "状态", "state", lambda one: one.state_zh,
            in_english=lambda one: LIFE_CYCLE.states[one.state].en,
        ),
        FileColumn("提交日期", "submitted on", _submitted, "day"),
        FileColumn("办理期限", "due on", lambda one: one.due_on, "day"),
    ),
)  # fmt: skip

_MEANT = (
    "The beginning of the case's number or its serial, part of the firm's name, the beginning of its credit "
    "code, or the number of a right, a loan or a pledge's entry: in any spelling."
)


async def _wanted(
    caller: Anyone,
    context: CurrentContext,
    state: Annotated[list[State], Query()] = [],  # noqa: B006 (FastAPI copies it)
    pool: Code = None,
    bank: Code = None,
    q: Annotated[Words, Query(description=_MEANT)] = None,
    assigned: Annotated[
        Literal["me"] | None, Query(description="Only cases that you have taken.")
    ] = None,
    person: Annotated[
        str | None,
        Query(max_length=200, pattern=ONE_LINE, description="The subject of who has taken it."),
    ] = None,
    mode: Annotated[Code, Query(description="The mode of the scheme, as `direct`.")] = None,
    purpose: Code = None,
    area: Annotated[
        str | None,
        Query(
            pattern="^[0-9]{2,6}$", description="The beginning of a division's code (GB/T 2260)."
        ),
    ] = None,
    priority: Annotated[int | None, Query(ge=0, le=2)] = None,
    lamp: Literal["red", "yellow"] | None = None,
    amount_from: Amount = None,
    amount_to: Amount = None,
    submitted_from: Day = None,
    submitted_to: Day = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    if caller.bank is not None and (person is not None or priority is not None):
        raise Forbidden(
            "经办人和紧急程度仅供主管部门筛选。",
            "Who has a case and its priority are for the bureau alone.",
        )
    lit = lamp and lamp_days(
        lamp, today=business_date(context.clock.now()), working_days=context.working_days
    )
    wanted = CaseFilter(
        own=caller.bank,
        state=state,
        pool_code=pool,
        bank_code=bank,
        mode=mode,
        purpose=purpose,
        area=area,
        assigned_to=caller.subject if assigned else person,
        priority=priority,
        fen=fen_between("amount", amount_from, amount_to),
        submitted=days_between("submitted", submitted_from, submitted_to),
        due=days_between("due", due_from, due_to),
        lit=lit or None,
    )
    async with context.database.looking(caller.institution) as conn:
        meant = await searched.cases(conn, q, own=caller.bank)
    return {**conditions_of(wanted), **meant}


serve_list(
    router, "applications", CASES, CaseSummary, caller=Anyone, wanted=_wanted, named="cases",
    says="Cases you may see, the youngest first where `sort` says nothing else.",
)  # fmt: skip
