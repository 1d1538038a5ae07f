"""The approval sheet of a case as a PDF."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from services.applications.api.approval_levels import level_of
from services.applications.api.case_checks import checks_of
from services.applications.domain.life_cycle import LEADER, MANAGER
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries import banks, desk
from services.applications.queries.meetings import meetings_on
from services.applications.queries.submitted import case_row
from services.applications.queries.whole_case import whole_case
from services.applications.reports.approval import approval_sheet, sheet_number
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext

router = APIRouter(tags=["reviews"])

Printer = Annotated[Identity, Depends(requires("reviewer", "approver", LEADER, MANAGER, "auditor"))]
_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The sheet.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/applications/{case_id}/approval-sheet", response_class=Response, responses=_PDF)
async def read_sheet(case_id: UUID, caller: Printer, context: CurrentContext) -> Response:
    """The approval sheet (审批表), numbered: the case, its checks and conditions, the opinions as far
    as they are given, with places for signatures and the seal. Printed again, it is the same bytes.
    """
    today = business_date(context.clock.now())
    async with context.database.reading(caller.institution) as session:
        case = await whole_case(session, case_id, today=today)
        bank = await banks.bank(session, case.application.bank_code)
        pools = await banks.pools(session)
        conditions = [one.text for one in await desk.conditions(session, case_id)]
    async with context.database.looking(caller.institution) as conn:
        on, _, lines = await checks_of(conn, case_id, today=today)
        row = await case_row(conn, case_id)
        level = await level_of(conn, row, today=today)
        day = row["approved_on"] or today
        terms = await terms_or_none(conn, row["programme"], row["mode"], day)
        met = await meetings_on(conn, case_id)
    names = {pool.code: pool.name for pool, _ in pools}
    pdf = await asyncio.to_thread(
        approval_sheet,
        case,
        pool_name=names.get(case.application.pool_code, case.application.pool_code),
        bank_name=bank.name,
        programme=terms.name.zh if terms else row["programme"],
        mode=terms.mode_name.zh if terms else row["mode"],
        conditions=conditions,
        checks=lines,
        checks_on=str(on),
        level=level,
        meetings=met,
    )
    name = f'inline; filename="{sheet_number(case)}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})
