"""The alliance for IP finance: its members by their agreements, and the scorecard of a year."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.page_context import Page

router = APIRouter()


@router.get("/pools/{code}/alliance")
async def alliance(
    page: Page, code: CodeInPath, year: Annotated[str, Query(max_length=4)] = ""
) -> Response:
    """Members with joining and leaving, and what each has done in the year."""
    asked = {"year": year} if year else {}
    found = await page.risk_pool.get(f"/pools/{code}/alliance", **asked)
    return page.render("alliance.html", code=code, found=found)
