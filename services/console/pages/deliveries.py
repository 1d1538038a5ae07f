"""The delivery log, one delivery a line: what was given up is found here and sent again; and one
message as it was written."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists_of_work import DELIVERIES
from services.console.http.forms import NOTHING_SENT, Attempt, once
from services.console.http.page_context import Page, PageContext
from services.console.pages.receivers import KEEPERS

router = APIRouter()

HERE = "/inbox/deliveries"


@router.get(HERE)
async def deliveries(page: Page) -> Response:
    """Deliveries, the newest first; those that were given up where nothing is chosen."""
    if not page.request.url.query:
        return page.redirect(await opens_with(page, DELIVERIES) or f"{HERE}?state=failed")
    return await _show(page, NOTHING_SENT)


@router.post(f"{HERE}/send-now")
async def send_now(page: Page) -> Response:
    """Send what is ticked at once, whatever became of it."""

    async def send(form: FormData) -> int:
        ticked = [str(one) for one in form.getlist("deliveries") if one]
        body = {"deliveries": ticked}
        sent = await page.notifications.post("/deliveries/send-now", body, key=once(form))
        count: int = sent["deliveries"]
        return count

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda count: page.redirect(HERE, "done.deliveries-sent", count=str(count)),
    )


@router.get("/inbox/messages/{message_id}")
async def message(page: Page, message_id: UUID) -> Response:
    """One message as it was written, with which words, and where it went."""
    found = await page.notifications.get(f"/messages/{message_id}")
    return page.render("message.html", one=found)


async def _show(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    grid, problem = await grid_of(page, DELIVERIES)
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(
        "deliveries.html",
        attempt=attempt,
        grid=grid,
        names=grid.names,
        keeps=bool(page.person.roles & KEEPERS),
    )
