"""Pools: where the money is, how much of it is spoken for, and why each figure is what it is."""

import asyncio
import re
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists_of_books import TRANSFERS
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items, or_none

router = APIRouter()
MAY_EXPORT = frozenset({"auditor", "finance_checker", "admin"})
"""Who is shown the way to the ledger's export; the service judges."""

SEES_ACCOUNT = frozenset({"finance_maker", "finance_checker", "pool_manager", "auditor"})
"""Who is shown the way to the dedicated account; the service judges."""
_ID: Final = re.compile(r"[0-9a-f-]{36}")


@router.get("/pools")
async def pools(page: Page) -> Response:
    """All pools, side by side."""
    return page.render("pools.html", pools=items(await page.risk_pool.get("/pools")))


@router.get("/pools/{code}")
async def pool(page: Page, code: CodeInPath) -> Response:
    """One pool: money, exposure, limits, banks, the last transfers."""
    return await _show(page, code)


async def _show(page: PageContext, code: str) -> Response:
    found = await page.risk_pool.get(f"/pools/{code}")
    if found.get("own") is not None or "available" not in found:
        owed, rank = await asyncio.gather(
            or_none(page.risk_pool.get(f"/pools/{code}/open-items")),
            or_none(page.risk_pool.get(f"/pools/{code}/own-rank")),
        )
        return page.render("pool_of_bank.html", pool=found, owed=items(owed), rank=items(rank))
    parties = await page.risk_pool.get(f"/pools/{code}/parties")
    latest = await page.risk_pool.get(f"/pools/{code}/transfers", limit=8)
    return page.render(
        "pool.html",
        pool=found,
        parties=items(parties),
        latest=items(latest),
        sees_account=SEES_ACCOUNT,
    )


@router.get("/pools/{code}/transfers")
async def transfers(page: Page, code: CodeInPath) -> Response:
    """The ledger's transfers: all, or of one account, of one business fact, of one loan."""
    return await render_list(
        page,
        "transfers.html",
        TRANSFERS.in_pool(code),
        named=await _asked_for(page, code),
        code=code,
        may_export=MAY_EXPORT,
    )


async def _asked_for(page: PageContext, code: str) -> dict[str, list[tuple[str, str]]]:
    """What the account and the loan are called by which the ledger is narrowed."""
    query = page.request.query_params
    found: list[tuple[str, str]] = []
    if account := query.get("account", ""):
        kind, _, party = account.partition(":")
        words = page.texts.term("account", kind)
        found.append((account, f"{words} {page.names.get(party, party)}".strip()))
    if (loan := query.get("loan_id", "")) and _ID.fullmatch(loan):
        case = await or_none(page.applications.get(f"/applications/{loan}"))
        found.append((loan, case["number"] if case else loan))
    return {"account": found}


@router.get("/pools/{code}/transfers/{seq}")
async def transfer(page: Page, code: CodeInPath, seq: int) -> Response:
    """One transfer: the business fact, the people, the explanation, its place in the chain."""
    found = await page.risk_pool.get(f"/pools/{code}/transfers/{seq}")
    return page.render("transfer.html", code=code, transfer=found)


@router.get("/pools/{code}/ledger-export")
async def export(page: Page, code: CodeInPath) -> Response:
    """The whole ledger as a file, to be verified on a machine of the auditor's own."""
    answer = await page.risk_pool.stream(f"/pools/{code}/ledger-export")
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/pools/{code}/audit-export")
async def export_for_audit(page: Page, code: CodeInPath) -> Response:
    """The ledger as a zip to hand over, with a program that checks it and needs only Python."""
    answer = await page.risk_pool.stream(f"/pools/{code}/audit-export")
    return pass_on(answer, "content-type", "content-disposition")


@router.get("/pools/{code}/balances.xlsx")
async def balances_as_workbook(
    page: Page, code: CodeInPath, as_of: str = "", booked_by: str = ""
) -> Response:
    """The trial balance as a workbook, as of the same day and moment as the page."""
    booked = _in_shanghai(booked_by)
    asked = {"lang": page.texts.language, "as_of": as_of, "booked_by": booked}
    query = urlencode({name: value for name, value in asked.items() if value})
    answer = await page.risk_pool.stream(f"/pools/{code}/balances.xlsx?{query}")
    return pass_on(answer, "content-type", "content-disposition")


def _in_shanghai(moment: str) -> str:
    """A time as a browser's field gives it, 2026-03-31T18:00, with the zone that it is meant in."""
    return f"{moment}:00+08:00" if len(moment) == len("2026-03-31T18:00") else moment


@router.get("/pools/{code}/balances")
async def balances(page: Page, code: CodeInPath, as_of: str = "", booked_by: str = "") -> Response:
    """All accounts as of a business day, and as they were known at a moment."""
    attempt, found = NOTHING_SENT, None
    try:
        found = await page.risk_pool.get(
            f"/pools/{code}/balances", as_of=as_of, booked_by=_in_shanghai(booked_by)
        )
    except Problem as error:
        if error.status not in (400, 422):
            raise
        attempt = Attempt(problem=error)
    return page.render(
        "balances.html",
        attempt=attempt,
        code=code,
        balances=found,
        as_of=as_of,
        booked_by=booked_by,
    )


@router.get("/pools/{code}/banks/{bank}")
async def bank(page: Page, code: CodeInPath, bank: CodeInPath) -> Response:
    """One bank in a pool: exposure, ratio of bad loans, what its breaker did and when."""
    banks = await page.risk_pool.get(f"/pools/{code}/banks")
    found = next((one for one in banks["banks"] if one["bank_code"] == bank), None)
    if found is None:
        raise not_found()
    return page.render("pool_bank.html", code=code, bank=found)
