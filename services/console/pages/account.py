"""The dedicated account (专户): registered by two persons, its statements imported and looked at."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/pools/{code}/account")
async def account(page: Page, code: CodeInPath, cursor: str = "") -> Response:
    """The accounts of a pool, the form for a statement, and the statements so far."""
    return await _show(page, code, NOTHING_SENT, cursor)


@router.post("/pools/{code}/account")
async def enter_account(page: Page, code: CodeInPath) -> Response:
    """Enter an account; another person confirms it."""

    async def send(form: FormData) -> None:
        said = {name: text(form, name) for name in ("account_number", "bank_name", "holder")}
        said["account_number"] = said["account_number"].replace(" ", "")
        await page.risk_pool.post(f"/pools/{code}/accounts", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/account", "done.account-enter"),
        action="enter",
    )


@router.post("/pools/{code}/account/import")
async def import_statement(page: Page, code: CodeInPath) -> Response:
    """Send a file to the service, then show what became of every row."""

    async def send(form: FormData) -> Response:
        content, name = await uploaded(form, "file")
        if not content:
            raise Problem(422, "file-missing", "", "console")
        done = await page.risk_pool.post_file(
            f"/pools/{code}/account-statements",
            content,
            key=once(form),
            file_name=name,
            account=text(form, "account"),
            opening=amount(form, "opening"),
            closing=amount(form, "closing"),
            covers_until=text(form, "covers_until"),
        )
        pool = await page.risk_pool.get(f"/pools/{code}")
        return page.render("account_imported.html", pool=pool, done=done, file_name=name)

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda answer: answer,
        action="import",
        files=1,
    )


@router.post("/pools/{code}/account/{account_id}/{step}")
async def take_step(page: Page, code: CodeInPath, account_id: UUID, step: str) -> Response:
    """Confirm or refuse an account that another person has entered."""
    if step not in ("confirm", "refuse"):
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step == "refuse" else None
        await page.risk_pool.post(f"/pool-accounts/{account_id}/{step}", body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/account", f"done.account-{step}"),
        action=f"{step} {account_id}",
    )


@router.get("/pools/{code}/account/statements/{statement_id}")
async def statement(page: Page, code: CodeInPath, statement_id: UUID) -> Response:
    """The lines that a statement brought, and what is open of each."""
    pool, found = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/account-statements/{statement_id}"),
    )
    return page.render("account_statement.html", pool=pool, statement=found)


@router.get("/pools/{code}/account/reconciliation")
async def reconciliation(page: Page, code: CodeInPath, on: str = "") -> Response:
    """Booked balance and bank's balance on a day, and every item between them."""
    pool, found = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/account-reconciliation", on=on),
    )
    return page.render("account_reconciliation.html", pool=pool, found=found)


async def _show(page: PageContext, code: str, attempt: Attempt, cursor: str = "") -> Response:
    pool, accounts, found, day = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/accounts"),
        page.risk_pool.get(f"/pools/{code}/account-statements", cursor=cursor),
        today(page),
    )
    assert page.person is not None
    return page.render(
        "account.html",
        attempt=attempt,
        pool=pool,
        accounts=items(accounts),
        in_use=[one for one in items(accounts) if one["state"] == "in_use"],
        statements=items(found),
        may_import=bool(page.person.roles & {"finance_maker", "finance_checker"}),
        may_enter=bool(page.person.roles & {"finance_maker", "pool_manager"}),
        rows=(attempt.problem.extra.get("rows") or []) if attempt.problem else [],
        next=next_page(page.request, found),
        is_first=not cursor,
        today=day,
    )
