"""The rows of stored papers, as ordinary reads see them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, Text
from sqlmodel import Field

from services.applications.tables.columns import Row, moment


class StoredDocumentRow(Row, table=True):
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
    sent_at: datetime = moment()
    scanned_at: datetime | None = moment()
    withdrawn_at: datetime | None = moment()
    let_go_at: datetime | None = moment()
    removed_at: datetime | None = moment()


class DocumentLookRow(Row, table=True):
    """That somebody has looked at a paper."""

    __tablename__ = "document_looks"

    id: UUID = Field(primary_key=True)
    document_id: UUID = Field(foreign_key="stored_documents.id")
    bank_code: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    how: str = Field(sa_type=Text)
    page: int | None
    at: datetime = moment()


class DocumentNoteRow(Row, table=True):
    """What somebody has noted on a page."""

    __tablename__ = "document_notes"

    id: UUID = Field(primary_key=True)
    document_id: UUID = Field(foreign_key="stored_documents.id")
    bank_code: str = Field(sa_type=Text)
    page: int
    text: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = moment()


class DocumentUseRow(Row, table=True):
    """That something beside a case's own papers refers to a stored one."""

    __tablename__ = "document_uses"

    document_id: UUID = Field(primary_key=True, foreign_key="stored_documents.id")
    place: str = Field(primary_key=True, sa_type=Text)
    bank_code: str = Field(sa_type=Text)
    used_at: datetime = moment()


class PaperVerdictRow(Row, table=True):
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
    at: datetime = moment()
