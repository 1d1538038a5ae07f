"""The delivery log, one delivery a line: what was given up is found here and sent again; and one
message as it was written."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once
from services.console.http.page_context import Page, PageContext
from services.console.pages.receivers import KEEPERS
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

HERE = "/inbox/deliveries"
_FILTERS = ("state", "channel", "event_type", "receiver_id")


@router.get(HERE)
async def deliveries(page: Page) -> Response:
    """Deliveries, the newest first; those that were given up where nothing is chosen."""
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
    query = page.request.query_params
    chosen = {name: query.get(name, "") for name in _FILTERS}
    if "state" not in query:
        chosen["state"] = "failed"
    if not _is_id(chosen["receiver_id"]):
        chosen["receiver_id"] = ""
    found = await page.notifications.get(
        "/deliveries", **chosen, cursor=query.get("cursor", ""), limit=50
    )
    return page.render(
        "deliveries.html",
        rows=items(found),
        chosen=chosen,
        keeps=bool(page.person.roles & KEEPERS),
        states=page.texts.codes("delivery_state"),
        channels=page.texts.codes("notice_channel"),
        next=next_page(page.request, found),
        is_first="cursor" not in query,
        attempt=attempt,
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
