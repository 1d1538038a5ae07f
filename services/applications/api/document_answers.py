"""What the API answers about stored papers."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.applications.tables.paper_rows import StoredDocumentRow


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class StoredAnswer(_Answer):
    """A stored paper: what cases refer to by its id, or by its hash."""

    id: UUID
    sha256: str = Field(
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
    )
    size: int = Field(description="In bytes.")
    media_type: str = Field(examples=["application/pdf"])
    filename: str = Field(examples=["营业执照.pdf"])
    institution: str = Field(description='The bank whose paper it is; "*" for the bureau.')
    sent_by: str
    sent_name: str
    sent_at: datetime
    scanned_at: datetime | None = Field(description="When a virus scanner found nothing in it.")


class LookAnswer(_Answer):
    """That somebody has looked. Looks of ten minutes at the same are one."""

    at: datetime
    subject: str
    name: str
    how: str = Field(examples=["content", "page", "thumbnail", "link"])
    page: int | None


class NoteAnswer(_Answer):
    """A note on a page, seen within the institution of who wrote it."""

    id: UUID
    page: int
    text: str
    subject: str
    name: str
    at: datetime


class LinkAnswer(_Answer):
    """A link that needs no token until it ends."""

    url: str
    expires_at: datetime


class PagesAnswer(_Answer):
    """How a paper is shown page by page."""

    pages: int = Field(description="How many; a picture is one page.")
    widths: list[int] = Field(description="In which widths pages are drawn, in pixels.")


def stored_answer(row: StoredDocumentRow) -> StoredAnswer:
    """A stored paper."""
    return StoredAnswer(
        **row.model_dump(exclude={"sha256"}), sha256=row.sha256.hex(), institution=row.bank_code
    )
