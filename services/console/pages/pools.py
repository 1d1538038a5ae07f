"""Pools: where the money is, how much of it is spoken for, and why each figure is what it is."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.addresses import Code
from services.console.http.forms import once, text
from services.console.http.page_context import Desk, desk
from services.console.http.streaming import handed_on
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.today import today

router = APIRouter()
MAY_EXPORT = frozenset({"auditor", "finance_checker", "admin"})
"""Who is shown the way to the ledger's export; the service judges."""

CASH = {"contribution": "contributions", "interest": "interest", "fee": "fees"}
"""What finance books by hand: kind → the last part of the service's path."""

At = Annotated[Desk, Depends(desk)]


@router.get("/pools")
async def pools(at: At) -> Response:
    """All pools, side by side."""
    return at.page("pools.html", pools=await at.risk_pool.get("/pools"))


@router.get("/pools/{code}")
async def pool(at: At, code: Code) -> Response:
    """One pool: money, exposure, limits, banks, the last transfers."""
    return await _shown(at, code)


@router.post("/pools/{code}/cash")
async def enter_cash(at: At, code: Code) -> Response:
    """Book a contribution, interest of the account, or a fee; then look at the pool again."""
    form = await at.form()
    kind = text(form, "kind")
    path = CASH.get(kind)
    if path is None:
        raise Problem(404, "not-found", "", "console")
    day = text(form, "day")
    body = {
        "amount": text(form, "amount").replace(",", ""),
        "note": text(form, "note"),
        ("paid_on" if kind == "fee" else "received_on"): day,
    }
    if kind == "contribution":
        body["party_code"] = text(form, "party_code")
    try:
        await at.risk_pool.post(f"/pools/{code}/{path}", body, key=once(form))
    except Problem as problem:
        if problem.status == 401:
            raise
        return await _shown(at, code, problem=problem, sent=form)
    return at.done(f"/pools/{code}", "done.cash-entry")


async def _shown(
    at: Desk, code: str, *, problem: Problem | None = None, sent: FormData | None = None
) -> Response:
    found = await at.risk_pool.get(f"/pools/{code}")
    if found.get("own") is not None or "available" not in found:
        return at.page("pool_of_bank.html", pool=found)
    parties = await at.risk_pool.get(f"/pools/{code}/parties")
    latest = await at.risk_pool.get(f"/pools/{code}/transfers", limit=8)
    return at.page(
        "pool.html",
        status=problem.status if problem else 200,
        pool=found,
        parties=parties,
        latest=latest["items"],
        cash=CASH,
        problem=problem,
        sent=sent or FormData(),
        today=await today(at),
    )


@router.get("/pools/{code}/transfers")
async def transfers(
    at: At,
    code: Code,
    account: str = "",
    reference: str = "",
    cursor: str = "",
) -> Response:
    """The ledger's transfers, all or of one account."""
    found = await at.risk_pool.get(
        f"/pools/{code}/transfers", account=account, reference=reference, cursor=cursor
    )
    return at.page(
        "transfers.html",
        code=code,
        account=account,
        reference=reference,
        transfers=found["items"],
        may_export=MAY_EXPORT,
        next=next_page(at.request, found),
        is_first=not cursor,
    )


@router.get("/pools/{code}/transfers/{seq}")
async def transfer(at: At, code: Code, seq: int) -> Response:
    """One transfer: the business fact, the people, the explanation, its place in the chain."""
    found = await at.risk_pool.get(f"/pools/{code}/transfers/{seq}")
    return at.page("transfer.html", code=code, transfer=found)


@router.get("/pools/{code}/ledger-export")
async def export(at: At, code: Code) -> Response:
    """The whole ledger as a file, to be verified on a machine of the auditor's own."""
    answer = await at.risk_pool.stream(f"/pools/{code}/ledger-export")
    return handed_on(answer, "content-type", "content-disposition")


@router.get("/pools/{code}/balances")
async def balances(at: At, code: Code, as_of: str = "", booked_by: str = "") -> Response:
    """All accounts as of a business day, and as they were known at a moment."""
    problem, found = None, None
    try:
        found = await at.risk_pool.get(f"/pools/{code}/balances", as_of=as_of, booked_by=booked_by)
    except Problem as error:
        if error.status not in (400, 422):
            raise
        problem = error
    return at.page(
        "balances.html",
        status=problem.status if problem else 200,
        code=code,
        balances=found,
        as_of=as_of,
        booked_by=booked_by,
        problem=problem,
    )


@router.get("/pools/{code}/banks/{bank}")
async def bank(at: At, code: Code, bank: Code) -> Response:
    """One bank in a pool: exposure, ratio of bad loans, what its breaker did and when."""
    banks = await at.risk_pool.get(f"/pools/{code}/banks")
    found = next((one for one in banks["banks"] if one["bank_code"] == bank), None)
    if found is None:
        raise Problem(404, "not-found", "", "risk_pool")
    return at.page("pool_bank.html", code=code, bank=found)
