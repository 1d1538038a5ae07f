"""What a file must be to be taken as a paper: its kinds, their names, and what is refused why."""

from typing import Final

from shared.refusals import Refused

MEDIA_TYPES: Final = {
    "application/pdf": (".pdf",),
    "application/ofd": (".ofd",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/zip": (".zip",),
}
"""What is taken, with the endings of its name. OFD is GB/T 33190."""

PDF, OFD, JPEG, PNG, TIFF, XLSX, DOCX, ZIP = MEDIA_TYPES

LONGEST_NAME: Final = 200


class DocumentEmpty(Refused):
    """A file without a byte."""

    code = "document-empty"
    status = 422


class DocumentTooLarge(Refused):
    """A file beyond the limit that the setting gives."""

    code = "document-too-large"
    status = 413


class TypeNotAccepted(Refused):
    """By its content the file is none of what is taken, whatever it is called."""

    code = "document-type-not-accepted"
    status = 415


class NameDoesNotFit(Refused):
    """The file's name is none, or ends otherwise than its content says."""

    code = "document-name-does-not-fit"
    status = 422


class DocumentBroken(Refused):
    """The file begins as what it says to be, and is not whole."""

    code = "document-broken"
    status = 422


class UnpacksTooLarge(Refused):
    """What is packed in the file is more than anybody means: too many, too large, too deep."""

    code = "document-unpacks-too-large"
    status = 422


class DocumentInfected(Refused):
    """The scanner has found something in it."""

    code = "document-infected"
    status = 422


class ScannerAway(Refused):
    """Files are to be scanned, and nobody scans: nothing is taken unscanned."""

    code = "document-scanner-away"
    status = 503


class DocumentInUse(Refused):
    """Something refers to the paper, so it stays."""

    code = "document-in-use"


class NotSentByYou(Refused):
    """Only who sent a paper may withdraw it."""

    code = "document-not-yours"
    status = 403


class PagesNotShown(Refused):
    """The file has no pages that can be shown; it is offered for download."""

    code = "document-pages-not-shown"
    status = 415


def plain_name(given: str) -> str:
    """The name of a file without the path that some programs send. Raises NameDoesNotFit."""
    name = given.replace("\\", "/").rsplit("/", 1)[-1].strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NameDoesNotFit(
            f"请提供文件名（1—{LONGEST_NAME} 个字符，不含控制字符）",
            f"Name the file, in 1 to {LONGEST_NAME} characters without control characters.",
        )
    return name


def must_fit(name: str, media_type: str) -> None:
    """The name ends as the content says. Raises NameDoesNotFit."""
    endings = MEDIA_TYPES[media_type]
    if not name.lower().endswith(endings):
        raise NameDoesNotFit(
            f"文件名 {name} 与内容不符：内容是 {media_type}，扩展名应为 {' 或 '.join(endings)}",
            f"The name {name} does not fit: the content is {media_type}, "
            f"whose names end in {' or '.join(endings)}.",
            media_type=media_type,
            endings=list(endings),
        )


def key_of(sha256: bytes, document_id: object) -> str:
    """Where a paper's content lies in the store: by its content, and each sender's by itself.

    So nobody's withdrawal can take away another's, and no lock is needed between the two.
    """
    digest = sha256.hex()
    return f"{digest[:2]}/{digest}/{document_id}"
