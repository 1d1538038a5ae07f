"""A pool is taken over from a county's own books: the workbook sent in, mended, made even, proposed, and
taken over by another person."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.before_after import at_opening
from services.console.cases.kinds import OPENING
from services.console.http.addresses import CodeInPath
from services.console.http.forms import NOTHING_SENT, Attempt, once, text, uploaded
from services.console.http.page_context import Page, PageContext
from services.console.http.streaming import handed_on
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter()

MOST_SHOWN = 200
"""Rows that have to be mended; the table says how many there are."""


@router.get("/pools/{code}/opening")
async def opening_of_pool(page: Page, code: CodeInPath) -> Response:
    """The openings so far, the template, and the form to begin with."""
    return await _show_pool(page, code, NOTHING_SENT)


@router.get("/opening-template.xlsx")
async def template(page: Page) -> Response:
    """The workbook to fill in, handed on as the service made it."""
    file = await page.risk_pool.file("/opening-template")
    return handed_on(file)


@router.post("/pools/{code}/opening/import")
async def bring_in(page: Page, code: CodeInPath) -> Response:
    """Send the workbook to the service, then look at what it has made of the draft."""
    made: dict[str, str] = {}

    async def send(form: FormData) -> None:
        content, name = await uploaded(form, "file")
        if not content:
            raise Problem(422, "opening-file-missing", "", "console")
        answer = await page.risk_pool.post_file(
            f"/pools/{code}/openings",
            content,
            key=once(form),
            file_name=name,
            sheet=text(form, "sheet"),
            completes="true" if text(form, "completes") else "",
        )
        made.update(id=answer["id"], count=str(answer["wrong_count"]))

    return await page.answer_form(
        send,
        show=lambda attempt: _show_pool(page, code, attempt),
        done=lambda _: page.redirect(
            f"/openings/{made['id']}", "done.opening-bring_in", count=made["count"]
        ),
        action="import",
        files=1,
    )


@router.get("/openings/{opening_id}")
async def opening(page: Page, opening_id: UUID) -> Response:
    """Its reconciliation, what has to be mended, its loans' answers, and who may do what."""
    return await _show(page, opening_id, NOTHING_SENT)


@router.post("/openings/{opening_id}/{action}")
async def act_on_opening(page: Page, opening_id: UUID, action: str) -> Response:
    """Propose it, take it over, send it back, or give it up."""
    return await act(
        page,
        OPENING,
        action,
        api=page.risk_pool,
        path=f"/openings/{opening_id}",
        back=f"/openings/{opening_id}",
        show=lambda attempt: _show(page, opening_id, attempt),
    )


async def _show_pool(page: PageContext, code: str, attempt: Attempt) -> Response:
    pool, openings = await asyncio.gather(
        page.risk_pool.get(f"/pools/{code}"), page.risk_pool.get(f"/pools/{code}/openings")
    )
    assert page.person is not None
    return page.render(
        "opening_begin.html",
        attempt=attempt,
        pool=pool,
        openings=items(openings),
        may_bring_in="finance_maker" in page.person.roles,
    )


async def _show(page: PageContext, opening_id: UUID, attempt: Attempt) -> Response:
    where = f"/openings/{opening_id}"
    # The rows after the opening: one that was gone through is shown with all that is wrong.
    answer = await page.risk_pool.read(where)
    wrong = await page.risk_pool.get(f"{where}/rows", only_wrong="true", limit=MOST_SHOWN)
    at = f"/pools/{answer.body['pool_code']}"
    pool, parties = await asyncio.gather(
        page.risk_pool.get(at), page.risk_pool.get(f"{at}/parties")
    )
    names = {one["code"]: one["name"] for one in items(parties)}
    return await render_case(
        page,
        OPENING,
        answer,
        attempt,
        pool=pool,
        names=names,
        bars=at_opening(page.texts, answer.body, names),
        rows=items(wrong),
    )
