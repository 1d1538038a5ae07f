"""Top-up calls (补仓通知) of a pool: where it stands against the agreed line, and calls of two persons."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.before_after import at_top_up
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/pools/{code}/top-ups")
async def top_ups(page: Page, code: CodeInPath) -> Response:
    """The line, the money, who pays which part, the calls, and a form for a new one."""
    return await _show(page, code, NOTHING_SENT)


@router.post("/pools/{code}/top-ups")
async def raise_call(page: Page, code: CodeInPath) -> Response:
    """Raise a call; another person calls."""

    async def send(form: FormData) -> None:
        body = {
            "amount": amount(form, "amount"),
            "pay_by": text(form, "pay_by"),
            "reason": text(form, "reason"),
        }
        await page.risk_pool.post(f"/pools/{code}/top-up-calls", body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/top-ups", "done.top-up-raised"),
        action="raise",
    )


@router.post("/pools/{code}/top-ups/{call_id}/{step}")
async def take_step(page: Page, code: CodeInPath, call_id: UUID, step: str) -> Response:
    """Call, or refuse what another person has raised."""
    if step not in ("call", "refuse"):
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step == "refuse" else None
        await page.risk_pool.post(
            f"/top-up-calls/{call_id}/{step}", body, key=once(form), if_match=text(form, "_etag")
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/top-ups", f"done.top-up-{step}"),
        action=f"{step} {call_id}",
    )


async def _show(page: PageContext, code: str, attempt: Attempt) -> Response:
    cursor = page.request.query_params.get("cursor", "")
    pool, situation, calls = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/top-up"),
        page.risk_pool.get(f"/pools/{code}/top-up-calls", cursor=cursor),
    )
    assert page.person is not None
    return page.render(
        "top_ups.html",
        attempt=attempt,
        pool=pool,
        situation=situation,
        calls=items(calls),
        bars={
            one["id"]: at_top_up(page.texts, situation, one["amount"])
            for one in items(calls)
            if "call" in one["pending_actions"]
        },
        next=next_page(page.request, calls),
        is_first=not cursor,
        may_raise="finance_maker" in page.person.roles,
    )
