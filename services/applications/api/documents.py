"""Papers: send a file, read what it is, fetch it, link to it, take it back."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.message import Message
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.document_answers import (
    LinkAnswer,
    LookAnswer,
    StoredAnswer,
    stored_answer,
)
from services.applications.api.document_content import content, seen, settings_of, store_of
from services.applications.domain.links import Link, opened, signed
from services.applications.domain.papers import MEDIA_TYPES, plain_name
from services.applications.handlers import papers as handler
from services.applications.queries import papers
from services.applications.settings import LARGEST_DOCUMENT
from services.applications.storage.incoming import too_large
from services.applications.tables.paper_rows import StoredDocumentRow
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently, key_of
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["documents"])

BUREAU = (
    "reviewer", "approver", "leader", "finance_maker", "finance_checker", "pool_manager",
    "auditor",
)  # fmt: skip
Sender = Annotated[
    Identity,
    Depends(
        requires(
            "bank_operator", "reviewer", "approver", "finance_maker", "finance_checker",
            "pool_manager",
        )
    ),
]  # fmt: skip
Reader = Annotated[Identity, Depends(requires("bank_operator", "bank_checker", *BUREAU))]
"""A bank's own people by row-level security, and the bureau's who work on cases; not admins."""

BODY_LIMITS = {"/api/v1/documents": LARGEST_DOCUMENT}
"""The route counts by the setting, which lies below; other bodies keep the general limit."""

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            form: {"schema": {"type": "string", "format": "binary"}}
            for form in (*MEDIA_TYPES, "application/octet-stream")
        },
    }
}
_BINARY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {
        "description": "The part that the header Range names.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The reader has it already."},
}


@router.post("/documents", status_code=201, response_model=StoredAnswer, openapi_extra=_BODY)
async def send_document(
    request: Request,
    caller: Sender,
    context: CurrentContext,
    name: Annotated[
        str,
        Query(
            max_length=400,
            description="The file's name; or in the header Content-Disposition, as filename*.",
            examples=["营业执照.pdf"],
        ),
    ] = "",
) -> Response:
    """Send a file, the body of the request itself; `id` is what cases refer to. We compute hash and
    size and look at the content: PDF, OFD, JPEG, PNG, TIFF, XLSX, DOCX, or a ZIP of these. 200 where
    your institution has sent the same file before."""
    key_of(request)
    settings = settings_of(context)
    given = plain_name(name or _name_in_header(request))
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > settings.max_document_bytes:
        raise too_large(settings.max_document_bytes)
    async with handler.looked_into(
        request.stream(), name=given, limit=settings.max_document_bytes, clamd=settings.clamd
    ) as looked:

        async def record(
            in_one: Callable[[asyncpg.Connection], Awaitable[tuple[Any, bool]]],
        ) -> Response:
            async def work(conn: asyncpg.Connection) -> Answer:
                row, is_new = await in_one(conn)
                body = stored_answer(StoredDocumentRow(**dict(row)))
                where = {"Location": f"/api/v1/documents/{body.id}"}
                return Answer(201 if is_new else 200, body, where)

            return await idempotently(
                request, caller, context.database, work, fingerprint=looked.coming.sha256
            )

        answer: Response = await handler.keep(
            looked, store=store_of(context), database=context.database, by=caller,
            now=context.clock.now(), record=record,
        )  # fmt: skip
        return answer


def _name_in_header(request: Request) -> str:
    """The filename of Content-Disposition; filename* holds any character (RFC 6266)."""
    header = Message()
    header["Content-Disposition"] = request.headers.get("content-disposition", "")
    return header.get_filename("") or ""


@router.get("/documents")
async def find_documents(
    caller: Reader,
    context: CurrentContext,
    sha256: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]],
        Query(
            max_length=100,
            description="What their contents hash to.",
            examples=[["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]],
        ),
    ] = [],  # noqa: B006 (FastAPI copies it)
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[StoredAnswer]:
    """The stored papers with these hashes that you may see: where a case names papers by hash. With
    none, all that your institution has stored, the last one first."""
    async with context.database.reading(caller.institution) as session:
        if sha256:
            rows = await papers.with_content(session, [bytes.fromhex(one) for one in sha256])
            return Page(items=[stored_answer(row) for row in rows], next_cursor=None)
        before = decode_cursor(cursor, UUID)[0] if cursor else None
        rows = await papers.stored_by(session, caller.institution, before=before, limit=limit + 1)
    items = [stored_answer(row) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.id))


@router.get("/documents/{document_id}")
async def read_document(document_id: UUID, caller: Reader, context: CurrentContext) -> StoredAnswer:
    """What a paper is: whose, how large, of which type, sent by whom and when."""
    async with context.database.reading(caller.institution) as session:
        return stored_answer(await papers.stored(session, document_id))


@router.get("/documents/{document_id}/content", response_class=Response, responses=_BINARY)
async def read_content(
    document_id: UUID, request: Request, caller: Reader, context: CurrentContext
) -> Response:
    """The file itself, whole or in parts (Range). That you looked is written down."""
    row = await seen(context, document_id, caller, how="content")
    return await content(request, context, row)


@router.get("/documents/{document_id}/looks")
async def read_looks(
    document_id: UUID, caller: Reader, context: CurrentContext
) -> Page[LookAnswer]:
    """Who looked at a paper, when and how, the last first; a bank sees its own people's looks."""
    async with context.database.reading(caller.institution) as session:
        await papers.stored(session, document_id)
        rows = await papers.looks(session, document_id)
    return Page(items=[LookAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.post("/documents/{document_id}/links", status_code=201, response_model=LinkAnswer)
async def make_link(
    document_id: UUID, request: Request, caller: Reader, context: CurrentContext
) -> Response:
    """A link to the file that holds for some minutes and needs no token. What is looked at by it is
    written down as yours."""
    settings = settings_of(context)
    async with context.database.reading(caller.institution) as session:
        await papers.stored(session, document_id)

    async def work(_: asyncpg.Connection) -> Answer:
        link = Link(
            document_id=document_id,
            # By the real clock: a sandbox's must not revive old links.
            expires=int(time.time()) + settings.document_link_seconds,
            institution=caller.institution,
            subject=caller.subject,
            name=caller.name,
        )
        token = signed(link, settings.document_link_secret.get_secret_value())
        body = LinkAnswer(
            url=f"/api/v1/document-links/{token}",
            expires_at=datetime.fromtimestamp(link.expires, UTC),
        )
        return Answer(201, body)

    return await idempotently(request, caller, context.database, work)


@router.get("/document-links/{token}", response_class=Response, responses=_BINARY)
async def follow_link(token: str, request: Request, context: CurrentContext) -> Response:
    """The file behind a link; no token is needed."""
    secret = settings_of(context).document_link_secret.get_secret_value()
    link = opened(token, secret, now=datetime.now(UTC))
    maker = Identity(link.subject, link.name, frozenset(), link.institution)
    row = await seen(context, link.document_id, maker, how="link")
    return await content(request, context, row)


@router.post("/documents/{document_id}/withdraw", response_model=StoredAnswer)
async def withdraw_document(
    document_id: UUID, request: Request, caller: Sender, context: CurrentContext
) -> Response:
    """Take back a paper that you sent and that nothing refers to. Nothing else ever deletes one."""

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await handler.withdraw(conn, document_id, by=caller, now=context.clock.now())
        return Answer(200, stored_answer(StoredDocumentRow(**dict(row))))

    return await idempotently(request, caller, context.database, work)
