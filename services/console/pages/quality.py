"""How good the data of a bank are: its figures over a period, and the rows behind one."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.page_context import Page
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/quality")
async def quality(page: Page) -> Response:
    """A bank's people see their own bank's figures; the bureau chooses a bank."""
    assert page.person is not None
    if page.person.is_of_bank:
        return page.redirect(f"/quality/{page.person.institution}")
    return page.render("quality_banks.html", banks=items(await page.applications.get("/banks")))


@router.get("/quality/{code}")
async def of_bank(page: Page, code: CodeInPath) -> Response:
    """The figures of one bank."""
    found = await page.applications.get(f"/banks/{code}/data-quality", **_period(page.request))
    return page.render("quality.html", found=found, period=_period(page.request))


@router.get("/quality/{code}/{measure}")
async def behind(page: Page, code: CodeInPath, measure: str, cursor: str = "") -> Response:
    """The rows that a measure counts."""
    path = f"/banks/{code}/data-quality"
    period = _period(page.request)
    figures = await page.applications.get(path, **period, measure=measure[:40])
    figure = next((one for one in figures["figures"] if one["measure"] == measure), None)
    known = figure["measure"] if figure else "unknown"
    found = await page.applications.get(f"{path}/{known}", **period, cursor=cursor)
    return page.render(
        "quality_rows.html",
        bank=figures,
        figure=figure,
        rows=items(found),
        period=period,
        next=next_page(page.request, found),
        is_first=not cursor,
    )


def _period(request: Request) -> dict[str, str]:
    """The first and last day that the address names."""
    asked = request.query_params
    return {name: asked.get(name, "") for name in ("from", "to")}
