"""Where a letter leads that asks whether notices may be sent to its mailbox.

Looking confirms nothing: programmes that check mail open every link in it.
"""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext

router = APIRouter()


@router.get("/inbox/confirm/{subscription_id}")
async def confirm_address(page: Page, subscription_id: UUID, code: str = "") -> Response:
    """What is to be confirmed, with the code of the letter filled in."""
    return _show(page, subscription_id, code, NOTHING_SENT)


@router.post("/inbox/confirm/{subscription_id}")
async def confirm(page: Page, subscription_id: UUID) -> Response:
    """Say yes: notices go to the mailbox from now on."""

    async def send(form: FormData) -> None:
        await page.notifications.post(
            f"/subscriptions/{subscription_id}/confirm",
            {"code": text(form, "code")},
            key=once(form),
        )

    async def show(attempt: Attempt) -> Response:
        return _show(page, subscription_id, text(attempt.form, "code"), attempt)

    assert page.person is not None
    shown_at = "/#receivers" if page.person.party else "/inbox/receivers#subscriptions"
    return await page.answer_form(
        send, show=show, done=lambda _: page.redirect(shown_at, "done.receiver-confirm")
    )


def _show(page: PageContext, subscription_id: UUID, code: str, attempt: Attempt) -> Response:
    return page.render(
        "confirm_address.html", subscription_id=subscription_id, code=code, attempt=attempt
    )
