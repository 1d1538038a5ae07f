"""The first page, by role: what waits for me, what I did last, four figures, what is new."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import names_of
from services.console.http.forms import NOTHING_SENT
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages import party, people
from services.console.rendering.navigation import SETS_UP
from services.console.upstream.installation import Installation, read_installation
from services.console.upstream.my_work import read_acts, read_figures
from services.console.upstream.optional import items, nothing, or_none
from services.console.upstream.to_do import ToDo, read_to_do
from shared.roles import BANK_ADMIN_ROLES

router = APIRouter()

_SHOWN: Final = 10
"""So many of the nearest things to do."""
_ACTS: Final = 6
_NEWS: Final = 6
_NEXT: Final = 3
"""So many things that wait for others, where nothing waits for me."""


@router.get("/")
async def start(page: Page) -> Response:
    """What waits, what was done, today's figures, the last messages."""
    person = page.person
    assert person is not None
    if person.party:
        return await party.show(page)
    if person.roles & BANK_ADMIN_ROLES:
        return await people.show(page, NOTHING_SENT)
    to_do, acts, figures, banks, pools, inbox, day = await asyncio.gather(
        read_to_do(page, limit=_SHOWN),
        read_acts(page, limit=_ACTS),
        read_figures(page),
        or_none(page.applications.get("/banks")),
        or_none(page.risk_pool.get("/pools")),
        or_none(page.notifications.get("/inbox", limit=_NEWS)),
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
        coming=await _coming(page, to_do),
        acts=acts,
        figures=figures,
        names=names_of(items(pools), items(banks)),
        pools=items(pools),
        inbox=inbox,
    )


async def _coming(page: PageContext, to_do: ToDo) -> Mapping[str, Sequence[Any]] | None:
    """Where nothing waits: the next days of the month's round, and what others have in hand before it
    comes here. None where something waits."""
    assert page.person is not None
    if to_do.open or to_do.silent:
        return None
    is_at_work = bool(page.person.roles - {"admin"})
    others, days = await asyncio.gather(
        read_to_do(page, limit=_NEXT, whose="all") if not page.person.is_of_bank else nothing(),
        or_none(page.risk_pool.get("/coming-days")) if is_at_work else nothing(),
    )
    return {"others": others.rows if others else [], "days": items(days)}


async def _set_up_here(page: PageContext, pools: Any) -> Installation | None:
    """What is set up, for the people whom that concerns: everybody of the bureau where there is
    no pool yet, else those who set up. None for the rest."""
    assert page.person is not None
    has_none = pools is not None and not items(pools)
    concerns = has_none or page.person.roles & SETS_UP
    if page.person.is_of_bank or not concerns:
        return None
    found: Installation | None = await or_none(read_installation(page.apis))
    return found
