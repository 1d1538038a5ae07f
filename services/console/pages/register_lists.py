"""Lists around the registers that have no other page: due days, entered pledges, reports."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists_of_registers import PLEDGE_RECORDS, REGISTER_DUE, REPORTS
from services.console.http.page_context import Page

router = APIRouter()


@router.get("/register/due")
async def due_days(page: Page) -> Response:
    """What the registers have still to enter, the earliest day first."""
    return await render_list(page, "register_due.html", REGISTER_DUE)


@router.get("/register/pledge-records")
async def pledge_records(page: Page) -> Response:
    """The pledges of a period in the fields of the national record; of the year so far where none is
    named."""
    return await render_list(page, "register_pledge_records.html", PLEDGE_RECORDS)


@router.get("/register/reports")
async def reports(page: Page) -> Response:
    """Due-diligence reports on rights, firms and packages, the youngest first."""
    return await render_list(page, "register_reports_list.html", REPORTS)
