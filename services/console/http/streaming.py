"""Files as a stream, without keeping them in memory: a service's to the browser, and back."""

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse


def pass_on(
    answer: httpx.Response, *kept: str, goes_on: Callable[[], Awaitable[bool]] | None = None
) -> StreamingResponse:
    """The answer of a service as an answer of ours, with those of its headers that are named. It
    breaks off where it may not go on."""

    async def bits() -> AsyncIterator[bytes]:
        try:
            async for bit in answer.aiter_bytes():
                if goes_on is not None and not await goes_on():
                    return
                yield bit
        except httpx.HTTPError:
            # Breaking off tells the reader that it is not whole; there is nothing else to say.
            return
        finally:
            await answer.aclose()

    headers = {name: answer.headers[name] for name in kept if name in answer.headers}
    return StreamingResponse(bits(), headers=headers)


async def bits_of(file: UploadFile) -> AsyncIterator[bytes]:
    """What somebody has chosen in a form, bit by bit."""
    while bit := await file.read(256 * 1024):
        yield bit


def handed_on(file: httpx.Response) -> Response:
    """A small file, which is here already, as the service made it."""
    kept = ("content-type", "content-disposition")
    return Response(file.content, headers={name: file.headers[name] for name in kept})
