"""Why a figure is what it is: what it is made of, the rule with its article, transfers, people."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page

router = APIRouter()


@router.get("/explain/{address:path}")
async def explanation(page: Page, address: str) -> Response:
    """One figure, opened; each part of it opens in turn."""
    figure = await page.risk_pool.get(f"/explanations/{address}")
    return page.render("explain.html", figure=figure)
