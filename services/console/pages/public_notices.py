"""Public notices for the bureau's people: prepared, seen as everybody will read them, approved, watched."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import PUBLIC_NOTICE
from services.console.cases.listing import render_list
from services.console.cases.lists_of_finance import NOTICES
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.optional import items, or_none

router = APIRouter()

PREPARES = frozenset({"finance_maker", "reviewer"})


@router.get("/public-notices")
async def notices(page: Page) -> Response:
    """Every notice, the newest first, and the pools of which one can be prepared."""
    assert page.person is not None
    return await render_list(
        page, "public_notices.html", NOTICES,
        may_prepare=not page.person.roles.isdisjoint(PREPARES),
    )  # fmt: skip


@router.get("/pools/{code}/public-notices/new")
async def new_notice(page: Page, code: CodeInPath, corrects: str = "") -> Response:
    """The cases of a pool that wait, to be put on a list."""
    return await _form(page, code, corrects, NOTHING_SENT)


@router.post("/pools/{code}/public-notices/new")
async def prepare_notice(page: Page, code: CodeInPath, corrects: str = "") -> Response:
    """Prepare the list, then look at it as everybody will read it."""

    async def send(form: FormData) -> Any:
        days = text(form, "working_days")
        body: dict[str, Any] = {
            "title": text(form, "title"),
            "claims": [str(one) for one in form.getlist("claim")],
            "subsidies": [str(one) for one in form.getlist("subsidy")],
            "opens_on": text(form, "opens_on"),
        }
        if days:
            body["working_days"] = int(days) if days.isascii() and days.isdigit() else days
        if corrects:
            body["corrects"] = corrects
        return await page.risk_pool.post(f"/pools/{code}/public-notices", body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _form(page, code, corrects, attempt),
        done=lambda made: page.redirect(
            f"/public-notices/{made['id']}", "done.public_notice-prepare"
        ),
    )


async def _form(page: PageContext, code: str, corrects: str, attempt: Attempt) -> Response:
    pool, waiting = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/public-notices/waiting"),
    )
    before = await _before(page, corrects)
    return page.render(
        "public_notice_new.html",
        attempt=attempt,
        pool=pool,
        waiting=[*(before["listed"] if before else []), *items(waiting)],
        more=waiting["more"],
        before=before,
        corrects=corrects,
        today=await today(page),
    )


async def _before(page: PageContext, corrects: str) -> dict[str, Any] | None:
    """The notice that is to be corrected: its cases are offered again, ticked."""
    try:
        notice_id = UUID(corrects)
    except ValueError:
        return None
    found: dict[str, Any] | None = await or_none(page.risk_pool.get(f"/public-notices/{notice_id}"))
    if found is None:
        return None
    listed = [
        {**one, "id": one["case_id"], "number": one["case_number"], "principal": None}
        for one in found["listed"]
    ]
    return {**found, "listed": listed}


@router.get("/public-notices/{notice_id}")
async def notice(page: Page, notice_id: UUID) -> Response:
    """One notice: what everybody reads, its cases, what was objected."""
    return await _show(page, notice_id, NOTHING_SENT)


@router.post("/public-notices/{notice_id}/{action}")
async def act_on_notice(page: Page, notice_id: UUID, action: str) -> Response:
    """Approve, end or withdraw a notice."""
    path = f"/public-notices/{notice_id}"
    return await act(
        page, PUBLIC_NOTICE, action, api=page.risk_pool, path=path, back=path,
        show=lambda attempt: _show(page, notice_id, attempt),
    )  # fmt: skip


async def _show(page: PageContext, notice_id: UUID, attempt: Attempt) -> Response:
    answer, objections = await asyncio.gather(
        page.risk_pool.read(f"/public-notices/{notice_id}"),
        page.risk_pool.get("/objections", notice_id=str(notice_id), limit=200),
    )
    assert page.person is not None
    return await render_case(
        page,
        PUBLIC_NOTICE,
        answer,
        attempt,
        objections=items(objections),
        may_prepare=not page.person.roles.isdisjoint(PREPARES),
    )
