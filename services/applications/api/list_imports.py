"""Lists of dishonest or abnormal firms that were brought in, each with what its rows came to."""

from datetime import date
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import Field

from services.applications.api.bulk_files import BulkFileAnswer
from services.applications.api.common import Cursor, Limit
from services.applications.api.list_answers import ListReader
from services.applications.domain.listed_firms import ListName
from services.applications.queries import list_imports
from shared.http.context import CurrentContext
from shared.http.files_of_rows import with_progress
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of

router = APIRouter(tags=["listed firms"])


class ListImportAnswer(BulkFileAnswer):
    """A list, how far it has been gone through, and what its rows came to."""

    list_name: ListName
    list_date: date
    source: str
    document_id: UUID | None = Field(description="The stored paper that it is from.")
    whole: bool = Field(description="It was said to name everybody who stands on the list.")
    is_edition: bool = Field(
        description="And no row was wrong: what it does not name has ended, and the register "
        "answers for the list as of its day."
    )
    kept: int = Field(description="Entries that began.")
    ended: int = Field(description="Entries that ended by a row.")
    no_longer_named: int = Field(
        description="Entries that ended since a whole list names them not."
    )


@router.get("/list-imports")
async def list_list_imports(
    caller: ListReader, context: CurrentContext, cursor: Cursor = None, limit: Limit = 50
) -> Page[ListImportAnswer]:
    """The lists that were brought in (`POST /bulk-files?kind=lists`), the last first; their rows are
    those of the file."""
    before = decode_cursor(cursor, UUID)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await list_imports.imports(conn, before=before, limit=limit + 1)
    return page_of([_answer(row) for row in rows], limit, lambda item: encode_cursor(item.id))


@router.get("/list-imports/{import_id}")
async def read_list_import(
    import_id: UUID, caller: ListReader, context: CurrentContext
) -> ListImportAnswer:
    """One list with its counts."""
    async with context.database.looking(caller.institution) as conn:
        return _answer(await list_imports.one(conn, import_id))


def _answer(row: asyncpg.Record) -> ListImportAnswer:
    values = with_progress(dict(row))
    return ListImportAnswer.model_validate(values | {"document_id": values["evidence_id"]})
