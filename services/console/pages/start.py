"""The first page: what waits for me, and where the pools stand today."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.rendering.navigation import SETS_UP
from services.console.upstream.installation import Installation, read_installation
from services.console.upstream.optional import items, nothing, or_none
from services.console.upstream.programmes import read_programmes
from shared.money import format_fen, parse_fen

router = APIRouter()

_MONTHS_SHOWN = 12
_FOR_BANK = (
    "returned_for_correction",
    "capacity_reserved",
    "pledge_registered",
    "capacity_declined",
)
"""States in which a case waits for its bank before the loan is out."""


@router.get("/")
async def start(page: Page) -> Response:
    """What waits, today's figures, the last messages."""
    person = page.person
    assert person is not None
    of_bank = person.is_of_bank
    works = bool(person.roles & {"reviewer", "approver"})
    finance = bool(person.roles & {"finance_maker", "finance_checker", "reviewer"})
    (
        queue,
        statistics,
        pools,
        claims,
        recoveries,
        inbox,
        for_bank,
        day,
        known,
        cash,
        asked,
    ) = await asyncio.gather(
        or_none(page.applications.get("/queue", limit=6)) if works else nothing(),
        or_none(page.applications.get("/statistics")),
        or_none(page.risk_pool.get("/pools")),
        or_none(page.risk_pool.get("/claims", limit=100)) if finance or of_bank else nothing(),
        or_none(page.risk_pool.get("/recoveries", state="" if of_bank else "reported", limit=20)),
        or_none(page.notifications.get("/inbox", limit=6)),
        or_none(page.applications.get("/applications", state=_FOR_BANK, limit=8))
        if of_bank
        else nothing(),
        today(page),
        nothing() if of_bank else or_none(read_programmes(page.risk_pool)),
        or_none(page.risk_pool.get("/cash-entries", state="entered")) if finance else nothing(),
        or_none(page.applications.get("/loan-requests")),
    )
    installation = await _set_up_here(page, pools)
    if installation and installation.is_empty:
        return page.redirect("/setup")
    shown_pools = items(pools or [])
    months = await _months(page, shown_pools) if finance else []
    late = await _overdue(page, shown_pools) if finance else []
    return page.render(
        "start.html",
        day=day,
        is_set_up=installation is None or installation.is_ready,
        queue=items(queue) if queue else [],
        claims=_for(page, items(claims or [])),
        recoveries=_for(page, items(recoveries or [])),
        asked=[one for one in asked or [] if one["pending_actions"]],
        months=_pending(months),
        cash=_pending(cash or []),
        late=late,
        versions=_pending([one for programme in known or () for one in programme["versions"]]),
        for_bank=items(for_bank or []),
        pools=shown_pools,
        cases=_by_month(statistics["cases"] if statistics else []),
        states=_by_state(statistics["cases"] if statistics else []),
        loans=statistics["loans"] if statistics else [],
        inbox=inbox,
    )


async def _set_up_here(page: PageContext, pools: Any) -> Installation | None:
    """What is set up, for the people whom that concerns: everybody of the bureau where there is
    no pool yet, else those who set up. None for the rest."""
    assert page.person is not None
    concerns = pools == [] or page.person.roles & SETS_UP
    if page.person.is_of_bank or not concerns:
        return None
    found: Installation | None = await or_none(read_installation(page.apis))
    return found


async def _months(page: PageContext, pools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = await asyncio.gather(
        *(
            or_none(page.risk_pool.get(f"/pools/{pool['code']}/settlements", limit=3))
            for pool in pools
        )
    )
    return [month for one in found if one for month in one["items"]]


async def _overdue(page: PageContext, pools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What parties should have paid by now, of every pool, each with its pool's code."""
    found = await asyncio.gather(
        *(
            or_none(page.risk_pool.get(f"/pools/{pool['code']}/open-items", overdue="true"))
            for pool in pools
        )
    )
    return [
        {**item, "pool_code": pool["code"]}
        for pool, owed in zip(pools, found, strict=True)
        for item in owed or []
        if item["direction"] in ("receivable", "contribution")
    ]


def _pending(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that wait for this person: the service says that something can be done now, and that
    somebody is waited for; a paid claim may be written off any day, and is nobody's work today."""
    return [
        one
        for one in found
        if one["pending_actions"] and (not one["waiting_for"] or one["waiting_for"]["roles"])
    ]


def _for(page: PageContext, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same for a bank: only where it is the bank that is waited for. It may withdraw what lies
    with the bureau, and has nothing to do about it."""
    assert page.person is not None
    pending = _pending(found)
    if not page.person.is_of_bank:
        return pending
    return [
        one
        for one in pending
        if not one["waiting_for"] or page.person.roles & set(one["waiting_for"]["roles"])
    ]


def _by_month(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int, str]]:
    """(month, cases, amount) of the last twelve months with cases, the earliest first."""
    cases: Counter[str] = Counter()
    fen: Counter[str] = Counter()
    for row in rows:
        cases[row["month"]] += row["cases"]
        fen[row["month"]] += parse_fen(row["amount"])
    return [
        (month, cases[month], format_fen(fen[month])) for month in sorted(cases)[-_MONTHS_SHOWN:]
    ]


def _by_state(rows: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """(state, cases), the most frequent first."""
    cases: Counter[str] = Counter()
    for row in rows:
        cases[row["state"]] += row["cases"]
    return sorted(cases.items(), key=lambda one: (-one[1], one[0]))
