"""The trail of a loan as one document: who did what, when, why, with which papers and money, and who
saw it; to read, to print, and as a PDF."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.console.cases.listing import names_of
from services.console.http.page_context import Page, PageContext
from services.console.rendering.trail_pdf import trail_as_pdf
from services.console.upstream.optional import items, or_none
from shared.http.disposition import disposition

router = APIRouter()


@router.get("/audit/trail")
async def by_number(page: Page, number: str = "") -> Response:
    """The trail of the case with a number, in whatever spelling the list of cases finds it."""
    if not number.strip():
        return page.redirect("/audit")
    found = items(await page.applications.get("/applications", q=number.strip(), limit=2))
    if len(found) == 1:
        return page.redirect(f"/audit/trail/{found[0]['id']}")
    return page.redirect(f"/audit?{urlencode({'number': number})}", "trail.not-one")


@router.get("/audit/trail/{loan_id}")
async def trail(page: Page, loan_id: UUID) -> Response:
    """The trail as a page that prints well."""
    return page.render("trail.html", trail=await _trail(page, loan_id))


@router.get("/audit/trail/{loan_id}/pdf")
async def as_pdf(page: Page, loan_id: UUID) -> Response:
    """The same, typeset."""
    assert page.person is not None
    found = await _trail(page, loan_id)
    now = datetime.now(UTC)
    pdf = await asyncio.to_thread(
        trail_as_pdf, found, page.texts, names=page.names, reader=page.person.name, now=now
    )
    name = disposition(f"{page.texts('trail.title')}-{found['number']}.pdf")
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"Content-Disposition": name, "Cache-Control": "no-store"},
    )


async def _trail(page: PageContext, loan_id: UUID) -> Mapping[str, Any]:
    """What both services know of it, in the order of time. A case that never reached the pool has no
    second half."""
    case, pool, banks, pools = await asyncio.gather(
        page.applications.get(f"/trails/{loan_id}"),
        or_none(page.risk_pool.get(f"/trails/{loan_id}")),
        page.applications.get("/banks"),
        page.applications.get("/pools"),
    )
    halves = [one for one in (case, pool) if one]
    names = names_of(items(pools), items(banks))
    return {
        **case,
        "bank": names.get(case["bank_code"], case["bank_code"]),
        "pool": names.get(case["pool_code"], case["pool_code"]),
        "moves": _by_time(halves, "moves", "at"),
        "papers": [one for half in halves for one in half["papers"]],
        "transfers": [one for half in halves for one in half["transfers"]],
        "looks": _by_time(halves, "looks", "first_at"),
        "more_looks": any(half["more_looks"] for half in halves),
        "has_pool": pool is not None,
    }


def _by_time(halves: Sequence[Mapping[str, Any]], name: str, at: str) -> list[Mapping[str, Any]]:
    return sorted((one for half in halves for one in half[name]), key=lambda one: str(one[at]))
