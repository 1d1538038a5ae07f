"""Run-off of a pool (存续清算): what is left, the order of two persons, the distribution, the end."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.before_after import at_run_off
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.upstream.client import not_found

router = APIRouter()

STEPS = ("confirm", "refuse", "propose_distribution", "distribute", "send_back", "close")
SAYS_WHY = frozenset({"refuse", "send_back"})


@router.get("/pools/{code}/run-off")
async def run_off(page: Page, code: CodeInPath) -> Response:
    """What is left in the pool, and what has been decided."""
    return await _show(page, code, NOTHING_SENT)


@router.post("/pools/{code}/run-off")
async def propose(page: Page, code: CodeInPath) -> Response:
    """Propose to run the pool off; another person confirms."""

    async def send(form: FormData) -> None:
        body = {
            "from_day": text(form, "from_day"),
            "reason": text(form, "reason"),
            "keeps_reserved": text(form, "keeps_reserved") != "false",
        }
        await page.risk_pool.post(f"/pools/{code}/run-offs", body, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/run-off", "done.run-off-proposed"),
        action="propose",
    )


@router.post("/pools/{code}/run-off/{run_off_id}/{step}")
async def take_step(page: Page, code: CodeInPath, run_off_id: UUID, step: str) -> Response:
    """Take a step of the order."""
    if step not in STEPS:
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step in SAYS_WHY else None
        await page.risk_pool.post(
            f"/run-offs/{run_off_id}/{step}", body, key=once(form), if_match=text(form, "_etag")
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt),
        done=lambda _: page.redirect(f"/pools/{code}/run-off", f"done.run-off-{step}"),
        action=step,
    )


async def _show(page: PageContext, code: str, attempt: Attempt) -> Response:
    pool, found = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"), page.risk_pool.get(f"/pools/{code}/run-off")
    )
    assert page.person is not None
    orders = found["orders"]
    live = next((one for one in orders if one["state"] != "refused"), None)
    return page.render(
        "run_off.html",
        attempt=attempt,
        pool=pool,
        found=found,
        live=live,
        refused=[one for one in orders if one["state"] == "refused"],
        says_why=SAYS_WHY,
        bars=at_run_off(page.texts, found, live),
        may_propose="pool_manager" in page.person.roles and live is None,
        today=await today(page),
    )
