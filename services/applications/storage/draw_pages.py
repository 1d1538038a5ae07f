"""Draws pages of a PDF as PNG, as a process of its own: `python -m … <width> <first> <last>`.

The PDF comes on standard input, a file. A PDF is written by anybody, and the library that draws it
is not written in Python: whatever it does, it does to this process alone, within its limits. On
standard output: the number of pages, then each picture, all after their lengths in four bytes.
"""

import os
import resource
import struct
import sys
import zlib
from typing import Any, Final

import pypdfium2

MOST_MEMORY: Final = 1536 * 1024**2
MOST_SECONDS: Final = 20
MOST_PIXELS: Final = 4_000_000
"""Of one picture; a page that is a long strip is drawn smaller."""


def main(width: int, first: int, last: int) -> None:
    """Draw the pages from first to last (none where last is before first)."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    out = os.fdopen(1, "wb")
    document = pypdfium2.PdfDocument(os.fdopen(0, "rb"))
    out.write(struct.pack(">I", len(document)))
    for number in range(first, min(last, len(document)) + 1):
        picture = _picture(document[number - 1], width)
        out.write(struct.pack(">I", len(picture)) + picture)
    out.flush()


def _picture(page: Any, width: int) -> bytes:
    wide, high = page.get_size()
    # The library rounds up: half a pixel less is the width that was asked for.
    scale = min((width - 0.5) / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    return _png(bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels, bytes(bitmap.buffer))


def _png(width: int, height: int, stride: int, channels: int, pixels: bytes) -> bytes:
    """A PNG of 8-bit pixels (W3C PNG, sections 5 and 9; every line unfiltered)."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    lines = b"".join(
        b"\0" + pixels[line * stride : line * stride + width * channels] for line in range(height)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)),
            (b"IDAT", zlib.compress(lines, 6)),
            (b"IEND", b""),
        )
    )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
