"""A census of rights brought in: the form, what came in before, and the result of every row."""

from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.http.forms import NOTHING_SENT, Attempt, once, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.rendering.paging import next_page
from services.console.upstream.optional import items

router = APIRouter()


@router.get("/register/imports")
async def imports(page: Page, cursor: str = "") -> Response:
    """The form, the template, and what was brought in before."""
    return await _show(page, NOTHING_SENT, cursor=cursor)


@router.post("/register/imports")
async def bring_in(page: Page) -> Response:
    """Bring a list in, then look at the result of its rows."""

    async def send(form: FormData) -> UUID:
        content, name = await uploaded(form, "file")
        done = await page.applications.post_file(
            "/right-imports", content, key=once(form), file_name=name
        )
        return UUID(done["id"])

    return await page.answer_form(
        send,
        show=lambda attempt: _show(page, attempt),
        done=lambda found: page.redirect(f"/register/imports/{found}", "done.right-import"),
        files=1,
    )


@router.get("/register/imports/{import_id}")
async def one_import(page: Page, import_id: UUID) -> Response:
    """What became of each row."""
    return page.render(
        "register_import.html", found=await page.applications.get(f"/right-imports/{import_id}")
    )


@router.get("/register/imports/{import_id}/wrong-rows.csv")
async def wrong_rows(page: Page, import_id: UUID) -> Response:
    """The refused rows with what is wrong, to be mended."""
    return handed_on(await page.applications.file(f"/right-imports/{import_id}/wrong-rows"))


@router.get("/register/template.xlsx")
async def template(page: Page) -> Response:
    """The workbook to fill in."""
    return handed_on(await page.applications.file("/right-import-template"))


async def _show(page: PageContext, attempt: Attempt, *, cursor: str = "") -> Response:
    found = await page.applications.get("/right-imports", cursor=cursor)
    return page.render(
        "register_imports.html",
        attempt=attempt,
        rows=items(found),
        next=next_page(page.request, found),
        is_first=not cursor,
    )
