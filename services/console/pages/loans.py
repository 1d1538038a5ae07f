"""What a bank says of a loan that is out: where it stands, a later maturity, a disbursement that was
none; and how the bureau decides on it. All of it stands on the page of the loan's case."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.actions import lists_typed
from services.console.http.forms import amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.pages.cases import show_case
from services.console.upstream.client import Problem, not_found

router = APIRouter()

STEPS = ("recommend", "approve", "refuse")


@router.post("/loans/{loan_id}/positions")
async def report_position(page: Page, loan_id: UUID) -> Response:
    """Report where the loan stood at a month's end, or mend what was reported of it."""

    async def send(form: FormData) -> None:
        body = {"month": text(form, "month"), "items": [_position(loan_id, form)]}
        answer = await page.applications.post("/positions", body, key=once(form))
        _must_be_taken(page, answer["verdicts"][0])

    return await page.answer_form(
        send,
        action="position",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.loan-position"),
    )


@router.post("/loans/{loan_id}/changes")
async def request_change(page: Page, loan_id: UUID) -> Response:
    """Ask for a later maturity."""

    async def send(form: FormData) -> None:
        body = {name: text(form, name) for name in ("kind", "matures_on", "reason", "plan")}
        paper = {name: text(form, name) for name in ("filename", "sha256")}
        papers = [{"kind": "extension_agreement", **paper}] if any(paper.values()) else []
        path = f"/loans/{loan_id}/changes"
        await page.applications.post(path, body | {"papers": papers}, key=once(form))

    return await page.answer_form(
        send,
        action="change",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.change-request"),
    )


@router.post("/loans/{loan_id}/changes/{change_id}/{action}")
async def decide_change(page: Page, loan_id: UUID, change_id: UUID, action: str) -> Response:
    """Recommend, approve or refuse a later maturity."""
    if action not in STEPS:
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"opinion": text(form, "opinion")}
        await page.applications.post(f"/loan-changes/{change_id}/{action}", body, key=once(form))

    return await page.answer_form(
        send,
        action=f"change-{action}",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", f"done.change-{action}"),
    )


@router.post("/loans/{loan_id}/undo-disbursement")
async def ask_to_undo(page: Page, loan_id: UUID) -> Response:
    """Say that nothing was paid out; another person confirms it."""

    async def send(form: FormData) -> None:
        path = f"/applications/{loan_id}/undo-disbursement/request"
        await page.applications.post(path, {"reason": text(form, "reason")}, key=once(form))

    return await page.answer_form(
        send,
        action="ask-undo",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.case-ask_undo"),
    )


@router.post("/loans/{loan_id}/draws")
async def draw(page: Page, loan_id: UUID) -> Response:
    """Say that a further part of the loan was paid out."""

    async def send(form: FormData) -> None:
        body = {
            "amount": amount(form, "amount"),
            "drawn_on": text(form, "drawn_on"),
            "reference": text(form, "reference"),
            "lists_checked": lists_typed(form),
            "not_a_double": bool(text(form, "not_a_double")),
        }
        await page.applications.post(f"/loans/{loan_id}/draws", body, key=once(form))

    return await page.answer_form(
        send,
        action="draw",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.draw"),
    )


@router.post("/loans/{loan_id}/draws/undo")
async def ask_to_undo_draw(page: Page, loan_id: UUID) -> Response:
    """Say that a draw bounced or never was; another person confirms it."""

    async def send(form: FormData) -> None:
        draw_no = text(form, "draw_no")
        path = f"/loans/{loan_id}/draws/{int(draw_no) if draw_no.isdigit() else 0}/undo/request"
        await page.applications.post(path, {"reason": text(form, "reason")}, key=once(form))

    return await page.answer_form(
        send,
        action="ask-undo-draw",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.ask-undo-draw"),
    )


@router.post("/loans/{loan_id}/draws/{draw_no}/undo")
async def undo_draw(page: Page, loan_id: UUID, draw_no: int) -> Response:
    """Confirm that a draw was never paid out."""

    async def send(form: FormData) -> None:
        await page.applications.post(f"/loans/{loan_id}/draws/{draw_no}/undo", key=once(form))

    return await page.answer_form(
        send,
        action="undo-draw",
        show=lambda attempt: show_case(page, loan_id, attempt),
        done=lambda _: page.redirect(f"/cases/{loan_id}", "done.undo-draw"),
    )


def _position(loan_id: UUID, form: FormData) -> dict[str, Any]:
    days = text(form, "overdue_days")
    money = ("outstanding_principal", "interest_arrears", "penalty_interest")
    reason = text(form, "reason")
    return {
        "loan_id": str(loan_id),
        **{name: amount(form, name) or "0.00" for name in money},
        "overdue_days": int(days) if days.isascii() and days.isdigit() else days,
        "risk_class": text(form, "risk_class"),
        "confirmed": [str(code) for code in form.getlist("confirmed")],
        **({"reason": reason} if reason else {}),
    }


def _must_be_taken(page: PageContext, verdict: dict[str, Any]) -> None:
    """A row that is refused, or that asks to be confirmed, is shown at its fields."""
    if verdict["accepted"]:
        return
    asked = verdict["to_confirm"]
    raise Problem(
        422,
        "position-refused" if verdict["errors"] else "position-questions",
        "",
        "console",
        errors=[
            {"pointer": f"#{one['field']}", "message": page.texts.of(one)}
            for one in verdict["errors"]
        ],
        extra={"to_confirm": asked},
    )
