"""One search over everything, as a page, and as the part of it that the palette shows."""

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.finding import find
from services.console.http.page_context import Page

router = APIRouter()


@router.get("/find")
async def found(page: Page, q: str = "") -> Response:
    """What the words mean among all that this person may see."""
    return page.render("find.html", q=q, found=await find(page, q) if q.strip() else [])


@router.get("/find/part")
async def part(page: Page, q: str = "") -> Response:
    """The same as options of the palette; without words the pages that this person has."""
    return page.render("find_part.html", found=await find(page, q))
