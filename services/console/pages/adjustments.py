"""Adjustments: what a claim has booked is booked back, by two persons."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_adjustment
from services.console.cases.kinds import ADJUSTMENT
from services.console.cases.paper_rows import papers_typed
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.pages.claims import show_claim

router = APIRouter()


@router.post("/claims/{claim_id}/adjust")
async def propose_adjustment(page: Page, claim_id: UUID) -> Response:
    """Propose an adjustment on the claim's page, then look at it."""

    async def send(form: FormData) -> Any:
        body: dict[str, Any] = {name: text(form, name) for name in ("kind", "reason", "evidence")}
        if body["kind"] == "late_money":
            late = {"amount": amount(form, "amount"), "received_on": text(form, "received_on")}
            body |= {name: said for name, said in late.items() if said}
        body["papers"] = papers_typed(form)
        return await page.risk_pool.post(f"/claims/{claim_id}/adjustments", body, key=once(form))

    return await page.answer_form(
        send,
        action="adjust",
        show=lambda attempt: show_claim(page, claim_id, attempt),
        done=lambda made: page.redirect(f"/adjustments/{made['id']}", "done.adjustment-propose"),
    )


@router.get("/adjustments/{adjustment_id}")
async def adjustment(page: Page, adjustment_id: UUID) -> Response:
    """One adjustment: every party before and after, and what is booked."""
    return await _show(page, adjustment_id, NOTHING_SENT)


@router.post("/adjustments/{adjustment_id}/{action}")
async def act_on_adjustment(page: Page, adjustment_id: UUID, action: str) -> Response:
    """Decide an adjustment, or refuse it."""
    path = f"/adjustments/{adjustment_id}"
    return await act(
        page,
        ADJUSTMENT,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, adjustment_id, attempt),
    )


async def _show(page: PageContext, adjustment_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/adjustments/{adjustment_id}")
    stored = await shown(page, papers_of_case("adjustments", answer.body))
    effect = answer.body["effect"] or answer.body["trial"]
    bars = at_adjustment(page.texts, effect)
    return await render_case(page, ADJUSTMENT, answer, attempt, stored=stored, bars=bars)
