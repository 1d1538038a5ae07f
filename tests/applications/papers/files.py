"""Real small files of every kind that is taken, and some that are not."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from zhidai.demo.paper import pdf


def jpeg(extra: bytes = b"") -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + extra + b"\xff\xd9"


def png() -> bytes:
    """One grey dot."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def tiff() -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 0) + bytes(4)


def packed(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def bomb() -> bytes:
    """Half a gigabyte and more in some megabytes."""
    return packed({f"{number}.jpg": jpeg(bytes(90 * 1024**2)) for number in range(6)})


def nested_bomb() -> bytes:
    """The same in a spreadsheet in a ZIP."""
    sheets = {f"xl/{number}.xml": bytes(180 * 1024**2) for number in range(3)}
    return packed({"a.xlsx": xlsx(**sheets)})


def ofd() -> bytes:
    return packed({"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<ofd:Document/>"})


def xlsx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **more})


def docx() -> bytes:
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})


TAKEN = {
    "营业执照.pdf": ("application/pdf", pdf("营业执照")),
    "发票.ofd": ("application/ofd", ofd()),
    "照片.JPG": ("image/jpeg", jpeg()),
    "证书.png": ("image/png", png()),
    "扫描.tiff": ("image/tiff", tiff()),
    "报表.xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx(),
    ),
    "说明.docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        docx(),
    ),
    "一套.zip": ("application/zip", packed({"a.pdf": pdf("a"), "b/报表.xlsx": xlsx()})),
}
"""By name: the media type, and the content."""
