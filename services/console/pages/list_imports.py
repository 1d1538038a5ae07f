"""Lists of dishonest or abnormal firms brought in: the form, what came before, every row's result."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.http.forms import NOTHING_SENT, Attempt, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.http.today import today
from services.console.pages.listed import SAYS
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()

_HERE = "/register/list-imports"


@router.get(_HERE)
async def imports(page: Page, cursor: str = "") -> Response:
    """The form, the template, and what was brought in before."""
    return await _show(page, NOTHING_SENT, cursor=cursor)


@router.post(_HERE)
async def bring_in(page: Page) -> Response:
    """Bring a list in, then look at the result of its rows."""

    async def send(form: FormData) -> UUID:
        content, name = await uploaded(form, "file")
        papers = papers_typed(form)
        done = await page.applications.post_file(
            "/list-imports", content, key=once(form), file_name=name,
            **{field: text(form, field) for field in ("list", "list_date", "source", "whole")},
            document=papers[0].get("document", "") if papers else "",
        )  # fmt: skip
        return UUID(done["id"])

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda found: page.redirect(f"{_HERE}/{found}", "done.list-import"),
        files=2,
    )


@router.get(f"{_HERE}/template.xlsx")
async def template(page: Page) -> Response:
    """The workbook to fill in."""
    return handed_on(await page.applications.file("/list-import-template"))


@router.get(f"{_HERE}/{{import_id}}")
async def one_import(page: Page, import_id: UUID) -> Response:
    """What became of each row."""
    return page.render(
        "register_list_import.html", found=await page.applications.get(f"/list-imports/{import_id}")
    )


@router.get(f"{_HERE}/{{import_id}}/wrong-rows.csv")
async def wrong_rows(page: Page, import_id: UUID) -> Response:
    """The refused rows with what is wrong, to be mended."""
    return handed_on(await page.applications.file(f"/list-imports/{import_id}/wrong-rows"))


async def _show(page: PageContext, attempt: Attempt, *, cursor: str = "") -> Response:
    found, held = await asyncio.gather(
        page.applications.get("/list-imports", cursor=cursor),
        page.applications.get("/credit-lists"),
    )
    assert page.person is not None
    return page.render(
        "register_list_imports.html",
        attempt=attempt,
        rows=items(found),
        held=items(held),
        brings=bool(SAYS & page.person.roles),
        papers=paper_rows(attempt.form, ["evidence"]),
        today=await today(page),
        next=next_page(page.request, found),
        is_first=not cursor,
    )
