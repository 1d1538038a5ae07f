"""Room in a pool: who waits in line for it, and which breakers keep whom out."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

DECISIONS = ("confirm", "refuse")
"""What a second person does with an order."""


@router.get("/pools/{code}/waiting-line")
async def waiting_line(page: Page, code: CodeInPath) -> Response:
    """Who waits for room, in order; a bank sees its own cases with their places."""
    line = items(await page.risk_pool.get(f"/pools/{code}/waiting-line"))
    return page.render("waiting_line.html", code=code, line=line)


@router.get("/pools/{code}/breakers")
async def breakers(page: Page, code: CodeInPath) -> Response:
    """Where the breakers of a pool stand, every look at them, and the orders by hand."""
    return await _show(page, code, NOTHING_SENT)


@router.post("/pools/{code}/breaker-orders")
async def propose(page: Page, code: CodeInPath) -> Response:
    """Propose to suspend or resume a bank, or the whole pool."""

    async def send(form: FormData) -> None:
        order = {name: text(form, name) for name in ("bank_code", "order", "reason")}
        await page.risk_pool.post(f"/pools/{code}/breaker-orders", order, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/breakers", "done.order-propose"),
        action="propose",
    )


@router.post("/pools/{code}/breaker-orders/{order_id}/{decision}")
async def decide(page: Page, code: CodeInPath, order_id: UUID, decision: str) -> Response:
    """Another person agrees to an order, or does not."""
    if decision not in DECISIONS:
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if decision == "refuse" else None
        path = f"/breaker-orders/{order_id}/{decision}"
        await page.risk_pool.post(path, body, key=once(form), if_match=text(form, "_etag"))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/breakers", f"done.order-{decision}"),
        action=str(order_id),
    )


async def _show(page: PageContext, code: str, attempt: Attempt) -> Response:
    banks = await page.risk_pool.get(f"/pools/{code}/banks")
    cursor = page.request.query_params.get("cursor", "")
    orders = await page.risk_pool.get(f"/pools/{code}/breaker-orders", cursor=cursor)
    pool = await page.risk_pool.get(f"/pools/{code}")
    return page.render(
        "breakers.html",
        attempt=attempt,
        code=code,
        pool=pool,
        banks=banks,
        orders=items(orders),
        next=next_page(page.request, orders),
        is_first=not cursor,
    )
