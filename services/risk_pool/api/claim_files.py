"""Files of many claims: sent, gone through while one looks on, and given back where they are wrong."""

import asyncio
import hashlib
from typing import Annotated, Final, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from services.risk_pool.api.claim_filing import Filer
from services.risk_pool.domain.claim_file import Purpose
from services.risk_pool.handlers import claim_files as handlers
from services.risk_pool.queries import claim_files as reads
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.files_of_rows import (
    FILE_BODY,
    MOST_AT_ONCE,
    WRONG_ROWS,
    BulkRowAnswer,
    FileOfRowsAnswer,
    rows_to_mend,
    with_progress,
)
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.sheets.verdicts import Outcome, WrongRow

router = APIRouter(tags=["claims"])

Reader = Annotated[Identity, Depends(requires("bank_operator", "bank_checker"))]
"""Rows may become drafts, and a draft is nobody's but the bank's."""
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=200)]
Do = Literal["file", "save", "check"]

LARGEST_CLAIM_FILE: Final = 20 * 1024 * 1024
_PURPOSES: Final[dict[Do, Purpose]] = {"file": "to_file", "save": "to_save", "check": "to_check"}


class ClaimFileAnswer(FileOfRowsAnswer):
    """A file of claims."""

    kind: Literal["claims"] = "claims"
    does: Do = Field(description="What is done with its rows.")


@router.post(
    "/claim-files", status_code=202, response_model=ClaimFileAnswer, openapi_extra=FILE_BODY
)
async def send_claim_file(
    request: Request,
    caller: Filer,
    context: CurrentContext,
    name: Annotated[
        str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["代偿.xlsx"])
    ] = "",
    do: Annotated[
        Do,
        Query(description="File each claim, save each as a draft, or only say what is wrong."),
    ] = "file",
) -> Response:
    """Send many claims as NDJSON (a claim's object on each line, with `loan_number` or `loan_id`),
    CSV or XLSX (headings of the template: `GET /pools/{code}/modes/{mode}/template.xlsx?at=claim` of
    applications), up to 5,000 rows as the body itself. They are gone through in the background, each
    row as if it was sent alone: `GET /claim-files/{id}` tells how far. A loan whose draft waits has
    that draft filed. Rows that something speaks against are given back with every reason
    (`wrong-rows`), to be mended and sent again. The same row again has no second effect."""
    content = await request.body()
    # A large workbook takes seconds; others are served meanwhile.
    read = await asyncio.to_thread(handlers.rows_in, content)
    sha256 = hashlib.sha256(content).digest()

    async def work(conn: asyncpg.Connection) -> Answer:
        row = await handlers.keep_file(
            conn, read, purpose=_PURPOSES[do], filename=name or "-", sha256=sha256,
            size=len(content), by=caller, now=context.clock.now(),
        )  # fmt: skip
        body = _answer(row)
        return Answer(202, body, {"Location": f"/api/v1/claim-files/{body.id}"})

    return await idempotently(request, caller, context.database, work)


@router.get("/claim-files")
async def list_claim_files(
    caller: Reader, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[ClaimFileAnswer]:
    """Your bank's files of claims, the last one first."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await reads.page(conn, bank_code=caller.institution, before=before, limit=limit + 1)
    return page_of([_answer(row) for row in rows], limit, lambda one: encode_cursor(one.id))


@router.get("/claim-files/{file_id}")
async def read_claim_file(
    file_id: UUID, caller: Reader, context: CurrentContext
) -> ClaimFileAnswer:
    """How far a file has been gone through, and what became of its rows so far."""
    async with context.database.looking(caller.institution) as conn:
        return _answer(await reads.one(conn, file_id, bank_code=caller.institution))


@router.get("/claim-files/{file_id}/rows")
async def read_claim_rows(
    file_id: UUID,
    caller: Reader,
    context: CurrentContext,
    outcome: Annotated[Outcome | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BulkRowAnswer]:
    """What became of each row, in order; of those that are wrong, every reason."""
    after = decode_cursor(cursor, int)[0] if cursor else 0
    async with context.database.looking(caller.institution) as conn:
        await reads.one(conn, file_id, bank_code=caller.institution)
        rows = await reads.rows_of(
            conn, file_id, bank_code=caller.institution, outcome=outcome, after=after,
            limit=limit + 1,
        )  # fmt: skip
    items = [BulkRowAnswer.model_validate(dict(row)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.line))


@router.get("/claim-files/{file_id}/wrong-rows", response_class=Response, responses=WRONG_ROWS)
async def read_wrong_claim_rows(
    file_id: UUID, request: Request, caller: Reader, context: CurrentContext
) -> Response:
    """The rows that were not taken, as a file of the same form with the reasons of each behind it
    (NDJSON: in `_reasons`). Mended, it can be sent as it is: what we have added is passed over."""
    async with context.database.looking(caller.institution) as conn:
        file = await reads.one(conn, file_id, bank_code=caller.institution)

    async def behind(after: int) -> list[WrongRow]:
        async with context.database.looking(caller.institution) as conn:
            rows = await reads.rows_of(
                conn, file_id, bank_code=caller.institution, outcome=Outcome.WRONG, after=after,
                limit=MOST_AT_ONCE,
            )  # fmt: skip
        return [WrongRow(row["line"], row["cells"], row["faults"]) for row in rows]

    return rows_to_mend(request, dict(file), behind)


def _answer(row: asyncpg.Record) -> ClaimFileAnswer:
    does = next(do for do, purpose in _PURPOSES.items() if purpose == row["purpose"])
    return ClaimFileAnswer.model_validate(
        with_progress(row) | {"does": does, "only_check": does == "check"}
    )
