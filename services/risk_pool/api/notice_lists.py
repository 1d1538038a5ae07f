"""Public notices and objections to them as lists, and as files."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends

from services.risk_pool.api.cases import presented
from services.risk_pool.api.objections import ObjectionInList
from services.risk_pool.api.public_notices import NoticeInList, shown_in_list
from services.risk_pool.api.roles import BUREAU
from services.risk_pool.domain import objection, public_notice
from services.risk_pool.queries import lists, notice_lists
from shared import canonical
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.grids import Listed, Rows
from shared.http.list_filters import Code, Day, Words, days_between
from shared.http.list_routes import serve_list
from shared.postgres.conditions import between
from shared.sheets.table_files import STATE, FileColumn

router = APIRouter()

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]


async def _notices(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[NoticeInList]:
    today = business_date(context.clock.now())
    return [NoticeInList(**shown_in_list(row, caller, today)) for row in rows]


async def _objections(
    conn: asyncpg.Connection, rows: Rows, caller: Identity, context: Context
) -> list[ObjectionInList]:
    return [ObjectionInList(**presented(objection.LIFE_CYCLE, row, caller)) for row in rows]


_NOTICES = Listed(
    zh="公示",
    en="Public notices",
    grid=notice_lists.NOTICES,
    answers=_notices,
    names=lists.names,
    said={"state": public_notice.LIFE_CYCLE.states},
    columns=(
        FileColumn("公示编号", "notice", lambda one: one.number),
        FileColumn("名称", "title", lambda one: one.title),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("起始日", "opens on", lambda one: one.opens_on, "day"),
        FileColumn("截止日", "last day", lambda one: one.last_day, "day"),
        FileColumn("公示笔数", "cases", lambda one: one.cases, "count"),
        FileColumn("异议数", "objections", lambda one: one.objections, "count"),
        STATE,
    ),
)
_OBJECTIONS = Listed(
    zh="公示异议",
    en="Objections",
    grid=notice_lists.OBJECTIONS,
    answers=_objections,
    names=lists.names,
    said={"state": objection.LIFE_CYCLE.states},
    columns=(
        FileColumn("受理编号", "objection", lambda one: one.number),
        FileColumn("公示编号", "notice", lambda one: one.notice_number),
        FileColumn("资金池", "pool", lambda one: one.pool_code, "name"),
        FileColumn("企业名称", "firm", lambda one: one.borrower_name),
        FileColumn("提出日期", "filed on", lambda one: one.filed_on, "day"),
        FileColumn("办理期限", "due on", lambda one: one.due_on, "day"),
        FileColumn("答复日期", "decided on", lambda one: one.decided_on, "day"),
        STATE,
    ),
)


async def _notices_wanted(
    caller: Bureau,
    pool: Code = None,
    state: public_notice.State | None = None,
    q: Words = None,
    opens_from: Day = None,
    opens_to: Day = None,
) -> dict[str, Any]:
    """`q`: a number or a part of a title."""
    words = canonical.plain(q) if q else ""
    return {
        "pool_code = {}": pool,
        "state = {}": state,
        **between("opens_on", days_between("opens", opens_from, opens_to)),
        "(number = {} or strpos(title, {}) > 0)": (words, (q or "").strip()) if words else None,
    }


async def _objections_wanted(
    caller: Bureau,
    pool: Code = None,
    notice_id: UUID | None = None,
    state: objection.State | None = None,
    q: Words = None,
    filed_from: Day = None,
    filed_to: Day = None,
    due_from: Day = None,
    due_to: Day = None,
) -> dict[str, Any]:
    """`q`: the number of an objection or a notice, or a part of a firm's name."""
    words = canonical.plain(q) if q else ""
    return {
        "pool_code = {}": pool,
        "notice_id = {}": notice_id,
        "state = {}": state,
        **between("filed_on", days_between("filed", filed_from, filed_to)),
        **between("due_on", days_between("due", due_from, due_to)),
        "({} in (number, notice_number) or strpos(borrower_name, {}) > 0)": (
            (words, (q or "").strip()) if words else None
        ),
    }


serve_list(
    router, "public-notices", _NOTICES, NoticeInList,
    caller=Bureau, wanted=_notices_wanted, tags=("public notices",), named="public_notices",
    says="Public notices, the newest first where `sort` says nothing else.",
)  # fmt: skip
serve_list(
    router, "objections", _OBJECTIONS, ObjectionInList,
    caller=Bureau, wanted=_objections_wanted, tags=("public notices",), named="objections",
    says="Objections to public notices, the newest first where `sort` says nothing else.",
)  # fmt: skip
