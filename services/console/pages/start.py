"""The first page: what waits for me, and where the pools stand today."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import names_of
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages import party
from services.console.rendering.navigation import SETS_UP
from services.console.upstream.installation import Installation, read_installation
from services.console.upstream.optional import items, or_none
from services.console.upstream.to_do import read_to_do
from shared.money import format_fen, parse_fen

router = APIRouter()

_MONTHS_SHOWN = 12
_SHOWN = 12
"""So many of the nearest things to do."""


@router.get("/")
async def start(page: Page) -> Response:
    """What waits, today's figures, the last messages."""
    person = page.person
    assert person is not None
    if person.party:
        return await party.show(page)
    to_do, banks, statistics, pools, inbox, day = await asyncio.gather(
        read_to_do(page, limit=_SHOWN),
        or_none(page.applications.get("/banks")),
        or_none(page.applications.get("/statistics")),
        or_none(page.risk_pool.get("/pools")),
        or_none(page.notifications.get("/inbox", limit=6)),
        today(page),
    )
    installation = await _set_up_here(page, pools)
    if installation and installation.is_empty:
        return page.redirect("/setup")
    page.remember_list("/")
    return page.render(
        "start.html",
        day=day,
        is_set_up=installation is None or installation.is_ready,
        to_do=to_do,
        names=names_of(items(pools or []), items(banks or [])),
        pools=items(pools or []),
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
