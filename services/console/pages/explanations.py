"""Why a figure is what it is: what it is made of, the rule with its article, transfers, people."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.addresses import CodeInPath, MonthInPath
from services.console.http.page_context import Page

router = APIRouter()


@router.get("/explain/{address:path}")
async def explanation(page: Page, address: str) -> Response:
    """One figure, opened; each part of it opens in turn."""
    figure = await page.risk_pool.get(f"/explanations/{address}")
    return page.render("explain.html", figure=figure)


@router.get("/pools/{code}/settlements/{month}/parties/{party}")
async def statement(
    page: Page, code: CodeInPath, month: MonthInPath, party: CodeInPath
) -> Response:
    """A party's statement as a page on which every figure opens."""
    found = await page.risk_pool.get(f"/pools/{code}/settlements/{month}/statements/{party}.json")
    return page.render("statement.html", statement=found, code=code, month=month, party=party)
