"""What this person did with cases, service by service, the latest first."""

from datetime import date, datetime, time

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page
from services.console.rendering.paging import next_page
from services.console.upstream.client import SERVICES, not_found
from shared.clock import SHANGHAI

router = APIRouter()


@router.get("/my-acts")
async def my_acts(
    page: Page, service: str = "", since: str = "", cursor: str = ""
) -> Response:  # fmt: skip
    """The list of one service; risk_pool's for those of finance, else that of the cases."""
    assert page.person is not None
    usual = "risk_pool" if page.person.roles & {"finance_maker", "finance_checker"} else SERVICES[0]
    chosen = service or usual
    if chosen not in SERVICES:
        raise not_found()
    found = await page.apis[chosen].get("/my-acts", since=_midnight(since), cursor=cursor, limit=50)
    return page.render(
        "my_acts.html",
        found=found,
        chosen={"service": chosen, "since": since},
        services=SERVICES,
        next=next_page(page.request, found),
        is_first=not cursor,
    )


def _midnight(day: str) -> str:
    """The beginning of a day in Shanghai; what is no day is left out."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), SHANGHAI).isoformat()
    except ValueError:
        return ""
