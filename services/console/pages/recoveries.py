"""Recoveries: money that came in after a claim, and how it goes back."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_recovery
from services.console.cases.kinds import RECOVERY
from services.console.cases.listing import render_list
from services.console.cases.lists import RECOVERIES
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext

router = APIRouter()


@router.get("/recoveries")
async def recoveries(page: Page) -> Response:
    """Recoveries, the newest first where nothing else is chosen."""
    return await render_list(page, "recoveries.html", RECOVERIES)


@router.get("/recoveries/{recovery_id}")
async def recovery(page: Page, recovery_id: UUID) -> Response:
    """One recovery: costs first, then back by what each party bore."""
    return await _show(page, recovery_id, NOTHING_SENT)


@router.post("/recoveries/{recovery_id}/{action}")
async def act_on_recovery(page: Page, recovery_id: UUID, action: str) -> Response:
    """Confirm a recovery, or send it back."""
    path = f"/recoveries/{recovery_id}"
    return await act(
        page,
        RECOVERY,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, recovery_id, attempt),
    )


async def _show(page: PageContext, recovery_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/recoveries/{recovery_id}")
    stored = await shown(page, papers_of_case("recoveries", answer.body))
    bars = at_recovery(page.texts, answer.body["trial"])
    return await render_case(page, RECOVERY, answer, attempt, stored=stored, bars=bars)
