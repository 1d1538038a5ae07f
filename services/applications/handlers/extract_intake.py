"""A register's extract comes: it is a paper of the store, and the same one is brought in once."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg

from services.applications.domain.papers import XLSX
from services.applications.handlers.papers import InOne as PaperInOne
from services.applications.handlers.papers import Looked, keep
from services.applications.storage.incoming import Incoming
from services.applications.storage.objects import PaperStore
from services.applications.storage.scanner import must_be_clean
from services.applications.tables import extracts
from services.applications.tables.bulk_rows import BulkFileRow
from services.applications.tables.stored_papers import use
from shared.auth.identity import Identity
from shared.postgres.database import Database

_MEDIA_TYPES: Final = {"ndjson": "application/x-ndjson", "csv": "text/csv", "xlsx": XLSX}

InOne = Callable[[asyncpg.Connection], Awaitable[BulkFileRow]]


async def with_its_paper(
    in_one: InOne,
    coming: Incoming,
    *,
    form: str,
    filename: str,
    given: Mapping[str, str],
    store: PaperStore,
    database: Database,
    clamd: str,
    by: Identity,
    now: datetime,
    record: Callable[[InOne, bytes], Awaitable[Any]],
) -> Any:
    """Keep the file among the papers and its row with it; what was brought in before, is answered
    again. Raises what the scanner refuses."""
    if clamd:
        await must_be_clean(coming.file, clamd=clamd)
    looked = Looked(
        coming=coming, name=filename, media_type=_MEDIA_TYPES[form], scanned=bool(clamd)
    )

    async def in_both(paper_in_one: PaperInOne) -> Any:
        async def both(conn: asyncpg.Connection) -> BulkFileRow:
            before = await extracts.same_file(conn, sha256=coming.sha256, given=given, by=by)
            if before is not None:
                return before
            paper, _ = await paper_in_one(conn)
            file = await in_one(conn)
            await use(
                conn, [paper["id"]], bank_code=by.institution, place=f"extract:{file.id}", now=now
            )
            return await extracts.is_paper(conn, file.id, paper["id"])

        return await record(both, coming.sha256)

    return await keep(looked, store=store, database=database, by=by, now=now, record=in_both)
