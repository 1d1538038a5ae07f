"""The rows of files of many rows, as ordinary reads see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.applications.tables.columns import Row, moment


class BulkFileRow(Row, table=True):
    """A file of many rows, and how far it has been gone through."""

    __tablename__ = "bulk_files"

    id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    form: str = Field(sa_type=Text)
    only_check: bool
    given: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    filename: str = Field(sa_type=Text)
    sha256: bytes = Field(sa_type=LargeBinary)
    size: int = Field(sa_type=BigInteger)
    sent_by: str = Field(sa_type=Text)
    sent_name: str = Field(sa_type=Text)
    sent_at: datetime = moment()
    rows_expected: int | None
    headings: list[str] = Field(sa_column=Column(JSONB, nullable=False, server_default="[]"))
    rows_read: int
    rows_taken: int
    rows_known: int
    rows_fine: int
    rows_wrong: int
    worked_at: datetime | None = moment()
    finished_at: datetime | None = moment()
    refusal: dict[str, str] | None = Field(sa_column=Column(JSONB, nullable=True))
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    """The stored paper that an extract of a register is."""


class BulkRowRow(Row, table=True):
    """What became of one row of a file."""

    __tablename__ = "bulk_rows"

    file_id: UUID = Field(primary_key=True, foreign_key="bulk_files.id")
    line: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    subject_id: UUID | None
    number: str = Field(sa_type=Text)
    faults: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))
    cells: list[str] | None = Field(sa_column=Column(JSONB, nullable=True))


class BulkWouldTakeRow(Row, table=True):
    """What a row of a file that is only checked would take; gone when the file is finished."""

    __tablename__ = "bulk_would_take"

    file_id: UUID = Field(primary_key=True, foreign_key="bulk_files.id")
    what: str = Field(primary_key=True, sa_type=Text)
    line: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    said: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class BulkTakenRow(Row, table=True):
    """A row that was taken, so that the same one is not taken again."""

    __tablename__ = "bulk_taken"

    bank_code: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    subject_id: UUID
    number: str = Field(sa_type=Text)
    taken_at: datetime = moment()
