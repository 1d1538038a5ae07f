"""A paper page by page, as pictures that a browser shows, and what people note on its pages."""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.document_answers import NoteAnswer, PagesAnswer
from services.applications.api.document_content import SAFE, content, opener, seen
from services.applications.api.documents import Reader
from services.applications.domain.papers import JPEG, PDF, PNG, PagesNotShown
from services.applications.queries import papers
from services.applications.storage.pages import WIDTHS, Pages
from services.applications.tables.stored_papers import add_note
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page
from shared.http.requests import LongText, RequestBody
from shared.refusals import FieldFault, FieldsWrong, NotFound

router = APIRouter(tags=["documents"])

PICTURES = (JPEG, PNG)
"""What a browser shows as it is; a picture is its own one page."""
_THUMBNAIL, _PAGE, _NEAR = WIDTHS
_KEPT = Pages()
_PNG: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The page.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class NoteBody(RequestBody):
    """A note on a page."""

    page: Annotated[int, Field(ge=1, le=100_000)]
    text: LongText


@router.get("/documents/{document_id}/pages")
async def read_pages(document_id: UUID, caller: Reader, context: CurrentContext) -> PagesAnswer:
    """How many pages can be shown: of a PDF all, of a JPEG or PNG one. 415 for what is only offered
    for download: OFD, TIFF, spreadsheets, texts, archives."""
    async with context.database.reading(caller.institution) as session:
        row = await papers.stored(session, document_id)
    if row.media_type in PICTURES:
        return PagesAnswer(pages=1, widths=list(WIDTHS))
    if row.media_type != PDF:
        raise PagesNotShown(
            "此类文件不能逐页显示，请下载查看", "Such a file is not shown; download it instead."
        )
    pages = await _KEPT.count(row.sha256, opener(context, row))
    return PagesAnswer(pages=pages, widths=list(WIDTHS))


@router.get("/documents/{document_id}/pages/{page}", response_class=Response, responses=_PNG)
async def read_page(
    document_id: UUID,
    page: int,
    request: Request,
    caller: Reader,
    context: CurrentContext,
    width: Annotated[int, Query(description=f"One of {', '.join(map(str, WIDTHS))}.")] = _PAGE,
) -> Response:
    """A page as PNG, so wide in pixels; a JPEG or PNG as it was sent. That you looked is written
    down."""
    if width not in WIDTHS:
        raise FieldsWrong([_WRONG_WIDTH])
    if not 1 <= page <= 100_000:
        raise _no_such_page()
    how = "thumbnail" if width == _THUMBNAIL else "page"
    row = await seen(context, document_id, caller, how=how, page=page)
    if row.media_type in PICTURES:
        if page != 1:
            raise _no_such_page()
        return await content(request, context, row)
    if row.media_type != PDF:
        raise PagesNotShown(
            "此类文件不能逐页显示，请下载查看", "Such a file is not shown; download it instead."
        )
    drawn = await _KEPT.picture(row.sha256, opener(context, row), page=page, width=width)
    if drawn is None:
        raise _no_such_page()
    return Response(drawn, media_type="image/png", headers=SAFE)


@router.get("/documents/{document_id}/notes")
async def read_notes(
    document_id: UUID, caller: Reader, context: CurrentContext
) -> Page[NoteAnswer]:
    """Notes on a paper, page by page. The bureau's stay in the bureau, a bank's in the bank."""
    async with context.database.reading(caller.institution) as session:
        await papers.stored(session, document_id)
        rows = await papers.notes(session, document_id)
    return Page(items=[NoteAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.post("/documents/{document_id}/notes", status_code=201, response_model=NoteAnswer)
async def note(
    document_id: UUID, body: NoteBody, request: Request, caller: Reader, context: CurrentContext
) -> Response:
    """Note something on a page. It stays, with your name and the time."""
    async with context.database.reading(caller.institution) as session:
        await papers.stored(session, document_id)

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await add_note(
            conn, document_id, by=caller, page=body.page, text=body.text, now=context.clock.now()
        )
        return Answer(201, NoteAnswer(**dict(row)))

    return await idempotently(request, caller, context.database, work)


_WRONG_WIDTH = FieldFault(
    ("width",),
    "width-not-drawn",
    f"宽度须为 {'、'.join(map(str, WIDTHS))} 之一",
    f"The width must be one of {', '.join(map(str, WIDTHS))}.",
    location="query",
)


def _no_such_page() -> NotFound:
    return NotFound("没有这一页", "There is no such page.")
