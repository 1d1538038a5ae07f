"""Files of many rows: sent, gone through while one looks on, and given back where they are wrong."""

from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit
from services.applications.api.document_content import settings_of, store_of
from services.applications.api.requests import Month
from services.applications.api.right_requests import Day
from services.applications.domain.bulk import BulkKind
from services.applications.domain.extract_rows import Register
from services.applications.domain.listed_firms import ListName
from services.applications.domain.papers import plain_name
from services.applications.handlers.bulk_intake import take_in
from services.applications.handlers.extract_intake import InOne
from services.applications.queries import bulk_files
from services.applications.settings import LARGEST_BULK_FILE
from services.applications.storage.incoming import too_large
from services.applications.tables.bulk_rows import BulkFileRow
from shared.auth.identity import Forbidden, Identity, requires
from shared.http.context import CurrentContext
from shared.http.field_messages import ONE_LINE
from shared.http.files_of_rows import (
    FILE_BODY,
    MOST_AT_ONCE,
    WRONG_ROWS,
    BulkRowAnswer,
    FileOfRowsAnswer,
    rows_to_mend,
    with_progress,
)
from shared.http.idempotency import Answer, idempotently, key_of
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.sheets.verdicts import Outcome, WrongRow

router = APIRouter(tags=["bulk files"])

Sender = Annotated[
    Identity, Depends(requires("bank_operator", "reviewer", "approver", "pool_manager"))
]
Reader = Annotated[
    Identity,
    Depends(
        requires("bank_operator", "bank_checker", "reviewer", "approver", "pool_manager", "auditor")
    ),
]
_OF_RIGHTS = frozenset({"bank_operator", "reviewer", "approver"})
_SENDERS: dict[BulkKind, frozenset[str]] = {
    "rights": _OF_RIGHTS,
    "extracts": _OF_RIGHTS,
    "lists": frozenset({"reviewer", "approver", "pool_manager"}),
}
"""Who sends which kind, where it is not a bank's operator alone."""
BODY_LIMITS = {"/api/v1/bulk-files": LARGEST_BULK_FILE}
"""The route counts by the setting, which lies below."""


class BulkFileAnswer(FileOfRowsAnswer):
    """A file of applications, positions, rights, of what a register holds, or of listed firms."""

    kind: BulkKind


def _what_rows_leave_out(
    pool_code: Annotated[
        str | None,
        Query(max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="Where a row names no pool."),
    ] = None,
    mode: Annotated[
        str | None,
        Query(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="Where a row names no mode."),
    ] = None,
    month: Annotated[Month | None, Query(description="Of positions that name no month.")] = None,
    register: Annotated[
        Register | None, Query(description="Whose extract it is, where rows name no kind of right.")
    ] = None,
    day: Annotated[
        Day | None,
        Query(description="Of an extract, where its rows name none; of a list the day it is of."),
    ] = None,
    list_name: Annotated[
        ListName | None, Query(alias="list", description="Which list; see `GET /credit-lists`.")
    ] = None,
    source: Annotated[
        str | None,
        Query(
            min_length=1, max_length=200, pattern=ONE_LINE, description="Who publishes the list."
        ),
    ] = None,
    whole: Annotated[
        bool, Query(description="The list names everybody: what it does not name ends.")
    ] = False,
    document: Annotated[UUID | None, Query(description="The paper that the list is from.")] = None,
) -> dict[str, str]:
    """What the rows of a file do not say themselves, by name; what is not given is left out."""
    given = {
        "pool_code": pool_code, "mode": mode, "month": month, "register": register, "day": day,
        "list": list_name, "source": source, "whole": "true" if whole else None,
        "document": document,
    }  # fmt: skip
    return {name: str(value) for name, value in given.items() if value is not None}


@router.post("/bulk-files", status_code=202, response_model=BulkFileAnswer, openapi_extra=FILE_BODY)
async def send_bulk_file(
    request: Request,
    caller: Sender,
    context: CurrentContext,
    given: Annotated[dict[str, str], Depends(_what_rows_leave_out)],
    kind: Annotated[BulkKind, Query(description="What its rows are.")] = "applications",
    name: Annotated[str, Query(max_length=400, examples=["三月.xlsx"])] = "",
    only_check: Annotated[
        bool, Query(description="Say what is wrong with every row, and take none.")
    ] = False,
) -> Response:
    """Send many applications, monthly positions, rights (a census, of which the bureau sends one,
    too), what a register holds of rights (`extracts`: compared, see `/register-extracts`) or a list of
    dishonest or abnormal firms (`lists`, of the bureau: entries begin and end by them, see
    `/list-imports`) as NDJSON
    (a request's object on each line), CSV or XLSX (the template's headings); the file is the body
    itself. It is gone through in the background: `GET /bulk-files/{id}` tells how far. Rows that
    nothing speaks against are taken; the others make no case and are given back with their reasons
    (`wrong-rows`), to be mended and sent again. A row is taken once, by its `reference` or else by
    what it says, whichever file it comes in."""
    _must_send(caller, kind)
    key_of(request)
    limit = settings_of(context).max_bulk_file_bytes
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)

    async def record(in_one: InOne, sha256: bytes) -> Response:
        async def work(conn: asyncpg.Connection) -> Answer:
            body = _answer(await in_one(conn))
            return Answer(202, body, {"Location": f"/api/v1/bulk-files/{body.id}"})

        return await idempotently(request, caller, context.database, work, fingerprint=sha256)

    answer: Response = await take_in(
        request.stream(),
        limit=limit,
        store=store_of(context),
        database=context.database,
        clamd=settings_of(context).clamd,
        kind=kind,
        only_check=only_check,
        given=given,
        filename=plain_name(name or "-"),
        by=caller,
        now=context.clock.now(),
        record=record,
    )
    return answer


@router.get("/bulk-files")
async def list_bulk_files(
    caller: Reader, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[BulkFileAnswer]:
    """The files that were sent, the last one first; a bank sees its own."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.reading(caller.institution) as session:
        rows = await bulk_files.bulk_files(session, before=before, limit=limit + 1)
    return page_of([_answer(row) for row in rows], limit, lambda one: encode_cursor(one.id))


@router.get("/bulk-files/{file_id}")
async def read_bulk_file(file_id: UUID, caller: Reader, context: CurrentContext) -> BulkFileAnswer:
    """How far a file has been gone through, and what became of its rows so far."""
    async with context.database.reading(caller.institution) as session:
        return _answer(await bulk_files.bulk_file(session, file_id))


@router.get("/bulk-files/{file_id}/rows")
async def read_bulk_rows(
    file_id: UUID,
    caller: Reader,
    context: CurrentContext,
    outcome: Annotated[Outcome | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BulkRowAnswer]:
    """What became of each row, in order; of those that are wrong, every reason."""
    after = decode_cursor(cursor, int)[0] if cursor else 0
    async with context.database.reading(caller.institution) as session:
        await bulk_files.bulk_file(session, file_id)
        rows = await bulk_files.rows_of(
            session, file_id, outcome=outcome, after=after, limit=limit + 1
        )
    items = [BulkRowAnswer.model_validate(row) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.line))


@router.get("/bulk-files/{file_id}/wrong-rows", response_class=Response, responses=WRONG_ROWS)
async def read_wrong_rows(
    file_id: UUID, request: Request, caller: Reader, context: CurrentContext
) -> Response:
    """The rows that were not taken, as a file of the same form with the reasons of each behind it
    (NDJSON: in `_reasons`). Mended, it can be sent as it is: what we have added is passed over."""
    async with context.database.reading(caller.institution) as session:
        file = await bulk_files.bulk_file(session, file_id)

    async def behind(after: int) -> list[WrongRow]:
        async with context.database.reading(caller.institution) as session:
            rows = await bulk_files.rows_of(
                session, file_id, outcome=Outcome.WRONG, after=after, limit=MOST_AT_ONCE
            )
        return [WrongRow(row.line, row.cells or (), row.faults) for row in rows]

    return rows_to_mend(request, file.model_dump(), behind)


def _must_send(caller: Identity, kind: BulkKind) -> None:
    """What a bank asks for, its operators send; a census and extracts come from the bureau, too, and
    lists from it alone."""
    allowed = _SENDERS.get(kind, frozenset({"bank_operator"}))
    if not allowed & caller.roles:
        raise Forbidden(
            "您的角色不能进行此操作", "Your roles do not allow this.", required=sorted(allowed)
        )


def _answer(row: BulkFileRow) -> BulkFileAnswer:
    return BulkFileAnswer.model_validate(with_progress(row.model_dump()))
