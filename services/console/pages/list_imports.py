"""Lists of dishonest or abnormal firms: brought in, gone through, and what is left to mend."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.console.cases.paper_rows import paper_rows, papers_typed
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import bits_of, handed_on, pass_on
from services.console.http.today import today
from services.console.pages.listed import SAYS
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

_HERE = "/register/list-imports"


@router.get(_HERE)
async def imports(page: Page, cursor: str = "") -> Response:
    """The form, the template, and what was brought in before."""
    return await _show(page, NOTHING_SENT, cursor=cursor)


@router.post(_HERE)
async def bring_in(page: Page) -> Response:
    """Bring a list in; it is gone through while one looks on."""

    async def send(form: FormData) -> Any:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Problem(422, "bulk-file-missing", "", "console")
        papers = papers_typed(form)
        return await page.applications.post_file(
            "/bulk-files", bits_of(file), key=once(form), name=file.filename[-200:], kind="lists",
            **{field: text(form, field) for field in ("list", "day", "source", "whole")},
            document=papers[0].get("document", "") if papers else "",
        )  # fmt: skip

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda file: page.redirect(f"{_HERE}/{file['id']}", "done.list-import"),
        files=2,
    )


@router.get(f"{_HERE}/template.xlsx")
async def template(page: Page) -> Response:
    """The workbook to fill in."""
    return handed_on(await page.applications.file("/templates/lists.xlsx"))


@router.get(f"{_HERE}/{{import_id}}")
async def one_import(page: Page, import_id: UUID, cursor: str = "") -> Response:
    """What a list came to, and every row that is wrong with its reasons."""
    # The rows after the list: one that is shown as done is shown with all its rows.
    found = await page.applications.get(f"/list-imports/{import_id}")
    rows = await page.applications.get(
        f"/bulk-files/{import_id}/rows", outcome="wrong", cursor=cursor, limit=50
    )
    return page.render(
        "register_list_import.html",
        file=found,
        rows=items(rows),
        where=f"{_HERE}/{import_id}",
        next=next_page(page.request, rows),
        is_first=not cursor,
    )


@router.get(f"{_HERE}/{{import_id}}/progress")
async def progress(page: Page, import_id: UUID) -> Response:
    """The part of the page that changes while a list is gone through."""
    file = await page.applications.get(f"/bulk-files/{import_id}")
    return page.render(
        "bulk_progress.html", file=file, where=f"{_HERE}/{import_id}", refreshed=True
    )


@router.get(f"{_HERE}/{{import_id}}/wrong-rows")
async def wrong_rows(page: Page, import_id: UUID) -> Response:
    """The rows to be mended as a file of the same form, handed on bit by bit."""
    found = await page.applications.stream(f"/bulk-files/{import_id}/wrong-rows")
    return pass_on(found, "content-type", "content-disposition")


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
