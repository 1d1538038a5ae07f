"""The rows of stored papers, as ordinary reads see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, LargeBinary, Text
from sqlmodel import Field, SQLModel

from services.applications.tables.rows import METADATA


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


class _Row(SQLModel):
    metadata = METADATA


class StoredDocumentRow(_Row, table=True):
    """A file that somebody sent: what it is, whose it is, and that it is still there."""

    __tablename__ = "stored_documents"

    id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    sha256: bytes = Field(sa_type=LargeBinary)
    size: int = Field(sa_type=BigInteger)
    media_type: str = Field(sa_type=Text)
    filename: str = Field(sa_type=Text)
    sent_by: str = Field(sa_type=Text)
    sent_name: str = Field(sa_type=Text)
    sent_at: datetime = _moment()
    scanned_at: datetime | None = _moment()
    withdrawn_at: datetime | None = _moment()
    let_go_at: datetime | None = _moment()
    removed_at: datetime | None = _moment()


class DocumentLookRow(_Row, table=True):
    """That somebody has looked at a paper."""

    __tablename__ = "document_looks"

    id: UUID = Field(primary_key=True)
    document_id: UUID = Field(foreign_key="stored_documents.id")
    bank_code: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    how: str = Field(sa_type=Text)
    page: int | None
    at: datetime = _moment()


class DocumentNoteRow(_Row, table=True):
    """What somebody has noted on a page."""

    __tablename__ = "document_notes"

    id: UUID = Field(primary_key=True)
    document_id: UUID = Field(foreign_key="stored_documents.id")
    bank_code: str = Field(sa_type=Text)
    page: int
    text: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = _moment()


class DocumentUseRow(_Row, table=True):
    """That something beside a case's own papers refers to a stored one."""

    __tablename__ = "document_uses"

    document_id: UUID = Field(primary_key=True, foreign_key="stored_documents.id")
    place: str = Field(primary_key=True, sa_type=Text)
    bank_code: str = Field(sa_type=Text)
    used_at: datetime = _moment()


class PaperVerdictRow(_Row, table=True):
    """What a reviewer found of a kind of paper, or of one paper, of a case."""

    __tablename__ = "paper_verdicts"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    verdict: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = _moment()
