"""Pages of a stored PDF as pictures, drawn by a process of its own and kept for a while."""

import asyncio
import struct
import sys
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import IO, Final

from services.applications.domain.papers import PagesNotShown

MOST_PAGES: Final = 500
"""Pages of a longer document are not shown; the file is offered for download."""
WIDTHS: Final = (160, 800, 1600)
"""In pixels: a small one for the list, the page, and the page drawn near."""
KEPT_BYTES: Final = 48 * 1024**2
SECONDS: Final = 30
_MODULE: Final = "services.applications.storage.draw_pages"
_AT_ONCE: Final = 2
"""Processes that draw at the same time."""


Opened = Callable[[], Awaitable[AsyncIterator[bytes]]]
"""Opens the content of a paper; asked only where a picture is not kept."""


class Pages:
    """The pictures that were drawn last, by content, page and width; the oldest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[bytes, int, int], bytes] = OrderedDict()
        self._bytes = 0
        self._drawing = asyncio.Semaphore(_AT_ONCE)
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    async def count(self, sha256: bytes, content: Opened) -> int:
        """How many pages a PDF has. Raises PagesNotShown."""
        if sha256 not in self._counts:
            await self._draw(sha256, content, width=WIDTHS[0], first=1, last=0)
        if self._counts[sha256] > MOST_PAGES:
            raise _not_shown()
        return self._counts[sha256]

    async def picture(
        self, sha256: bytes, content: Opened, *, page: int, width: int
    ) -> bytes | None:
        """A page as PNG; None where there is no such page. Raises PagesNotShown."""
        if page > MOST_PAGES:
            raise _not_shown()
        key = (sha256, page, width)
        if key not in self._kept:
            # Small ones are looked at in rows, so the neighbours are drawn with them.
            last = page + 19 if width == WIDTHS[0] else page
            await self._draw(sha256, content, width=width, first=page, last=last)
        return self._kept.get(key)

    async def _draw(
        self, sha256: bytes, content: Opened, *, width: int, first: int, last: int
    ) -> None:
        with tempfile.TemporaryFile() as file:
            async for bit in await content():
                await asyncio.to_thread(file.write, bit)
            file.seek(0)
            async with self._drawing:
                drawn = await _drawn(file, width, first, last)
        count, *pictures = drawn
        self._counts[sha256] = int.from_bytes(count, "big")
        for page, picture in enumerate(pictures, first):
            self._keep((sha256, page, width), picture)
        while len(self._counts) > 10_000:
            self._counts.popitem(last=False)

    def _keep(self, key: tuple[bytes, int, int], picture: bytes) -> None:
        self._bytes += len(picture) - len(self._kept.pop(key, b""))
        self._kept[key] = picture
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest)


async def _drawn(file: IO[bytes], width: int, first: int, last: int) -> list[bytes]:
    """The number of pages as four bytes, then the pictures."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", _MODULE, str(width), str(first), str(last),
        stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise _not_shown() from None
    if process.returncode or len(out) < 4:
        raise _not_shown()
    parts, place = [out[:4]], 4
    while place < len(out):
        (length,) = struct.unpack_from(">I", out, place)
        parts.append(out[place + 4 : place + 4 + length])
        place += 4 + length
    return parts


def _not_shown() -> PagesNotShown:
    return PagesNotShown(
        "该文件无法逐页显示，请下载查看",
        "The pages of this file cannot be shown; download it instead.",
    )
