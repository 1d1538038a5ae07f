"""The content of a paper as an answer: in parts where they are asked for, and never active."""

import re
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.applications.domain.papers import key_of
from services.applications.queries import papers
from services.applications.settings import Settings
from services.applications.storage.objects import PaperStore, store_at
from services.applications.storage.pages import Opened
from services.applications.tables.paper_rows import StoredDocumentRow
from services.applications.tables.stored_papers import looked_at
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.disposition import disposition
from shared.refusals import Refused

SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
"""Whatever somebody has sent, a browser runs nothing of it."""

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class RangeNotSatisfiable(Refused):
    """The part that is asked for lies behind the end."""

    code = "range-not-satisfiable"
    status = 416


def settings_of(context: Context) -> Settings:
    """This service's own settings."""
    assert isinstance(context.settings, Settings)
    return context.settings


def store_of(context: Context) -> PaperStore:
    """Where the content lies."""
    return store_at(settings_of(context).documents)


async def seen(
    context: Context, document_id: UUID, caller: Identity, *, how: str, page: int | None = None
) -> StoredDocumentRow:
    """The paper, once it is written down that the caller looks at it. Raises NotFound."""
    async with context.database.reading(caller.institution) as session:
        row = await papers.stored(session, document_id)
    async with context.database.begin(caller.institution) as conn:
        await looked_at(conn, document_id, by=caller, how=how, page=page, now=context.clock.now())
    return row


def opener(context: Context, row: StoredDocumentRow) -> Opened:
    """Opens the whole content of a paper."""
    return lambda: store_of(context).read(key_of(row.sha256, row.id), 0, row.size)


async def content(request: Request, context: Context, row: StoredDocumentRow) -> Response:
    """The content, or the part of it that is asked for (RFC 9110, 14). Raises
    RangeNotSatisfiable."""
    tag = f'"{row.sha256.hex()}"'
    headers = {**SAFE, "ETag": tag, "Accept-Ranges": "bytes"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = disposition(row.filename)
    part = None
    if request.headers.get("if-range", tag) == tag:
        part = wanted_part(request.headers.get("range", ""), row.size)
    start, length = part or (0, row.size)
    headers["Content-Length"] = str(length)
    if part:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{row.size}"
    bits = await store_of(context).read(key_of(row.sha256, row.id), start, length)
    return StreamingResponse(
        bits, status_code=206 if part else 200, headers=headers, media_type=row.media_type
    )


def wanted_part(header: str, size: int) -> tuple[int, int] | None:
    """(first byte, how many) of a Range header; None for the whole: no header, several parts, or
    one that says nothing. Raises RangeNotSatisfiable."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    if start >= size or end < start:
        refusal = RangeNotSatisfiable(
            f"所请求的范围超出文件（{size} 字节）",
            f"The range lies outside the file of {size} bytes.",
        )
        refusal.headers = {"Content-Range": f"bytes */{size}"}
        raise refusal
    return start, end - start + 1
