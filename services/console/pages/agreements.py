"""Agreements (合作协议) of a pool: terms and floors, what is planned and has come, a form for a version."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, amount, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items, or_none

router = APIRouter()

STATES = ("entered", "in_force", "replaced", "refused")
ENTERS = frozenset({"finance_maker", "pool_manager"})
"""Who is shown the form; the service judges."""
FEE_KINDS = ("management", "account", "audit", "legal")
MOST_CONTRIBUTIONS = 6
MOST_FEES = 3
"""Rows of the form; who agrees on more parts sends them by the API."""


@router.get("/pools/{code}/agreements")
async def agreements(
    page: Page,
    code: CodeInPath,
    party: str = "",
    state: str = "",
    enter: str = "",
    cursor: str = "",
) -> Response:
    """The agreements of a pool, and a form for a version of the party `enter`."""
    asked = {"party": party, "state": state, "cursor": cursor}
    return await _show(page, code, NOTHING_SENT, asked, enter)


@router.post("/pools/{code}/agreements")
async def enter_agreement(page: Page, code: CodeInPath) -> Response:
    """Enter a version; another person puts it in force."""

    async def send(form: FormData) -> None:
        await page.risk_pool.post(f"/pools/{code}/agreements", _agreement(form), key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt, {}, text(attempt.form, "party_code")),
        done=lambda _: page.redirect(f"/pools/{code}/agreements", "done.agreement-entered"),
        action="enter",
    )


@router.post("/pools/{code}/agreements/{agreement_id}/{step}")
async def take_step(page: Page, code: CodeInPath, agreement_id: UUID, step: str) -> Response:
    """Put in force or refuse what another person has entered."""
    if step not in ("release", "refuse"):
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step == "refuse" else None
        await page.risk_pool.post(
            f"/agreements/{agreement_id}/{step}", body, key=once(form), if_match=text(form, "_etag")
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt, {}, ""),
        done=lambda _: page.redirect(f"/pools/{code}/agreements", f"done.agreement-{step}"),
        action=f"{step} {agreement_id}",
    )


def _agreement(form: FormData) -> dict[str, Any]:
    """The request that the form stands for; what was left empty was not agreed."""
    said: dict[str, Any] = {
        name: text(form, name)
        for name in (
            "party_code", "purpose", "valid_from", "valid_to", "reference", "note", "backdating_reason",
            "minimum_per", "contribution_share",
        )
        if text(form, name)
    }  # fmt: skip
    for name in ("line", "pool_share", "minimum_lending", "top_up_below"):
        if fen := amount(form, name):
            said[name] = fen
    said["papers"] = papers_typed(form)
    said["contributions"] = _rows(form, "contribution", MOST_CONTRIBUTIONS)
    said["fees"] = [
        {"kind": text(form, f"fee_kind_{nth}"), **row}
        for nth, row in enumerate(_rows(form, "fee", MOST_FEES))
    ]
    return said


def _rows(form: FormData, of: str, most: int) -> list[dict[str, str]]:
    """The rows of a plan down to the last one with a day or an amount, so that what is wrong with a
    row stands beside it."""
    rows = [
        {"amount": amount(form, f"{of}_amount_{nth}"), "due_on": text(form, f"{of}_day_{nth}")}
        for nth in range(most)
    ]
    filled = [nth for nth, row in enumerate(rows) if row["amount"] or row["due_on"]]
    return rows[: filled[-1] + 1] if filled else []


async def _show(
    page: PageContext, code: str, attempt: Attempt, asked: Mapping[str, str], enter: str
) -> Response:
    pool, found, so_far, parties = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/agreements", **asked),
        page.risk_pool.get(f"/pools/{code}/contributions"),
        or_none(page.risk_pool.get(f"/pools/{code}/parties")),
    )
    assert page.person is not None
    by_code = {one["code"]: one for one in items(parties)}
    return page.render(
        "agreements.html",
        attempt=attempt,
        pool=pool,
        rows=items(found),
        contributions=items(so_far),
        states=STATES,
        chosen=asked,
        entering=by_code.get(enter),
        parties=items(parties),
        may_enter=bool(page.person.roles & ENTERS),
        fee_kinds=FEE_KINDS,
        most_contributions=MOST_CONTRIBUTIONS,
        most_fees=MOST_FEES,
        next=next_page(page.request, found),
        is_first=not asked.get("cursor"),
        today=await today(page),
        papers=paper_rows(attempt.form, ["agreement"]),
    )
