"""The papers of a backup: each file that the database names, carried over and held against its hash."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncpg

from services.applications.domain.papers import DocumentEmpty, DocumentTooLarge, key_of
from services.applications.handlers import bulk_files
from services.applications.queries.kept_papers import KeptFile, kept_files
from services.applications.storage.incoming import taken_in
from services.applications.storage.objects import PaperStore
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import look_as

AT_ONCE = 8
"""Files that are looked at or carried at the same time."""


@dataclass
class Papers:
    """What came of going through all files: how many, how many were carried, what is wrong."""

    files: int = 0
    carried: int = 0
    faults: list[str] = field(default_factory=list)


async def carried(url: str, source: PaperStore, target: PaperStore) -> Papers:
    """Carry every file that the database at `url` names from one store into another, which is only
    added to. What is missing or is not what its hash says is named, and not carried."""

    async def carry(one: KeptFile, found: Papers) -> None:
        if await target.size_of(_key(one)) == one.size:
            return
        fault = await _copied(one, source, target)
        found.carried += not fault
        found.faults += [fault] if fault else []

    return await _each(url, carry)


async def looked_for(url: str, store: PaperStore) -> Papers:
    """Whether every file that the database at `url` names lies in the store, with its length."""

    async def look(one: KeptFile, found: Papers) -> None:
        size = await store.size_of(_key(one))
        if size is None:
            found.faults.append(f"{_named(one)}: missing")
        elif size != one.size:
            found.faults.append(f"{_named(one)}: {size} bytes instead of {one.size}")

    return await _each(url, look)


async def _each(url: str, do: Callable[[KeptFile, Papers], Awaitable[None]]) -> Papers:
    found, room = Papers(), asyncio.Semaphore(AT_ONCE)

    async def done(one: KeptFile) -> None:
        async with room:
            await do(one, found)

    conn = await asyncpg.connect(url, timeout=10)
    try:
        # One moment, so that no file is passed over while others come.
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await look_as(conn, EVERYWHERE)
            async for page in kept_files(conn):
                found.files += len(page)
                await _all(page, done)
    finally:
        await conn.close()
    found.faults.sort()
    return found


async def _all(page: Sequence[KeptFile], do: Callable[[KeptFile], Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for one in page:
            group.create_task(_awaited(do(one)))


async def _awaited(one: Awaitable[None]) -> None:
    await one


async def _copied(one: KeptFile, source: PaperStore, target: PaperStore) -> str:
    """Carry one file; what is wrong with it, or ""."""
    try:
        bits = await source.read(_key(one), 0, one.size)
        async with taken_in(bits, limit=one.size) as coming:
            if (coming.sha256, coming.size) != (one.sha256, one.size):
                return f"{_named(one)}: not what its hash says"
            await target.keep(_key(one), coming.file)
    except FileNotFoundError:
        return f"{_named(one)}: missing"
    except (DocumentEmpty, DocumentTooLarge):
        return f"{_named(one)}: not what its hash says"
    return ""


def _key(one: KeptFile) -> str:
    return key_of(one.sha256, one.id) if one.is_paper else bulk_files.key_of(one.id)


def _named(one: KeptFile) -> str:
    return f"{one.filename} ({one.bank_code}, {_key(one)})"
