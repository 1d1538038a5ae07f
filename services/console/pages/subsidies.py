"""Subsidies: interest, fees and premiums that a programme's treasuries pay for a loan."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_subsidy
from services.console.cases.kinds import SUBSIDY
from services.console.cases.listing import grid_of, opens_with
from services.console.cases.lists import SUBSIDIES
from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.cases.papers_shown import papers_of_case, shown
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.optional import items, or_none

router = APIRouter()

_PREMIUM = "insurance_premium"

PAPERS = ("loan_contract", "disbursement_voucher", "insurance_policy")
"""What a subsidy is proved by."""

WORDS = ("loan_id", "code", "since", "until", "product", "policy_id", "fee_reason")

FLAGS = ("is_insured", "is_guaranteed", "is_small")
"""Of a loan or a firm, where a scheme's share asks for them."""


@router.get("/subsidies")
async def subsidies(page: Page) -> Response:
    """Subsidies, the newest first where nothing else is asked for; a bank files one here."""
    usual = await opens_with(page, SUBSIDIES)
    return page.redirect(usual) if usual else await _list(page, NOTHING_SENT)


@router.post("/subsidies")
async def file_subsidy(page: Page) -> Response:
    """File a subsidy for a loan and a period."""

    async def send(form: FormData) -> Any:
        pool = text(form, "pool_code") or "-"
        return await page.risk_pool.post(f"/pools/{pool}/subsidies", _body(form), key=once(form))

    return await page.answer_form(
        send,
        action="file",
        show=lambda attempt: _list(page, attempt),
        done=lambda answer: page.redirect(f"/subsidies/{answer['id']}", "done.subsidy-file"),
    )


@router.get("/subsidies/{subsidy_id}")
async def subsidy(page: Page, subsidy_id: UUID) -> Response:
    """One subsidy: what it comes to, from whose treasury, and why."""
    return await _show(page, subsidy_id, NOTHING_SENT)


@router.post("/subsidies/{subsidy_id}/{action}")
async def act_on_subsidy(page: Page, subsidy_id: UUID, action: str) -> Response:
    """Do one step of a subsidy, then look at it again."""
    path = f"/subsidies/{subsidy_id}"
    return await act(
        page,
        SUBSIDY,
        action,
        api=page.risk_pool,
        path=path,
        back=path,
        show=lambda attempt: _show(page, subsidy_id, attempt),
    )


def _body(form: FormData) -> dict[str, Any]:
    words = {name: text(form, name) for name in WORDS}
    money = {name: amount(form, name) for name in ("principal", "interest_paid", "fee")}
    rate = text(form, "market_rate_bp")
    said: dict[str, Any] = {name: value for name, value in (words | money).items() if value}
    if rate:
        said["market_rate_bp"] = int(rate) if rate.isascii() and rate.isdigit() else rate
    flags = {name: True for name in FLAGS if text(form, name) == "yes"}
    said["documents"] = papers_typed(form)
    return said | ({"attributes": flags} if flags else {})


async def _list(page: PageContext, attempt: Attempt) -> Response:
    (grid, problem), loans, offers, policies = await asyncio.gather(
        grid_of(page, SUBSIDIES),
        or_none(page.risk_pool.get("/coverages", limit=200)),
        page.risk_pool.get("/subsidy-offers"),
        or_none(page.risk_pool.get("/subsidy-policies", limit=200)),
    )
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(
        "subsidies.html",
        grid=grid,
        names=grid.names,
        loans=[one for one in items(loans) if one.get("disbursed_on")],
        offers=items(offers),
        policies=items(policies) if _PREMIUM in {one["of"] for one in items(offers)} else [],
        treasuries={one["pool_code"]: one["pool_name"] for one in items(offers)},
        products=sorted({product for one in items(offers) for product in one["products"]}),
        flags=[flag for flag in FLAGS if any(flag in one["flags"] for one in items(offers))],
        attempt=attempt,
        papers=paper_rows(attempt.form, PAPERS),
    )


async def _show(page: PageContext, subsidy_id: UUID, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/subsidies/{subsidy_id}")
    stored = await shown(page, papers_of_case("subsidies", answer.body))
    bars = at_subsidy(page.texts, answer.body["trial"])
    return await render_case(page, SUBSIDY, answer, attempt, stored=stored, bars=bars)
