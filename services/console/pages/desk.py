"""The people of the desk: who is away and who stands in, who keeps out of which case or firm."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.http.today import today
from services.console.pages.cases import show_case
from services.console.upstream.client import not_found
from services.console.upstream.optional import items, nothing

router = APIRouter()


@router.get("/desk")
async def desk(page: Page) -> Response:
    """Who works here, who is away, who keeps out."""
    return await _show(page, NOTHING_SENT)


@router.post("/desk/absences")
async def enter_absence(page: Page) -> Response:
    """Somebody is away, and another stands in."""
    names = ("subject", "delegate", "from_day", "to_day", "reason")
    return await _send(page, "absence", "/absences", names)


@router.post("/desk/absences/{absence_id}/end")
async def end_absence(page: Page, absence_id: UUID) -> Response:
    """Who was away is back."""
    return await _send(page, "absence-end", f"/absences/{absence_id}/end", None)


@router.post("/desk/conflicts")
async def declare_for_firm(page: Page) -> Response:
    """Somebody keeps out of all that a firm files."""
    return await _send(page, "conflict", "/conflicts", ("subject", "borrower_uscc", "reason"))


@router.post("/desk/conflicts/{conflict_id}/lift")
async def lift_conflict(page: Page, conflict_id: UUID) -> Response:
    """It holds no longer."""
    path = f"/conflicts/{conflict_id}/lift"
    return await _send(page, "conflict-lift", path, ("reason",), of=str(conflict_id))


@router.post("/desk/templates")
async def add_template(page: Page) -> Response:
    """Words for an opinion: kept, or filled on an example and shown before."""
    if text(await page.form(), "do") == "preview":
        return await _preview(page)
    names = ("pool_code", "step", "title", "text")
    return await _send(page, "template", "/opinion-templates", names, optional=("pool_code",))


@router.post("/desk/templates/{template_id}/{action}")
async def keep_template(page: Page, template_id: UUID, action: str) -> Response:
    """Other words, or none any more."""
    if action not in ("change", "remove"):
        raise not_found()
    names = ("title", "text") if action == "change" else None
    path = f"/opinion-templates/{template_id}/{action}"
    return await _send(page, f"template-{action}", path, names, of=str(template_id))


@router.get("/desk/cases/{case_id}/approval-sheet")
async def approval_sheet(page: Page, case_id: UUID) -> Response:
    """The approval sheet, to print, sign and seal."""
    answer = await page.applications.stream(f"/applications/{case_id}/approval-sheet")
    return pass_on(answer, "content-type", "content-disposition")


@router.post("/desk/cases/{case_id}/conflict")
async def declare_for_case(page: Page, case_id: UUID) -> Response:
    """Somebody keeps out of a case, or of all that its firm files."""

    def body(form: FormData) -> dict[str, Any]:
        where = (
            {"borrower_uscc": text(form, "uscc")}
            if text(form, "of") == "firm"
            else {"case": str(case_id)}
        )
        return {"subject": text(form, "subject"), "reason": text(form, "reason"), **where}

    return await _of_case(page, case_id, "conflict", "/conflicts", body)


@router.post("/desk/cases/{case_id}/priority")
async def set_priority(page: Page, case_id: UUID) -> Response:
    """How urgent a case is."""

    def body(form: FormData) -> dict[str, Any]:
        said = text(form, "priority")
        return {"priority": int(said) if said in ("0", "1", "2") else -1,
                "reason": text(form, "reason")}  # fmt: skip

    return await _of_case(page, case_id, "priority", f"/applications/{case_id}/priority", body)


async def _preview(page: PageContext) -> Response:
    """What is typed stays in the form."""
    found: dict[str, str] = {}

    async def send(form: FormData) -> None:
        body = {"text": text(form, "text")}
        found.update(
            await page.applications.post("/opinion-templates/preview", body, key=once(form))
        )

    refused = await page.answer_form(
        send,
        action="template",
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/desk"),
    )
    if not found:
        return refused
    return await _show(page, Attempt("template", await page.form()), preview=found["text"])


async def _of_case(
    page: PageContext, case_id: UUID, action: str, path: str,
    body: Callable[[FormData], dict[str, Any]],
) -> Response:  # fmt: skip
    return await page.answer_form(
        lambda form: page.applications.post(path, body(form), key=once(form)),
        action=f"desk-{action}",
        show=lambda attempt: show_case(page, case_id, attempt),
        done=lambda _: page.redirect(f"/cases/{case_id}", f"done.desk-{action}"),
    )


async def _send(
    page: PageContext,
    action: str,
    path: str,
    names: tuple[str, ...] | None,
    optional: tuple[str, ...] = (),
    of: str = "",
) -> Response:
    """`of`: whose form of this action it is, where each row of a table has one."""

    def sent(form: FormData) -> Awaitable[Any]:
        body = (
            None
            if names is None
            else {
                name: text(form, name) for name in names if text(form, name) or name not in optional
            }
        )
        return page.applications.post(path, body, key=once(form))

    return await page.answer_form(
        sent,
        action=f"{action}-{of}" if of else action,
        show=lambda attempt: _show(page, attempt),
        done=lambda _: page.redirect("/desk", f"done.desk-{action}"),
    )


async def _show(page: PageContext, attempt: Attempt, *, preview: str = "") -> Response:
    assert page.person is not None
    says = bool({"reviewer", "approver", "leader", "pool_manager"} & page.person.roles)
    staff, absences, conflicts, templates, pools = await asyncio.gather(
        page.applications.get("/staff"),
        page.applications.get("/absences"),
        page.applications.get("/conflicts"),
        page.applications.get("/opinion-templates") if says else nothing(),
        page.applications.get("/pools"),
    )
    manages = "pool_manager" in page.person.roles
    people = items(staff)
    return page.render(
        "desk.html",
        attempt=attempt,
        staff=people,
        names={one["subject"]: one["name"] for one in people},
        sayable=[one for one in people if manages or one["subject"] == page.person.subject],
        reviewers=[one for one in people if "reviewer" in one["roles"]],
        absences=items(absences),
        conflicts=items(conflicts),
        manages=manages,
        says=says,
        templates=items(templates),
        preview=preview,
        pools=items(pools),
        today=await today(page),
    )
