"""The register of rights: the list, and one page per right with all that is known of it."""

import asyncio
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.around import body as filled_in
from services.console.cases.listing import render_list
from services.console.cases.lists import RIGHTS
from services.console.cases.reported_rights import report_on, rights_named
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.client import not_found
from services.console.upstream.optional import items, or_none

router = APIRouter()

KEEPERS: Final = frozenset({"bank_operator", "reviewer", "approver"})
"""Who says something of a right."""
_FACTS: Final = (
    "name", "owner_uscc", "owner_name", "legal_status", "filed_on", "granted_on", "fees_paid_to",
    "renewed_on", "expires_on", "reference", "note", "document",
)  # fmt: skip


@router.get("/register/rights")
async def rights(page: Page) -> Response:
    """Rights that this person may know of."""
    return await render_list(page, "register_rights.html", RIGHTS)


@router.get("/register/find")
async def find(page: Page, kind: str, number: str, nice_class: int = 0) -> Response:
    """From a case to the page of one of its rights."""
    found = await page.applications.get("/rights", q=number, kind=kind, limit=200)
    for one in items(found):
        if one["number"] == number and (one["nice_class"] or 0) == nice_class:
            return page.redirect(f"/register/rights/{one['id']}")
    raise not_found()


@router.get("/register/rights/{right_id}")
async def right(page: Page, right_id: UUID) -> Response:
    """One right: facts with who said them, burdens, cases, and all that was said."""
    return await show_right(page, right_id, NOTHING_SENT)


@router.post("/register/rights/{right_id}/say")
async def say(page: Page, right_id: UUID) -> Response:
    """Say something of the right, from an extract or as one knows it."""

    async def send(form: FormData) -> None:
        known = await page.applications.get(f"/rights/{right_id}")
        said = {name: text(form, name) for name in _FACTS}
        body: dict[str, Any] = {name: value for name, value in said.items() if value}
        body |= {name: known[name] for name in ("kind", "number", "nice_class")}
        body |= {"source": text(form, "source"), "as_of": text(form, "as_of")}
        await page.applications.post("/rights", body, key=once(form))

    return await page.answer_form(
        send,
        action="say",
        show=lambda attempt: show_right(page, right_id, attempt),
        done=lambda _: page.redirect(f"/register/rights/{right_id}", "done.right-said"),
    )


@router.post("/register/rights/{right_id}/burden")
async def burden(page: Page, right_id: UUID) -> Response:
    """Enter a licence, a preservation, a dispute."""

    async def send(form: FormData) -> None:
        names = ("burden", "party", "reference", "began_on", "note")
        body = {name: value for name in names if (value := text(form, name))}
        await page.applications.post(f"/rights/{right_id}/burdens", body, key=once(form))

    return await page.answer_form(
        send,
        action="burden",
        show=lambda attempt: show_right(page, right_id, attempt),
        done=lambda _: page.redirect(f"/register/rights/{right_id}", "done.right-burden"),
    )


@router.post("/register/rights/{right_id}/burdens/{burden_id}/end")
async def end_burden(page: Page, right_id: UUID, burden_id: UUID) -> Response:
    """Say that a burden has ended."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("ended_on", "reason")}
        await page.applications.post(f"/right-burdens/{burden_id}/end", body, key=once(form))

    return await page.answer_form(
        send,
        action=f"end-{burden_id}",
        show=lambda attempt: show_right(page, right_id, attempt),
        done=lambda _: page.redirect(f"/register/rights/{right_id}", "done.right-burden-end"),
    )


@router.post("/register/rights/{right_id}/report")
async def report(page: Page, right_id: UUID) -> Response:
    """Enter a due-diligence report on the right, or on a package that it belongs to."""

    async def send(form: FormData) -> None:
        further = await rights_named(page, text(form, "further"))
        said = filled_in("report", form) | report_on([str(right_id), *further])
        if case := text(form, "case"):
            said["case"] = case
        await page.applications.post("/due-diligence-reports", said, key=once(form))

    return await page.answer_form(
        send,
        action="report",
        show=lambda attempt: show_right(page, right_id, attempt),
        done=lambda _: page.redirect(f"/register/rights/{right_id}#reports", "done.report"),
    )


async def show_right(page: PageContext, right_id: UUID, attempt: Attempt) -> Response:
    """The page of a right, with what was refused of a form where one was sent."""
    assert page.person is not None
    found, values, calls, reports = await asyncio.gather(
        page.applications.get(f"/rights/{right_id}"),
        page.applications.get(f"/rights/{right_id}/valuations"),
        or_none(page.applications.get("/cover-calls", right_id=str(right_id), limit=200)),
        page.applications.get("/due-diligence-reports", right_id=str(right_id), limit=200),
    )
    return page.render(
        "register_right.html",
        values=values,
        cover_calls=items(calls),
        reports=items(reports),
        methods=page.texts.codes("valuation_method"),
        attempt=attempt,
        right=found,
        keeps=bool(KEEPERS & page.person.roles),
        statuses=page.texts.codes("legal_status"),
        burdens=page.texts.codes("burden"),
        today=await today(page),
    )
