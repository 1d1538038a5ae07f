"""A file as it comes: counted, hashed and put aside on disk, never whole in memory."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO, Final

from services.applications.domain.papers import DocumentEmpty, DocumentTooLarge

_AT_ONCE: Final = 1024 * 1024
"""Bytes written to disk at a time."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A file that has come whole. Its place on disk has no name, so a kill leaves nothing."""

    file: IO[bytes]
    sha256: bytes
    size: int


@asynccontextmanager
async def taken_in(bits: AsyncIterator[bytes], *, limit: int) -> AsyncIterator[Incoming]:
    """The file that these bits are, for as long as the block lasts. Raises DocumentEmpty,
    DocumentTooLarge."""
    with tempfile.TemporaryFile() as file:
        digest, size, held = hashlib.sha256(), 0, bytearray()
        async for bit in bits:
            size += len(bit)
            if size > limit:
                raise too_large(limit)
            held += bit
            if len(held) >= _AT_ONCE:
                await asyncio.to_thread(_put_aside, file, digest, bytes(held))
                held.clear()
        await asyncio.to_thread(_put_aside, file, digest, bytes(held))
        if not size:
            raise DocumentEmpty("文件为空", "The file is empty.")
        yield Incoming(file=file, sha256=digest.digest(), size=size)


def too_large(limit: int) -> DocumentTooLarge:
    """The refusal, with the limit."""
    return DocumentTooLarge(
        f"文件过大，上限为 {limit} 字节",
        f"The file is too large: at most {limit} bytes.",
        limit=limit,
    )


def _put_aside(file: IO[bytes], digest: "hashlib._Hash", held: bytes) -> None:
    file.write(held)
    file.flush()
    digest.update(held)
