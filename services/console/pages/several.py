"""Several rows of a list: checked before one acts, acted on, and told row by row what came of it."""

import asyncio
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.grid import Listing, SeveralAct
from services.console.cases.known_lists import listing_at
from services.console.cases.listing import names_of
from services.console.cases.several import (
    MOST,
    Chosen,
    Ticked,
    Verdict,
    act_of,
    act_on,
    chosen,
    matching,
    read_again,
    sums_of,
)
from services.console.http.forms import NOTHING_SENT, Attempt, text
from services.console.http.page_context import Page, PageContext
from services.console.upstream.client import Problem, not_found
from services.console.upstream.optional import items

router = APIRouter()


@router.post("/lists/{path:path}/several/check")
async def check(page: Page, path: str) -> Response:
    """The chosen rows as they stand now, before anything is done to them."""
    form = await page.form()
    listing, act = _known(path, text(form, "do"))
    if text(form, "which") not in ("page", "filter"):
        return await _show(page, listing, act, Chosen(chosen(listing, form)), NOTHING_SENT)
    assert page.person is not None
    api = page.apis[listing.service]
    found = await matching(api, listing, act, page.person.roles, form)
    return await _show(page, listing, act, found, NOTHING_SENT)


@router.post("/lists/{path:path}/several")
async def do(page: Page, path: str) -> Response:
    """Act on the rows that were shown, then say what became of each."""
    form = await page.form()
    listing, act = _known(path, text(form, "do"))
    wanted = chosen(listing, form)
    if not wanted or len(wanted) > MOST:
        return await _show(page, listing, act, Chosen(wanted), NOTHING_SENT)
    api = page.apis[listing.service]
    rows = [
        replace(one, etag=f'"{wanted[one.at]}"')
        for one in await read_again(api, act, wanted)
        if one.problem is None
    ]
    verdicts: list[Verdict] = []

    async def send(sent: FormData) -> None:
        verdicts.extend(await act_on(api, act, rows, sent, page.texts))

    async def again(attempt: Attempt) -> Response:
        return await _show(page, listing, act, Chosen(wanted), attempt)

    answer = await page.answer_form(
        send, action=act.name, show=again, done=lambda _: page.redirect(listing.path)
    )
    if not verdicts:
        return answer
    return page.render("several_done.html", verdicts=verdicts, **await _around(page, listing, act))


def _known(path: str, name: str) -> tuple[Listing, SeveralAct]:
    listing = listing_at(f"/{path}")
    act = act_of(listing, name) if listing else None
    if listing is None or act is None:
        raise not_found()
    return listing, act


async def _show(
    page: PageContext,
    listing: Listing,
    act: SeveralAct,
    found: Chosen,
    attempt: Attempt,
) -> Response:
    wanted = found.rows
    rows: list[Ticked] = []
    if not wanted:
        attempt = Attempt(act.name, FormData(), Problem(422, "none-ticked", "", "console"))
    elif len(wanted) > MOST:
        attempt = Attempt(act.name, FormData(), Problem(422, "too-many-ticked", "", "console"))
    else:
        rows = await read_again(page.apis[listing.service], act, wanted)
    staff = items(await page.applications.get("/staff")) if "person" in act.asks else []
    return page.render(
        "several.html",
        attempt=attempt,
        rows=rows,
        is_first_part=found.is_first_part,
        most=MOST,
        sums=sums_of(listing, rows),
        reviewers=[one for one in staff if "reviewer" in one["roles"]],
        **await _around(page, listing, act),
    )


async def _around(page: PageContext, listing: Listing, act: SeveralAct) -> dict[str, Any]:
    pools, banks = await asyncio.gather(
        page.applications.get("/pools"), page.applications.get("/banks")
    )
    return {
        "listing": listing,
        "act": act,
        "columns": listing.checked or listing.columns,
        "state_of": next(
            (one.of for one in listing.columns if one.name == "state" and one.of), "state"
        ),
        "names": names_of(items(pools), items(banks)),
    }
