"""All files that the database refers to, page by page: what a backup has to hold."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

AT_ONCE: Final = 500

_PAPERS: Final = """
select id, bank_code, filename, sha256, size from stored_documents
where withdrawn_at is null and id > $1 order by id limit $2
"""
_BULK: Final = """
select id, bank_code, filename, sha256, size from bulk_files
where finished_at is null and id > $1 order by id limit $2
"""


@dataclass(frozen=True, kw_only=True)
class KeptFile:
    """A file that a row names: a paper, or a file of many rows that is still being gone through."""

    id: UUID
    is_paper: bool
    bank_code: str
    filename: str
    sha256: bytes
    size: int


async def kept_files(conn: asyncpg.Connection) -> AsyncIterator[Sequence[KeptFile]]:
    """Every file that must be there, in pages. Who asks sees everything."""
    for query, is_paper in ((_PAPERS, True), (_BULK, False)):
        after = UUID(int=0)
        while rows := await conn.fetch(query, after, AT_ONCE):
            yield [KeptFile(is_paper=is_paper, **dict(row)) for row in rows]
            after = rows[-1]["id"]
