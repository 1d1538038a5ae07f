"""What a file is, by its content alone; its name is what a sender likes to call it."""

import os
from typing import IO, Final

from services.applications.domain.papers import (
    JPEG,
    PDF,
    PNG,
    TIFF,
    DocumentBroken,
    TypeNotAccepted,
)
from services.applications.storage.archives import packed_type

_LOOKED_AT: Final = 1024
"""Bytes at the beginning in which a PDF may begin (ISO 32000, annex H.3.4.1 note)."""
_TAIL: Final = 4096
"""Bytes at the end in which a file must end; some programs write a little behind it."""


def media_type_of(file: IO[bytes]) -> str:
    """The media type of a whole file. Raises TypeNotAccepted, DocumentBroken, UnpacksTooLarge."""
    file.seek(0)
    head = file.read(_LOOKED_AT)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - _TAIL, 0))
    tail = file.read(_TAIL)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return packed_type(file, sniff=media_type_of)
    for media_type, begins, ends in (
        (PDF, b"%PDF-" in head, b"%%EOF" in tail and b"startxref" in tail),
        (JPEG, head.startswith(b"\xff\xd8\xff"), b"\xff\xd9" in tail),
        (PNG, head.startswith(b"\x89PNG\r\n\x1a\n"), b"IEND\xaeB`\x82" in tail),
        (TIFF, head.startswith((b"II*\x00", b"MM\x00*")), _has_its_directory(head, size)),
    ):
        if begins:
            if not ends:
                raise DocumentBroken(
                    f"文件不完整：开头是 {media_type}，结尾缺失",
                    f"The file is not whole: it begins as {media_type} and does not end as one.",
                    media_type=media_type,
                )
            return media_type
    raise TypeNotAccepted(
        "不接受此类文件，仅限 PDF、OFD、JPEG、PNG、TIFF、XLSX、DOCX，或由这些文件组成的 ZIP",
        "Such a file is not accepted: only PDF, OFD, JPEG, PNG, TIFF, XLSX, DOCX, or a ZIP of these.",
    )


def _has_its_directory(head: bytes, size: int) -> bool:
    """Whether the first directory of a TIFF lies within the file (TIFF 6.0, section 2)."""
    if len(head) < 8:
        return False
    order = "little" if head.startswith(b"II") else "big"
    place = int.from_bytes(head[4:8], order)  # type: ignore[arg-type]
    return 8 <= place <= size - 6
