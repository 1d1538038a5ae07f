"""Where the content of papers lies: a folder or an S3-compatible store, by one library.

In a folder a file is written beside its place, brought to the disk, and renamed: whoever is killed
in between leaves nothing under a name that anybody reads. What such a one leaves in `incoming`,
`sweep` takes away.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

CHUNK_BYTES: Final = 1024 * 1024
STALE_SECONDS: Final = 24 * 3600
"""Longer than any file takes to come."""
_INCOMING: Final = "incoming"


class PaperStore:
    """Files by keys. Nothing is ever changed: a key is written once, read, or removed."""

    def __init__(self, store: ObjectStore, folder: Path | None) -> None:
        self._store = store
        self._folder = folder
        """Where the store is a folder of this machine."""

    async def keep(self, key: str, file: IO[bytes]) -> None:
        """Keep a file from its beginning; it is durable when this returns."""
        file.seek(0)
        if self._folder is None:
            await obstore.put_async(self._store, key, file, chunk_size=8 * CHUNK_BYTES)
            return
        coming = f"{_INCOMING}/{key.rsplit('/', 1)[-1]}"
        await obstore.put_async(self._store, coming, file, chunk_size=CHUNK_BYTES)
        await asyncio.to_thread(_to_disk, self._folder / coming)
        await obstore.rename_async(self._store, coming, key)
        await asyncio.to_thread(_to_disk, (self._folder / key).parent)

    async def read(self, key: str, start: int, length: int) -> AsyncIterator[bytes]:
        """So many bytes from a place on, to be read bit by bit. Raises FileNotFoundError."""
        wanted: obstore.GetOptions = {"range": (start, start + length)}
        return _bits(await obstore.get_async(self._store, key, options=wanted))

    async def size_of(self, key: str) -> int | None:
        """How many bytes lie under a key; None where nothing does."""
        try:
            return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError:
            return None

    async def remove(self, key: str) -> None:
        """Take a file away; it may be gone already."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return

    async def sweep(self) -> None:
        """Take away what was left half written long ago."""
        if self._folder is not None:
            await asyncio.to_thread(_sweep, self._folder / _INCOMING, time.time() - STALE_SECONDS)


@lru_cache(maxsize=8)
def store_at(place: str) -> PaperStore:
    """The store at a folder or at a URL. Credentials of S3 are read from the environment."""
    if "://" in place:
        return PaperStore(from_url(place), None)
    folder = Path(place).absolute()
    (folder / _INCOMING).mkdir(parents=True, exist_ok=True)
    return PaperStore(LocalStore(folder, mkdir=True), folder)


async def _bits(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    async for bit in found.stream(min_chunk_size=CHUNK_BYTES):
        yield bytes(bit)


def _to_disk(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(incoming: Path, before: float) -> None:
    for file in incoming.iterdir():
        if file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
