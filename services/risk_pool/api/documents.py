"""Documents of any length over HTTP: written to the disk first, then sent in pieces.

To the disk, because a reader on a slow line must hold no connection and no snapshot of the database;
and because what breaks half way is then told as a failure, and never is a file that looks whole.
The file has no name: it is gone when it has been sent, and when the process dies.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import IO

from fastapi.responses import StreamingResponse

PIECE = 1 << 16


def unnamed() -> IO[bytes]:
    """A file to write a document to."""
    return tempfile.TemporaryFile(prefix="zhidai-document-")


async def write_all(file: IO[bytes], pieces: AsyncIterator[bytes]) -> None:
    """One piece after the other, as they are made."""
    async for piece in pieces:
        file.write(piece)


def sent(
    file: IO[bytes], *, name: str, media_type: str, headers: Mapping[str, str]
) -> StreamingResponse:
    """The whole of a file that was written, to be saved under a name."""
    length = file.seek(0, 2)
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(PIECE):
                yield piece

    return StreamingResponse(
        pieces(),
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(length),
            **headers,
        },
    )
