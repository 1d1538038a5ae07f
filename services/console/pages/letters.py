"""Notes and letters on the page of a case, and the bank's answers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import once, text
from services.console.http.page_context import Page, PageContext
from services.console.pages.cases import show_case

router = APIRouter()


@router.post("/letters/{case_id}/notes")
async def note(page: Page, case_id: UUID) -> Response:
    """For the bureau's own people, and for whom among them."""

    def body(form: FormData) -> dict[str, Any]:
        return {"text": text(form, "text"), "mentions": [str(x) for x in form.getlist("mentions")]}

    return await _send(page, case_id, "note", "notes", body)


@router.post("/letters/{case_id}/letters")
async def letter(page: Page, case_id: UUID) -> Response:
    """To the case's bank."""

    def body(form: FormData) -> dict[str, Any]:
        due_on = text(form, "due_on")
        return _written(form) | ({"due_on": due_on} if due_on else {})

    return await _send(page, case_id, "letter", "letters", body)


@router.post("/letters/{case_id}/letters/{letter_id}/answer")
async def answer(page: Page, case_id: UUID, letter_id: UUID) -> Response:
    """The bank's answer."""
    return await _send(
        page, case_id, "answer", f"letters/{letter_id}/answer", _written, of=str(letter_id)
    )


def _written(form: FormData) -> dict[str, Any]:
    return {"text": text(form, "text"), "sha256": text(form, "sha256")}


async def _send(
    page: PageContext, case_id: UUID, action: str, path: str,
    body: Callable[[FormData], dict[str, Any]], of: str = "",
) -> Response:  # fmt: skip
    return await page.answer_form(
        lambda form: page.applications.post(
            f"/applications/{case_id}/{path}", body(form), key=once(form)
        ),
        action=f"letter-{action}{of}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}#history", f"done.letter-{action}"),
    )
