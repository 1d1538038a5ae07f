"""Stored papers as they were heard of, and those of cases."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class StoredPaperRow(SQLModel, table=True):
    """A paper that applications keeps. Once a case refers to it, it is not withdrawn any more."""

    __tablename__ = "stored_papers"

    id: UUID = Field(primary_key=True)
    bank_code: str = columns.text()
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = columns.fen()
    media_type: str = columns.text()
    filename: str = columns.text()
    heard_at: datetime = columns.moment()
    withdrawn_at: datetime | None = columns.optional_moment()
    referred_at: datetime | None = columns.optional_moment()


class CasePaperRow(SQLModel, table=True):
    """A paper of a recovery, an adjustment or a dispute, in the order in which they came."""

    __tablename__ = "case_papers"

    case_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    bank_code: str = columns.text()
    kind: str = columns.text()
    document_id: UUID = Field(foreign_key="stored_papers.id")
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    filename: str = columns.text()
    added_by: str = columns.text()
    added_name: str = columns.text()
    added_at: datetime = columns.moment()
