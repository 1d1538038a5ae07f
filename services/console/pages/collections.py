"""The collection of a claim's loan: begun, its steps and instalments, its conclusion."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.choices import offered
from services.console.cases.kinds import COLLECTION
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import Problem

router = APIRouter()

RUNS = frozenset({"bank_operator", "finance_maker"})


@router.get("/claims/{claim_id}/collection")
async def collection(page: Page, claim_id: UUID) -> Response:
    """The collection of a claim; where there is none, the form to begin it."""
    return await _show(page, claim_id, NOTHING_SENT)


@router.post("/claims/{claim_id}/collection/begin")
async def begin_collection(page: Page, claim_id: UUID) -> Response:
    """Begin it, then look at it."""
    path = f"/claims/{claim_id}/collection"

    async def send(form: FormData) -> Any:
        body = {name: text(form, name) for name in ("collector", "plan")}
        return await page.risk_pool.post(path, body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, claim_id, attempt),
        done=lambda _: page.redirect(path, "done.collection-begin"),
    )


@router.post("/claims/{claim_id}/collection/{action}")
async def act_on_collection(page: Page, claim_id: UUID, action: str) -> Response:
    """Record a step, enter instalments, propose a conclusion or take it."""
    back = f"/claims/{claim_id}/collection"
    of_claim = await page.risk_pool.get(back)
    return await act(
        page,
        COLLECTION,
        action,
        api=page.risk_pool,
        path=f"/collections/{of_claim['id']}",
        back=back,
        show=lambda attempt: _show(page, claim_id, attempt),
    )


async def _show(page: PageContext, claim_id: UUID, attempt: Attempt) -> Response:
    try:
        answer = await page.risk_pool.read(f"/claims/{claim_id}/collection")
    except Problem as problem:
        if problem.status != 404:
            raise
        claim = await page.risk_pool.get(f"/claims/{claim_id}")
        assert page.person is not None
        may_begin = claim["approved_on"] is not None and not page.person.roles.isdisjoint(RUNS)
        return page.render("collection_new.html", claim=claim, attempt=attempt, may_begin=may_begin)
    stored = await shown(page, papers_of_case("collections", answer.body))
    return await render_case(
        page,
        COLLECTION,
        answer,
        attempt,
        stored=stored,
        **offered(COLLECTION, page.texts, attempt),
    )
