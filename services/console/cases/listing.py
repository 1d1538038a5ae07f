"""A list as a page: asked for as the address says, shown as a grid, remembered for the way back."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.grid import PAGE_SIZES, Grid, Listing
from services.console.http.forms import NOTHING_SENT, Attempt
from services.console.http.page_context import LISTS, PageContext
from services.console.rendering.formats import event_words
from services.console.upstream.client import Problem
from services.console.upstream.optional import items, nothing, or_none
from services.console.views.kept import KeptView, usual_of

_LONGEST_LISTS: Final = 600
_WRONG: Final = (400, 422)


def names_of(*lists: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What pools and banks are called, by code."""
    return {one["code"]: one["name"] for found in lists for one in found}


async def render_list(
    page: PageContext,
    template: str,
    listing: Listing,
    attempt: Attempt = NOTHING_SENT,
    named: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    **more: Any,
) -> Response:
    """The part of a list that the address asks for; what it says wrongly is told above it, where
    nothing else is told of a form that was sent. `named`: the choices of forms of filters that the page
    knows, each with its name."""
    usual = await opens_with(page, listing)
    if usual:
        return page.redirect(usual)
    grid, problem = await grid_of(page, listing, named)
    if problem is not None and attempt is NOTHING_SENT:
        attempt = Attempt("list", FormData(), problem)
    return page.render(template, attempt=attempt, grid=grid, names=grid.names, **more)


async def opens_with(page: PageContext, listing: Listing) -> str:
    """Where a list leads that is opened with nothing said: this person's usual view of it, or ""."""
    if page.request.url.query or page.request.method != "GET":
        return ""
    usual = usual_of(await _views(page), listing.path)
    return f"{listing.path}?{usual.query}" if usual is not None and usual.query else ""


async def _views(page: PageContext) -> Sequence[KeptView]:
    assert page.person is not None
    return await page.console.views.seen_by(page.person.subject, page.person.institution)


async def grid_of(
    page: PageContext,
    listing: Listing,
    known: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> tuple[Grid, Problem | None]:
    """The list as the address asks for it, and what was wrong with that."""
    assert page.person is not None
    said = page.request.query_params if page.request.method == "GET" else FormData()
    query = [(name, str(value)) for name, value in said.multi_items()]
    by_name = dict(query)
    size = by_name.get("limit", "")
    forms = {one.form for one in listing.filters}
    found, pools, banks, staff, named, views = await asyncio.gather(
        _found(page, listing, query, size if size in PAGE_SIZES else ""),
        page.applications.get("/pools"),
        page.applications.get("/banks"),
        or_none(page.applications.get("/staff") if "person" in forms else nothing()),
        _named(page, forms),
        _views(page),
    )
    answer, problem = found
    _keep(page, listing, query)
    return Grid(
        listing=listing,
        query=query,
        rows=items(answer),
        totals=answer.get("totals"),
        next_cursor=answer.get("next_cursor") or "",
        previous_cursor=answer.get("previous_cursor") or "",
        pools=items(pools),
        banks=items(banks),
        people=items(staff),
        roles=page.person.roles,
        texts=page.texts,
        named=named | dict(known or {}),
        views=[one for one in views if one.list == listing.path],
    ), problem


async def _named(page: PageContext, forms: set[str]) -> dict[str, list[tuple[str, str]]]:
    """The choices of filters that a service knows beside pools, banks and people."""
    found: dict[str, list[tuple[str, str]]] = {}
    if "park" in forms:
        parks = items(await or_none(page.applications.get("/parks")))
        found["park"] = [(one["code"], one["name"]) for one in parks]
    if "event" in forms:
        types = items(await or_none(page.notifications.get("/event-types")))
        told = [one["event_type"] for one in types]
        words = [(one, event_words(one, page.texts)) for one in told]
        found["event"] = sorted(words, key=lambda each: each[1])
    return found


async def _found(
    page: PageContext, listing: Listing, query: Sequence[tuple[str, str]], size: str
) -> tuple[Mapping[str, Any], Problem | None]:
    said = dict(query)
    try:
        answer = await page.apis[listing.service].get(
            listing.source,
            **listing.asked(query),
            cursor=said.get("cursor", ""),
            before=said.get("before", ""),
            limit=size,
            totals="true",
        )
    except Problem as problem:
        if problem.status not in _WRONG:
            raise
        return {"items": []}, problem
    return answer, None


def _keep(page: PageContext, listing: Listing, query: Sequence[tuple[str, str]]) -> None:
    """What was chosen is found again by the way back and by *next case*."""
    if page.request.method != "GET":
        return
    kept = page.request.url.query[:_LONGEST_LISTS]
    whole = kept if kept == page.request.url.query else ""
    before = page.request.session.get(LISTS, {})
    now = {**before, listing.path: whole, "last": listing.path, "leads": listing.leads_to}
    if now != before:
        page.request.session[LISTS] = now
