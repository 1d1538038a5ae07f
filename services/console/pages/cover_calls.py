"""Calls for cover: the list, one with its figures, measures and forms, and asking on a case's page."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists_of_work import COVER_CALLS
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.cases import show_case
from services.console.upstream.client import not_found

router = APIRouter()

_FIELDS = {
    "propose": ("outcome", "reason"),
    "send-back": ("reason",),
    "conclude": ("opinion",),
}
"""The fields of the steps of a call, which the service names alike."""


@router.post("/case-cover/{case_id}")
async def ask_for_cover(page: Page, case_id: UUID) -> Response:
    """Ask for what a loan is short of."""

    async def send(form: FormData) -> Any:
        body = {name: text(form, name) for name in ("cover_by", "reason")}
        path = f"/applications/{case_id}/cover-calls"
        return await page.applications.post(path, body, key=once(form))

    return await page.answer_form(
        send,
        action="cover",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda call: page.redirect(f"/register/cover-calls/{call['id']}", "done.cover-ask"),
    )


@router.get("/register/cover-calls")
async def cover_calls(page: Page) -> Response:
    """Calls for cover, the youngest first where nothing else is asked for."""
    return await render_list(page, "cover_calls.html", COVER_CALLS)


@router.get("/register/cover-calls/{call_id}")
async def cover_call(page: Page, call_id: UUID) -> Response:
    """One call."""
    return await _show(page, call_id, NOTHING_SENT)


@router.post("/register/cover-calls/{call_id}/{step}")
async def act_on_cover_call(page: Page, call_id: UUID, step: str) -> Response:
    """Answer with a measure; say what is to become of it, send it back, decide."""

    async def send(form: FormData) -> None:
        said = _measure(form) if step == "measures" else _said(form, _FIELDS[step])
        await page.applications.post(f"/cover-calls/{call_id}/{step}", said, key=once(form))

    if step != "measures" and step not in _FIELDS:
        raise not_found()
    return await _answered(page, call_id, step, send)


@router.post("/register/cover-calls/{call_id}/measures/{measure_id}/{step}")
async def act_on_measure(page: Page, call_id: UUID, measure_id: UUID, step: str) -> Response:
    """Accept or refuse a measure, or say that it counts no more."""

    async def send(form: FormData) -> None:
        if step == "release":
            said = _said(form, ("on", "reason"))
        else:
            said = {"accepted": text(form, "accepted") == "yes", "opinion": text(form, "opinion")}
            if said["accepted"] and (counted := amount(form, "counted")):
                said["counted"] = counted
        path = f"/cover-calls/{call_id}/measures/{measure_id}/{step}"
        await page.applications.post(path, said, key=once(form))

    if step not in ("judge", "release"):
        raise not_found()
    return await _answered(page, call_id, f"{step}-{measure_id}", send)


def _said(form: FormData, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: text(form, name) for name in names}


def _measure(form: FormData) -> dict[str, Any]:
    """A measure as the service takes it; what is left empty is left out."""
    said: dict[str, Any] = _said(form, ("measure", "taken_on", "note"))
    if value := amount(form, "amount"):
        said["amount"] = value
    if number := text(form, "number"):
        right: dict[str, Any] = {"kind": text(form, "kind"), "number": number}
        if name := text(form, "name"):
            right["name"] = name
        if (nice_class := text(form, "nice_class")).isdigit():
            right["nice_class"] = int(nice_class)
        said["right"] = right
    if registration_no := text(form, "registration_no"):
        said["registration_no"] = registration_no
    if sha256 := text(form, "sha256"):
        said["papers"] = [{"sha256": sha256}]
    return said


async def _answered(page: PageContext, call_id: UUID, action: str, send: Any) -> Response:
    return await page.answer_form(
        send,
        action=action,
        show=lambda attempt: _show(page, call_id, attempt),
        done=lambda _: page.redirect(f"/register/cover-calls/{call_id}", "done.cover-step"),
    )


async def _show(page: PageContext, call_id: UUID, attempt: Attempt) -> Response:
    return page.render(
        "cover_call.html",
        call=await page.applications.get(f"/cover-calls/{call_id}"),
        attempt=attempt,
        kinds=page.texts.codes("right_kind"),
        measures=page.texts.codes("cover_measure"),
        outcomes=page.texts.codes("cover_outcome"),
        today=await today(page),
    )
