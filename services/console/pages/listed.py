"""Lists of dishonest or abnormal firms: entries, whose they are, and what a person finds of a name."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

SAYS = frozenset({"reviewer", "approver", "pool_manager"})
"""Who says of a name whose it is."""
ASKS = frozenset({"bank_operator", "reviewer"})
"""Who asks for a credit repair."""
VERDICTS = ("same_firm", "ruled_out")
GROUNDS = ("corrected", "objection")
_EVIDENCE = ["evidence"]


@router.get("/register/listed")
async def listed(
    page: Page, q: str = "", list: str = "", stands: str = "true", cursor: str = ""
) -> Response:
    """Entries of the register, and how fresh each list is."""
    found, held = await asyncio.gather(
        page.applications.get(
            "/listed-firms", q=q, list=list, stands="" if stands == "all" else stands, cursor=cursor
        ),
        page.applications.get("/credit-lists"),
    )
    return page.render(
        "register_listed.html",
        rows=items(found),
        held=items(held),
        chosen={"q": q, "list": list, "stands": stands},
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/register/matches")
async def matches(page: Page, unsaid: str = "", uscc: str = "", cursor: str = "") -> Response:
    """Firms of cases that stand, or may stand, on a list."""
    found = await page.applications.get(
        "/listed-firm-matches", unsaid=unsaid, uscc=uscc, cursor=cursor
    )
    return page.render(
        "register_matches.html",
        rows=items(found),
        chosen={"unsaid": unsaid, "uscc": uscc},
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/register/listed/{entry_id}")
async def entry(page: Page, entry_id: UUID) -> Response:
    """One entry."""
    return await _show(page, entry_id, NOTHING_SENT)


@router.post("/register/listed/{entry_id}/verdict")
async def say_of_match(page: Page, entry_id: UUID) -> Response:
    """Say that a name is this firm's, or another's."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("borrower_uscc", "verdict", "reason")}
        await page.applications.post(f"/listed-firms/{entry_id}/verdicts", body, key=once(form))

    form = await page.form()
    return await page.answer_form(
        send,
        action=f"verdict-{text(form, 'borrower_uscc')}",
        show=lambda attempt: _show(page, entry_id, attempt),
        done=lambda _: page.redirect(f"/register/listed/{entry_id}", "done.list-verdict"),
    )


@router.post("/register/listed/{entry_id}/repair")
async def request_repair(page: Page, entry_id: UUID) -> Response:
    """Ask for a credit repair, then look at it."""

    async def send(form: FormData) -> UUID:
        body = {name: text(form, name) for name in ("borrower_uscc", "ground", "reason")}
        papers = papers_typed(form)
        document = papers[0].get("document", papers[0].get("sha256", "")) if papers else ""
        done = await page.applications.post(
            f"/listed-firms/{entry_id}/repairs", body | {"document": document}, key=once(form)
        )
        return UUID(done["id"])

    return await page.answer_form(
        send,
        action="repair",
        show=lambda attempt: _show(page, entry_id, attempt),
        done=lambda made: page.redirect(f"/register/repairs/{made}", "done.repair-request"),
    )


async def _show(page: PageContext, entry_id: UUID, attempt: Attempt) -> Response:
    found = await page.applications.get(f"/listed-firms/{entry_id}")
    assert page.person is not None
    roles = page.person.roles
    return page.render(
        "register_listed_firm.html",
        attempt=attempt,
        entry=found,
        says=not found["uscc"] and bool(SAYS & roles),
        asks=not found["ended_on"] and bool(ASKS & roles) and bool(found["matches"]),
        verdicts=VERDICTS,
        grounds=GROUNDS,
        papers=paper_rows(attempt.of("repair").form, _EVIDENCE),
    )
