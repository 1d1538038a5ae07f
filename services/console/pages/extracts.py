"""Extracts of the registers: brought in, beside what we hold, and taken over."""

from typing import Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.console.cases.listing import render_list
from services.console.cases.lists_of_registers import EXTRACTS
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import bits_of, handed_on
from services.console.http.today import today
from services.console.rendering.paging import next_page
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

_HERE: Final = "/register/extracts"
_BRINGS: Final = frozenset({"bank_operator", "reviewer", "approver"})
Result = Literal["", "agrees", "differs", "unknown_right", "unreadable"]
RESULTS: Final = ("differs", "agrees", "unknown_right", "unreadable")


@router.get(_HERE)
async def extracts(page: Page) -> Response:
    """The form, and what was brought in before."""
    return await _show(page, NOTHING_SENT)


@router.post(_HERE)
async def bring_in(page: Page) -> Response:
    """Bring an extract in; it is gone through while one looks on."""

    async def send(form: FormData) -> Any:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Problem(422, "bulk-file-missing", "", "console")
        return await page.applications.post_file(
            "/bulk-files", bits_of(file), key=once(form), name=file.filename[-200:],
            kind="extracts", register=text(form, "register"), day=text(form, "day"),
        )  # fmt: skip

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda file: page.redirect(f"{_HERE}/{file['id']}", "done.extract-sent"),
        files=1,
    )


@router.get(f"{_HERE}/template.xlsx")
async def template(page: Page) -> Response:
    """A workbook with the headings of the registers."""
    return handed_on(await page.applications.file("/templates/extracts.xlsx"))


@router.get(f"{_HERE}/{{extract_id}}")
async def one_extract(
    page: Page, extract_id: UUID, result: Result = "differs", bad_news: str = "", cursor: str = ""
) -> Response:
    """One extract: how its rows compare with what we hold, and what may be taken over."""
    return await _one(page, extract_id, NOTHING_SENT, result, bad_news, cursor)


@router.get(f"{_HERE}/{{extract_id}}/progress")
async def progress(page: Page, extract_id: UUID) -> Response:
    """The part of the page that changes while an extract is gone through."""
    found = await page.applications.get(f"/bulk-files/{extract_id}")
    return page.render(
        "bulk_progress.html", file=found, where=f"{_HERE}/{extract_id}", refreshed=True
    )


@router.post(f"{_HERE}/{{extract_id}}/take-over")
async def take_over(page: Page, extract_id: UUID) -> Response:
    """Take over the differences that were ticked, or all that may be."""

    async def send(form: FormData) -> Any:
        ticked = [str(one) for one in form.getlist("differences")]
        body = {"all_open": True} if text(form, "do") == "all" else {"differences": ticked}
        return await page.applications.post(
            f"/register-extracts/{extract_id}/take-over", body, key=once(form)
        )

    return await page.answer_form(
        send,
        show=lambda attempt: _one(page, extract_id, attempt, "differs", "", ""),
        done=lambda _: page.redirect(f"{_HERE}/{extract_id}", "done.extract-taken"),
    )


async def _one(
    page: PageContext, extract_id: UUID, attempt: Attempt, result: str, bad_news: str, cursor: str
) -> Response:
    path = f"/register-extracts/{extract_id}"
    # The rows after the file: a file that is shown as done is shown with all its rows.
    found = await page.applications.get(path)
    rows = await page.applications.get(
        f"{path}/rows", result=result, bad_news="true" if bad_news else "", cursor=cursor, limit=50
    )
    assert page.person is not None
    is_own = found["bank_code"] == page.person.institution
    return page.render(
        "register_extract.html",
        attempt=attempt,
        file=found,
        rows=items(rows),
        chosen={"result": result, "bad_news": bad_news},
        results=RESULTS,
        takes=is_own and bool(_BRINGS & page.person.roles),
        next=next_page(page.request, rows),
        is_first=not cursor,
    )


async def _show(page: PageContext, attempt: Attempt) -> Response:
    assert page.person is not None
    return await render_list(
        page,
        "register_extracts.html",
        EXTRACTS,
        attempt,
        brings=bool(_BRINGS & page.person.roles),
        registers=page.texts.codes("extract_register"),
        today=await today(page),
    )
