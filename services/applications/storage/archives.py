"""What is packed in a file: OFD, XLSX and DOCX are told apart, a ZIP may hold only papers.

Nothing is believed that the archive says of itself: every entry is unpacked once, against bounds.
"""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Final

from services.applications.domain.papers import (
    DOCX,
    OFD,
    XLSX,
    ZIP,
    DocumentBroken,
    TypeNotAccepted,
    UnpacksTooLarge,
)

MOST_ENTRIES: Final = 2000
MOST_UNPACKED: Final = 512 * 1024**2
"""Bytes of all entries together, those of archives within included."""
_AT_ONCE: Final = 256 * 1024
_IN_MEMORY: Final = 1024 * 1024
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError, RuntimeError,
)  # fmt: skip
"""What reading raises of an archive that is not whole, or is packed in no way that we know."""

_TOLD_BY: Final = (
    (OFD, ("OFD.xml",)),
    (DOCX, ("[Content_Types].xml", "word/document.xml")),
    (XLSX, ("[Content_Types].xml", "xl/workbook.xml")),
)
"""The entries that make a package what it is."""
_PROGRAMS: Final = ("vbaProject.bin", "vbaData.xml")

Sniff = Callable[[IO[bytes]], str]


class Budget:
    """How much may still be unpacked, over an archive and all that it holds."""

    def __init__(self) -> None:
        self._entries, self._bytes = MOST_ENTRIES, MOST_UNPACKED

    def spend(self, *, entries: int = 0, unpacked: int = 0) -> None:
        """Raises UnpacksTooLarge."""
        self._entries -= entries
        self._bytes -= unpacked
        if self._entries < 0 or self._bytes < 0:
            raise UnpacksTooLarge(
                f"压缩包展开后过大（最多 {MOST_ENTRIES} 个文件、{MOST_UNPACKED} 字节）",
                f"It unpacks to more than {MOST_ENTRIES} files or {MOST_UNPACKED} bytes.",
            )


def packed_type(file: IO[bytes], *, sniff: Sniff) -> str:
    """The media type of an archive, all of whose entries were unpacked and found whole.

    `sniff` says what an entry of a plain ZIP is. Raises TypeNotAccepted, DocumentBroken,
    UnpacksTooLarge.
    """
    return _packed_type(file, Budget(), sniff, depth=0)


def _packed_type(file: IO[bytes], budget: Budget, sniff: Sniff, *, depth: int) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            budget.spend(entries=len(archive.infolist()))
            for one in entries:
                _must_be_plain(one)
            names = {one.filename for one in entries}
            package = next((kind for kind, told in _TOLD_BY if names.issuperset(told)), None)
            if package is None:
                _must_be_papers(archive, entries, budget, sniff, depth=depth)
                return ZIP
            if any(name.endswith(_PROGRAMS) for name in names):
                raise TypeNotAccepted("不接受含宏的文件", "A file with macros is not accepted.")
            for one in entries:
                _unpack(archive, one, budget, None)
            return package
    except _BROKEN as error:
        raise DocumentBroken(
            "压缩包已损坏，无法展开", "The archive is broken and cannot be unpacked."
        ) from error


def _must_be_plain(entry: zipfile.ZipInfo) -> None:
    """No password, no path out of its folder."""
    if entry.flag_bits & 0x1:
        raise TypeNotAccepted("不接受加密的压缩包", "An archive with a password is not accepted.")
    if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.replace("\\", "/").split(
        "/"
    ):
        raise TypeNotAccepted(
            "压缩包内的路径越出其目录", "The archive names a path outside its own folder."
        )


def _must_be_papers(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], budget: Budget, sniff: Sniff,
    *, depth: int,
) -> None:  # fmt: skip
    """A plain ZIP holds papers, no ZIP within a ZIP, and at least one."""
    if depth or not entries:
        raise TypeNotAccepted(
            "ZIP 内须有文件，且不得再含 ZIP", "A ZIP holds at least one paper, and no further ZIP."
        )
    for one in entries:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as paper:
            _unpack(archive, one, budget, paper)
            paper.seek(0)
            if paper.read(4) == b"PK\x03\x04":
                _packed_type(paper, budget, sniff, depth=depth + 1)
            else:
                sniff(paper)


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget,
    into: "tempfile.SpooledTemporaryFile[bytes] | None",
) -> None:  # fmt: skip
    """Unpack an entry as far as the budget goes; reading to its end compares its checksum."""
    with archive.open(entry) as packed:
        while bit := packed.read(_AT_ONCE):
            budget.spend(unpacked=len(bit))
            if into is not None:
                into.write(bit)
