"""Parks, and surveys of parks and of firms' demands that are brought in from tables."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.rendering.paging import next_page
from services.console.upstream.client import not_found
from services.console.upstream.optional import items

router = APIRouter()

KINDS = ("demands", "parks")


@router.get("/parks")
async def parks(page: Page) -> Response:
    """The register of parks, and a form."""
    return await _parks(page, NOTHING_SENT)


@router.post("/parks")
async def say_park(page: Page) -> Response:
    """Enter a park, or say something else of one."""

    async def send(form: FormData) -> None:
        body: dict[str, Any] = {
            name: text(form, name)
            for name in ("name", "area", "valid_from", "valid_to")
            if text(form, name)
        }
        await page.applications.put(f"/parks/{text(form, 'code') or '-'}", body)

    return await page.answer_form(
        send,
        show=lambda attempt: _parks(page, attempt),
        done=lambda _: page.redirect("/parks", "done.park-said"),
    )


@router.get("/parks/{code}")
async def park(page: Page, code: CodeInPath, year: str = "", cursor: str = "") -> Response:
    """One park: its names, and the demands and loans that it had, by year."""
    at = f"/parks/{code}"
    found, years, loans, demands = await asyncio.gather(
        page.applications.get(at),
        page.applications.get(f"{at}/years"),
        page.applications.get(f"{at}/loans", year=year, cursor=cursor),
        page.applications.get("/financing-demands", park=code, limit=50),
    )
    return page.render(
        "park.html",
        park=found,
        years=years,
        loans=items(loans),
        demands=items(demands),
        chosen=year,
        next=next_page(page.request, loans),
        is_first=not cursor,
    )


@router.get("/surveys")
async def surveys(page: Page, cursor: str = "") -> Response:
    """The forms, the templates, and what was brought in before."""
    return await _surveys(page, NOTHING_SENT, cursor=cursor)


@router.post("/surveys/{kind}")
async def bring_in(page: Page, kind: CodeInPath) -> Response:
    """Bring a table in, then look at the result of its rows."""
    if kind not in KINDS:
        raise not_found()

    async def send(form: FormData) -> UUID:
        content, name = await uploaded(form, "file")
        done = await page.applications.post_file(
            f"/surveys/{kind}", content, key=once(form), file_name=name
        )
        return UUID(done["id"])

    return await page.answer_form(
        send,
        show=lambda attempt: _surveys(page, attempt),
        done=lambda found: page.redirect(f"/surveys/{found}", "done.survey-import"),
        action=kind,
        files=1,
    )


@router.get("/surveys/templates/{kind}")
async def template(page: Page, kind: CodeInPath) -> Response:
    """The workbook to fill in."""
    return handed_on(await page.applications.file(f"/survey-templates/{kind}"))


@router.get("/surveys/{import_id}")
async def survey(page: Page, import_id: UUID) -> Response:
    """What became of each row."""
    found = await page.applications.get(f"/survey-imports/{import_id}")
    return page.render("survey.html", found=found)


@router.get("/surveys/{import_id}/wrong-rows.csv")
async def wrong_rows(page: Page, import_id: UUID) -> Response:
    """The refused rows with what is wrong, to be mended."""
    return handed_on(await page.applications.file(f"/survey-imports/{import_id}/wrong-rows"))


async def _parks(page: PageContext, attempt: Attempt) -> Response:
    found = await page.applications.get("/parks")
    assert page.person is not None
    may_say = bool(page.person.roles & {"reviewer", "pool_manager"})
    return page.render("parks.html", attempt=attempt, rows=items(found), may_say=may_say)


async def _surveys(page: PageContext, attempt: Attempt, *, cursor: str = "") -> Response:
    found = await page.applications.get("/survey-imports", cursor=cursor)
    return page.render(
        "surveys.html",
        attempt=attempt,
        kinds=KINDS,
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
    )
