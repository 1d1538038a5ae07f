"""Papers come, are looked at and noted on, and those that nobody refers to may be withdrawn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.papers import DocumentInUse, NotSentByYou, key_of, must_fit
from services.applications.queries.papers import no_such_paper
from services.applications.storage.incoming import Incoming, taken_in
from services.applications.storage.objects import PaperStore
from services.applications.storage.scanner import must_be_clean
from services.applications.storage.sniffing import media_type_of
from services.applications.tables import stored_papers
from shared.auth.identity import Identity
from shared.contracts.papers import DocumentReferredV1, DocumentStoredV1, DocumentWithdrawnV1
from shared.messaging import outbox
from shared.messaging.inbox import Received
from shared.postgres.database import EVERYWHERE, Database

_AT_A_TIME = 100

InOne = Callable[[asyncpg.Connection], Awaitable[tuple[Any, bool]]]
"""The part of keeping a file that stands in a transaction: its row, and whether it is new."""
Record = Callable[[InOne], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A file that has come whole and that nothing is wrong with."""

    coming: Incoming
    name: str
    media_type: str
    scanned: bool


@asynccontextmanager
async def looked_into(
    bits: AsyncIterator[bytes], *, name: str, limit: int, clamd: str
) -> AsyncIterator[Looked]:
    """A file that somebody sends, counted, hashed, sniffed and scanned. Raises what
    `domain.papers` refuses."""
    async with taken_in(bits, limit=limit) as coming:
        media_type = await asyncio.to_thread(media_type_of, coming.file)
        must_fit(name, media_type)
        if clamd:
            await must_be_clean(coming.file, clamd=clamd)
        yield Looked(coming=coming, name=name, media_type=media_type, scanned=bool(clamd))


async def keep(
    looked: Looked,
    *,
    store: PaperStore,
    database: Database,
    by: Identity,
    now: datetime,
    record: Record,
) -> Any:
    """Keep a file; the same one of an institution is kept once. `record` runs what it is given in
    the request's transaction."""
    try:
        return await _keep(looked, store=store, database=database, by=by, now=now, record=record)
    except MeanwhileWithdrawn:
        return await _keep(looked, store=store, database=database, by=by, now=now, record=record)


async def _keep(
    looked: Looked,
    *,
    store: PaperStore,
    database: Database,
    by: Identity,
    now: datetime,
    record: Record,
) -> Any:
    """Keep the content, then the row that says so.

    The content is durable before the row is: who is killed in between leaves a file that nobody
    refers to, never a row without one.
    """
    sha256 = looked.coming.sha256
    document_id = uuid7()
    key = key_of(sha256, document_id)
    async with database.looking(by.institution) as conn:
        known = await stored_papers.find_stored(conn, bank_code=by.institution, sha256=sha256)
    if known is None:
        await store.keep(key, looked.coming.file)
    ours = False

    async def in_one(conn: asyncpg.Connection) -> tuple[Any, bool]:
        nonlocal ours
        row = await stored_papers.find_stored(conn, bank_code=by.institution, sha256=sha256)
        if row is None and known is None:
            row = await stored_papers.add_stored(
                conn, document_id, sha256=sha256, size=looked.coming.size,
                media_type=looked.media_type, filename=looked.name, by=by, now=now,
                scanned=looked.scanned,
            )  # fmt: skip
            ours = row is not None
            if row is not None:
                await outbox.append(conn, [DocumentStoredV1(**_told(row))], now=now)
        if row is None:
            row = await stored_papers.find_stored(conn, bank_code=by.institution, sha256=sha256)
        if row is None:
            raise MeanwhileWithdrawn(sha256.hex())
        return row, ours

    answer = await record(in_one)
    if known is None and not ours:
        await store.remove(key)
    return answer


class MeanwhileWithdrawn(RuntimeError):
    """The same file was there when it was looked for and is not any more; it is to be kept anew."""


async def withdraw(
    conn: asyncpg.Connection, document_id: UUID, *, by: Identity, now: datetime
) -> asyncpg.Record:
    """Who sent a paper takes it back. Raises NotFound, NotSentByYou, DocumentInUse."""
    row = await stored_papers.locked_stored(conn, document_id)
    if row is None:
        raise no_such_paper()
    if (row["sent_by"], row["bank_code"]) != (by.subject, by.institution):
        raise NotSentByYou(
            "只有上传人可以撤回该材料", "Only who sent this document may withdraw it."
        )
    if await stored_papers.is_used(conn, document_id):
        raise DocumentInUse(
            "该材料已被引用，不能撤回", "Something refers to this document, so it stays."
        )
    await stored_papers.withdraw(conn, document_id, now=now)
    await outbox.append(conn, [DocumentWithdrawnV1(**_told(row))], now=now)
    return row


def _told(row: asyncpg.Record) -> dict[str, Any]:
    """What a listener is told of a paper; not who sent it."""
    return {
        "document_id": row["id"],
        "bank_code": row["bank_code"],
        "sha256": row["sha256"].hex(),
        "filename": row["filename"],
        "media_type": row["media_type"],
        "size": row["size"],
    }


async def referred(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """Cases of the pool refer to papers: these stay, also where one was taken back meanwhile."""
    for one in sorted(received, key=lambda one: str(one.event.document_id)):
        told: DocumentReferredV1 = one.event
        stays = await stored_papers.stands_again(conn, told.document_id)
        await stored_papers.use(
            conn, stays, bank_code=told.bank_code, place=f"risk_pool:{told.place}", now=now
        )


async def let_go(
    received: Sequence[Received], /, *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool refers to none of these papers, which were taken back: their content may go."""
    await stored_papers.let_go(conn, [one.event.document_id for one in received], now=now)


async def remove_withdrawn(database: Database, store: PaperStore, *, now: datetime) -> None:
    """Take away the content of withdrawn papers that the pool has let go of; asked again, nothing
    happens twice."""
    async with database.looking(EVERYWHERE) as conn:
        rows = await stored_papers.to_remove(conn, limit=_AT_A_TIME)
    for row in rows:
        await store.remove(key_of(row["sha256"], row["id"]))
        async with database.begin(EVERYWHERE) as conn:
            await stored_papers.removed(conn, row["id"], now=now)
