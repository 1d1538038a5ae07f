"""Credit repairs (信用修复): the list, and one with the form for whoever acts next."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/register/repairs")
async def repairs(page: Page, state: str = "", cursor: str = "") -> Response:
    """Repairs, the newest first."""
    found = await page.applications.get("/credit-repairs", state=state, cursor=cursor)
    return page.render(
        "register_repairs.html",
        rows=items(found),
        states=page.texts.codes("repair_state"),
        chosen={"state": state},
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/register/repairs/{repair_id}")
async def repair(page: Page, repair_id: UUID) -> Response:
    """One repair."""
    return await _show(page, repair_id, NOTHING_SENT)


@router.post("/register/repairs/{repair_id}/{action}")
async def act_on_repair(page: Page, repair_id: UUID, action: str) -> Response:
    """Give an opinion on it, grant it or refuse it."""

    async def send(form: FormData) -> None:
        body = {"opinion": text(form, "opinion")}
        await page.applications.post(f"/credit-repairs/{repair_id}/{action}", body, key=once(form))

    if action not in page.texts.codes("repair_action"):
        return await repair(page, repair_id)
    return await page.answer_form(
        send,
        action=action,
        show=lambda attempt: _show(page, repair_id, attempt),
        done=lambda _: page.redirect(f"/register/repairs/{repair_id}", "done.repair-act"),
    )


async def _show(page: PageContext, repair_id: UUID, attempt: Attempt) -> Response:
    return page.render(
        "register_repair.html",
        attempt=attempt,
        repair=await page.applications.get(f"/credit-repairs/{repair_id}"),
    )
