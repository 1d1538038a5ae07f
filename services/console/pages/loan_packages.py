"""Loan packages for securitisation: the list of a pool's, and one with its loans and its tape."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import LOAN_PACKAGE
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

_WORDS = ("name", "bank_code", "mode", "ip_kind", "matures_from", "matures_to")


@router.get("/pools/{code}/loan-packages")
async def packages(page: Page, code: CodeInPath, cursor: str = "") -> Response:
    """A pool's packages, the youngest first; a manager makes one here."""
    return await _list(page, code, NOTHING_SENT, cursor=cursor)


@router.post("/pools/{code}/loan-packages")
async def freeze(page: Page, code: CodeInPath) -> Response:
    """Choose loans by the conditions that are filled in, and freeze them."""

    async def send(form: FormData) -> Any:
        return await page.risk_pool.post(
            f"/pools/{code}/loan-packages", _body(form), key=once(form)
        )

    return await page.answer_form(
        send,
        action="freeze",
        show=lambda attempt: _list(page, code, attempt, cursor=""),
        done=lambda one: page.redirect(f"/loan-packages/{one['id']}", "done.package-freeze"),
    )


@router.get("/loan-packages/{package_id}")
async def package(page: Page, package_id: UUID, cursor: str = "") -> Response:
    """One package: what was frozen, and what became of its loans since."""
    return await _show(page, package_id, NOTHING_SENT, cursor=cursor)


@router.get("/loan-packages/{package_id}/tape.{form}")
async def tape(page: Page, package_id: UUID, form: str) -> Response:
    """The pool tape as the service makes it."""
    if form not in ("csv", "xlsx"):
        raise not_found()
    path = f"/loan-packages/{package_id}/tape.{form}?lang={page.texts.language}"
    return handed_on(await page.risk_pool.file(path))


@router.post("/loan-packages/{package_id}/{action}")
async def act_on_package(page: Page, package_id: UUID, action: str) -> Response:
    """Approve, end or dissolve a package."""
    path = f"/loan-packages/{package_id}"
    return await act(
        page, LOAN_PACKAGE, action, api=page.risk_pool, path=path, back=path,
        show=lambda attempt: _show(page, package_id, attempt, cursor=""),
    )  # fmt: skip


def _body(form: FormData) -> dict[str, Any]:
    said: dict[str, Any] = {name: text(form, name) for name in _WORDS}
    said |= {name: amount(form, name) for name in ("balance_from", "balance_to")}
    said = {name: value for name, value in said.items() if value}
    return {"name": "", **said, "not_overdue": text(form, "overdue_too") != "yes"}


async def _list(page: PageContext, code: str, attempt: Attempt, *, cursor: str) -> Response:
    pool, found, banks = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get("/loan-packages", pool=code, cursor=cursor),
        page.applications.get("/banks"),
    )
    return page.render(
        "loan_packages.html",
        attempt=attempt,
        pool=pool,
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
        banks=items(banks),
        kinds=page.texts.codes("ip_kind"),
    )


async def _show(page: PageContext, package_id: UUID, attempt: Attempt, *, cursor: str) -> Response:
    answer = await page.risk_pool.read(f"/loan-packages/{package_id}")
    loans = await page.risk_pool.get(f"/loan-packages/{package_id}/loans", cursor=cursor)
    return await render_case(
        page, LOAN_PACKAGE, answer, attempt, loans=items(loans),
        next=next_page(page.request, loans), is_first=not cursor,
    )  # fmt: skip
