"""A ClamAV daemon that looks at a file before it is kept: clamd's INSTREAM command.

The protocol (clamd(8)): "zINSTREAM\\0", then chunks, each after its length as four bytes in network
order, then a length of nought; the answer ends with NUL.
"""

import asyncio
from typing import IO, Final

from services.applications.domain.papers import DocumentInfected, ScannerAway

_AT_ONCE: Final = 256 * 1024
TIMEOUT_SECONDS: Final = 120
"""A file of the largest size that clamd takes by default, on a slow machine."""


async def must_be_clean(file: IO[bytes], *, clamd: str) -> None:
    """Let the daemon at `host:port` or `unix:/path` look at the file. Raises DocumentInfected;
    ScannerAway also where it answers anything but "clean"."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            answer = await _asked(file, clamd)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise _away() from error
    if answer.endswith(" FOUND"):
        found = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise DocumentInfected(
            f"文件中发现恶意代码：{found}", f"Malware was found in the file: {found}.", found=found
        )
    if answer != "stream: OK":
        raise _away()


async def _asked(file: IO[bytes], clamd: str) -> str:
    reader, writer = await _reached(clamd)
    try:
        writer.write(b"zINSTREAM\0")
        file.seek(0)
        while bit := await asyncio.to_thread(file.read, _AT_ONCE):
            writer.write(len(bit).to_bytes(4, "big") + bit)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace").strip()
    finally:
        writer.close()


async def _reached(clamd: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if clamd.startswith("unix:"):
        return await asyncio.open_unix_connection(clamd.removeprefix("unix:"))
    host, _, port = clamd.rpartition(":")
    return await asyncio.open_connection(host, int(port))


def _away() -> ScannerAway:
    return ScannerAway(
        "病毒扫描服务暂不可用，未经扫描的文件不予接收，请稍后再试",
        "The virus scanner does not answer, and no file is taken unscanned; try again later.",
    )
