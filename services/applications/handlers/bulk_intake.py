"""A file of many rows comes: it is kept with the papers, and worked on from then on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import IO, Any, Final

import asyncpg
from uuid6 import uuid7

from services.applications.domain.bulk import BulkKind
from services.applications.handlers.bulk_files import key_of
from services.applications.handlers.extract_intake import InOne, with_its_paper
from services.applications.handlers.list_intake import as_a_list
from services.applications.storage.incoming import taken_in
from services.applications.storage.objects import PaperStore
from services.applications.tables import bulk_files
from services.applications.tables.bulk_rows import BulkFileRow
from shared.auth.identity import Identity
from shared.postgres.database import Database
from shared.sheets.file_rows import form_of

_AT_ONCE: Final = 1024 * 1024

Record = Callable[[InOne, bytes], Awaitable[Any]]


async def take_in(
    bits: AsyncIterator[bytes],
    *,
    limit: int,
    store: PaperStore,
    database: Database,
    clamd: str,
    kind: BulkKind,
    only_check: bool,
    given: Mapping[str, str],
    filename: str,
    by: Identity,
    now: datetime,
    record: Record,
) -> Any:
    """Keep the content, then the row that says so; an extract of a register is a paper of the store,
    too (`clamd` scans it). `record` runs what it is given in the request's
    transaction, and knows the content by its hash. Raises DocumentEmpty, DocumentTooLarge,
    SheetUnreadable."""
    async with taken_in(bits, limit=limit) as coming:
        form = await asyncio.to_thread(form_of, coming.file)
        expected = None if form == "xlsx" else await asyncio.to_thread(_lines, coming.file)
        if expected is not None and form == "csv":
            expected = max(expected - 1, 0)
        file_id = uuid7()
        await store.keep(key_of(file_id), coming.file)
        ours = False

        async def in_one(conn: asyncpg.Connection) -> BulkFileRow:
            nonlocal ours
            ours = True
            return await bulk_files.add(
                conn, file_id, kind=kind, form=form, only_check=only_check, given=given,
                filename=filename, sha256=coming.sha256, size=coming.size, by=by, now=now,
                rows_expected=expected,
            )  # fmt: skip

        try:
            if kind == "extracts" and not only_check:
                return await with_its_paper(
                    in_one, coming, form=form, filename=filename, given=given, store=store,
                    database=database, clamd=clamd, by=by, now=now, record=record,
                )  # fmt: skip
            if kind == "lists":
                in_list = partial(
                    as_a_list, in_one=in_one, given=given, only_check=only_check, by=by, now=now
                )
                return await record(in_list, coming.sha256)
            return await record(in_one, coming.sha256)
        finally:
            if not ours:
                # The same request again, or one that was refused.
                await store.remove(key_of(file_id))


def _lines(file: IO[bytes]) -> int:
    """Lines that say anything; a cell that spans lines counts for more."""
    file.seek(0)
    count, last = 0, b"\n"
    while bits := file.read(_AT_ONCE):
        count += bits.count(b"\n")
        last = bits[-1:]
    return count + (last != b"\n")
