"""Agreed figures (协议数值) of a pool: those in force, and what waits for a second person."""

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
from shared.schemes.vocabulary import PARTIES

router = APIRouter()

STATES = ("entered", "in_force", "refused", "ended")
ENTERS = frozenset({"finance_maker", "pool_manager"})
"""Who is shown the form; the service judges."""


@router.get("/pools/{code}/figures")
async def figures(
    page: Page, code: CodeInPath, kind: str = "", state: str = "", enter: str = "", cursor: str = ""
) -> Response:
    """The figures of a pool, and a form for a new one of the kind `enter`."""
    return await _show(
        page, code, NOTHING_SENT, {"kind": kind, "state": state, "cursor": cursor}, enter
    )


@router.post("/pools/{code}/figures")
async def enter_figure(page: Page, code: CodeInPath) -> Response:
    """Enter a figure; another person releases it."""

    async def send(form: FormData) -> None:
        said = _figure(form) | await _loan_named(page, text(form, "loan_id"))
        await page.risk_pool.post(f"/pools/{code}/agreed-figures", said, key=once(form))

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt, {}, text(attempt.form, "kind")),
        done=lambda _: page.redirect(f"/pools/{code}/figures", "done.figure-entered"),
        action="enter",
    )


@router.post("/pools/{code}/figures/{figure_id}/{step}")
async def take_step(page: Page, code: CodeInPath, figure_id: UUID, step: str) -> Response:
    """Release or refuse what another person has entered."""
    if step not in ("release", "refuse"):
        raise not_found()

    async def send(form: FormData) -> None:
        body = {"reason": text(form, "reason")} if step == "refuse" else None
        await page.risk_pool.post(
            f"/agreed-figures/{figure_id}/{step}",
            body,
            key=once(form),
            if_match=text(form, "_etag"),
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, code, attempt, {}, ""),
        done=lambda _: page.redirect(f"/pools/{code}/figures", f"done.figure-{step}"),
        action=f"{step} {figure_id}",
    )


async def _loan_named(page: PageContext, name: str) -> dict[str, str]:
    """The loan that people name by its number; what is none is left to the service to refuse."""
    if not name:
        return {}
    found = items(await page.applications.get("/applications", q=name))
    return {"loan_id": next((one["id"] for one in found if one["number"] == name), name)}


def _figure(form: FormData) -> dict[str, Any]:
    """The request that the form stands for; what was left empty is not said."""
    said: dict[str, Any] = {
        name: text(form, name)
        for name in (
            "kind", "subject", "bank_code", "ratio", "paid_on", "valid_from", "valid_to",
            "reference", "evidence",
        )
        if text(form, name)
    }  # fmt: skip
    if fen := amount(form, "amount"):
        said["amount"] = fen
    for name in ("year", "since_year", "count"):
        number = text(form, name)
        if number:
            said[name] = int(number) if number.isascii() and number.isdigit() else number
    said["papers"] = papers_typed(form)
    if text(form, "flag"):
        said["flag"] = text(form, "flag") == "true"
    return said


async def _show(
    page: PageContext, code: str, attempt: Attempt, asked: Mapping[str, str], enter: str
) -> Response:
    pool, found, kinds, parties = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"),
        page.risk_pool.get(f"/pools/{code}/agreed-figures", **asked),
        page.risk_pool.get("/agreed-figure-kinds"),
        or_none(page.risk_pool.get(f"/pools/{code}/parties")),
    )
    assert page.person is not None
    by_name = {kind["kind"]: kind for kind in items(kinds)}
    return page.render(
        "agreed_figures.html",
        attempt=attempt,
        pool=pool,
        rows=items(found),
        kinds=items(kinds),
        states=STATES,
        chosen=asked,
        entering=by_name.get(enter),
        may_enter=bool(page.person.roles & ENTERS),
        parties_named=PARTIES,
        banks=[one for one in items(parties) if one["role"] == "bank"],
        next=next_page(page.request, found),
        is_first=not asked.get("cursor"),
        today=await today(page),
        papers=paper_rows(attempt.form, ["evidence"]),
        indicator_words={
            kind["kind"]: {one["subject"]: one for one in kind["subjects"]} for kind in items(kinds)
        },
    )
