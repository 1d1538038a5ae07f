"""Who looked at what: the auditor searches, and takes it along as a file."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import pass_on
from services.console.rendering.paging import next_page
from services.console.upstream.client import Api, Problem, not_found
from services.console.upstream.optional import items, or_none
from shared.clock import SHANGHAI

router = APIRouter()
KEEPERS = ("applications", "risk_pool")
"""The services whose looks the page shows; notifications shows nobody a case."""


@router.get("/looks")
async def looks(
    page: Page,
    service: str = KEEPERS[0],
    person: str = "",
    kind: str = "",
    thing: str = "",
    institution: str = "",
    since: str = "",
    until: str = "",
    cursor: str = "",
) -> Response:
    """What was looked at, the latest first."""
    asked = {"person": person, "kind": kind, "thing": thing, "institution": institution}
    attempt = NOTHING_SENT
    found: dict[str, Any] = {"items": [], "next_cursor": None}
    try:
        found = await _api(page, service).get(
            "/reads", **asked, **_days(since, until), cursor=cursor, limit=50
        )
    except Problem as problem:
        if problem.status != 422:
            raise
        # A kind that another service has: what was asked stays in the form, with what is wrong.
        attempt = Attempt("looks", FormData(), problem)
    shown = {"service": service, **asked, "since": since, "until": until}
    return page.render(
        "looks.html",
        attempt=attempt,
        looks=found,
        asked=shown,
        keepers=KEEPERS,
        banks=items(await or_none(page.applications.get("/banks"))),
        kinds=page.texts.codes("look_kind"),
        export="/looks/export?" + urlencode({name: one for name, one in shown.items() if one}),
        next=next_page(page.request, found),
        is_first=not cursor,
    )


@router.get("/looks/export")
async def export(
    page: Page,
    service: str = KEEPERS[0],
    person: str = "",
    kind: str = "",
    thing: str = "",
    institution: str = "",
    since: str = "",
    until: str = "",
) -> Response:
    """The same as a file."""
    asked: dict[str, Any] = {
        "person": person, "kind": kind, "thing": thing, "institution": institution,
        **_days(since, until),
    }  # fmt: skip
    wanted = urlencode({name: one for name, one in asked.items() if one})
    answer = await _api(page, service).stream(f"/reads/export.csv?{wanted}")
    return pass_on(answer, "content-type", "content-disposition")


def _api(page: PageContext, service: str) -> Api:
    if service not in KEEPERS:
        raise not_found()
    found: Api = getattr(page, service)
    return found


def _days(since: str, until: str) -> dict[str, str]:
    """Days in Shanghai, the last one included, as moments; what is no day is left out."""
    return {"since": _midnight(since), "until": _midnight(until, days=1)}


def _midnight(day: str, *, days: int = 0) -> str:
    try:
        at = datetime.combine(date.fromisoformat(day), time(), SHANGHAI) + timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return at.isoformat()
