"""Payment files: where parties are paid, orders prepared, released, downloaded, and heard of."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_payment
from services.console.cases.kinds import PAYMENT_FILE
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items

router = APIRouter()

PAYEE = (
    "party_code", "purpose", "holder", "account_number", "bank_name", "cnaps", "valid_from",
)  # fmt: skip
"""What is entered of a payee's account."""


@router.get("/pools/{code}/payments")
async def payments(page: Page, code: CodeInPath, cursor: str = "") -> Response:
    """What may be paid, the files so far, where parties are paid, and the form for a report."""
    return await _show(page, code, NOTHING_SENT, cursor)


@router.post("/pools/{code}/payments")
async def prepare(page: Page, code: CodeInPath) -> Response:
    """Prepare a file over the items that were ticked; then look at it."""
    made: dict[str, Any] = {}

    async def send(form: FormData) -> None:
        double = text(form, "confirm_double_of")
        more = {"confirm_double_of": double} if double else {}
        said = {
            "execution_on": text(form, "execution_on"),
            "orders": [{"item": str(one), **more} for one in form.getlist("item")],
        }
        made.update(await page.risk_pool.post(f"/pools/{code}/payment-files", said, key=once(form)))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/payment-files/{made['id']}", "done.payment_file-prepare"),
        action="prepare",
    )


@router.post("/pools/{code}/payments/payee")
async def enter_payee(page: Page, code: CodeInPath) -> Response:
    """Enter where a party is paid; another person confirms it."""

    async def send(form: FormData) -> None:
        said = {name: text(form, name) for name in PAYEE}
        said["account_number"] = said["account_number"].replace(" ", "")
        await page.risk_pool.post(f"/pools/{code}/party-accounts", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/payments", "done.payee-enter"),
        action="payee",
    )


@router.post("/pools/{code}/payments/payee/{account_id}/{step}")
async def take_step(page: Page, code: CodeInPath, account_id: UUID, step: str) -> Response:
    """Confirm or refuse a payee's account that another person has entered."""
    if step not in ("confirm", "refuse"):
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step == "refuse" else None
        await page.risk_pool.post(f"/party-accounts/{account_id}/{step}", body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/payments", f"done.payee-{step}"),
        action=f"{step} {account_id}",
    )


@router.post("/pools/{code}/payments/status")
async def import_status(page: Page, code: CodeInPath) -> Response:
    """Send the bank's report to the service, then look at the file that it is about."""
    made: dict[str, Any] = {}

    async def send(form: FormData) -> None:
        content, _ = await uploaded(form, "file")
        if not content:
            raise Problem(422, "file-missing", "", "console")
        path = f"/pools/{code}/payment-status"
        made.update(await page.risk_pool.post_file(path, content, key=once(form)))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(
            f"/payment-files/{made['file_id']}", "done.payment-status", count=str(len(made["rows"]))
        ),
        action="status",
        files=1,
    )


@router.get("/payment-files/{file_id}")
async def payment_file(page: Page, file_id: UUID) -> Response:
    """A file: its sum and every amount read back, its orders, and who may release it."""
    return await _show_file(page, file_id, NOTHING_SENT)


@router.get("/payment-files/{file_id}/pain.001")
async def download(page: Page, file_id: UUID) -> Response:
    """The bytes for the bank, handed on as the service made them."""
    file = await page.risk_pool.file(f"/payment-files/{file_id}/pain.001")
    return handed_on(file)


@router.post("/payment-files/{file_id}/{action}")
async def act_on_file(page: Page, file_id: UUID, action: str) -> Response:
    """Release a file, refuse it, or take it back."""
    return await act(
        page,
        PAYMENT_FILE,
        action,
        api=page.risk_pool,
        path=f"/payment-files/{file_id}",
        back=f"/payment-files/{file_id}",
        show=lambda attempt: _show_file(page, file_id, attempt),
    )


async def _show_file(page: PageContext, file_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/payment-files/{file_id}")
    where = f"/pools/{answer.body['pool_code']}"
    pool, parties = await asyncio.gather(
        page.risk_pool.get(where), page.risk_pool.get(f"{where}/parties")
    )
    assert page.person is not None
    return await render_case(
        page,
        PAYMENT_FILE,
        answer,
        attempt,
        bars=at_payment(page.texts, pool, answer.body["total"], comes_in=False, later=True)
        if answer.body["state"] == "prepared"
        else [],
        pool=pool,
        names={one["code"]: one["name"] for one in items(parties)},
        may_download=answer.body["state"] == "released"
        and bool(page.person.roles & {"finance_maker", "finance_checker"}),
    )


async def _show(page: PageContext, code: str, attempt: Attempt, cursor: str = "") -> Response:
    pool, owed, parties, payees, found, day = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/open-items"),
        page.risk_pool.get(f"/pools/{code}/parties"),
        page.risk_pool.get(f"/pools/{code}/party-accounts"),
        page.risk_pool.get(f"/pools/{code}/payment-files", cursor=cursor),
        today(page),
    )
    assert page.person is not None
    roles = page.person.roles
    problem = attempt.problem
    return page.render(
        "payments.html",
        attempt=attempt,
        pool=pool,
        owed=[one for one in items(owed) if one["direction"] not in ("receivable", "contribution")],
        parties=items(parties),
        names={one["code"]: one["name"] for one in items(parties)},
        payees=items(payees),
        files=items(found),
        rows=(problem.extra.get("rows") or []) if problem else [],
        double=problem.extra.get("entry") if problem and problem.code == "likely-double" else None,
        may_prepare="finance_maker" in roles,
        may_enter=bool(roles & {"finance_maker", "pool_manager"}),
        may_import=bool(roles & {"finance_maker", "finance_checker"}),
        next=next_page(page.request, found),
        is_first=not cursor,
        today=day,
    )
