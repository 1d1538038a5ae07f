"""Files of many claims, and their rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


def _json() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


def _bytes() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


class ClaimFileRow(SQLModel, table=True):
    """A file of many claims, and how far it has been gone through."""

    __tablename__ = "claim_files"

    id: UUID = Field(primary_key=True)
    bank_code: str = columns.text()
    purpose: str = columns.text()
    form: str = columns.text()
    filename: str = columns.text()
    sha256: bytes = _bytes()
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    sent_by: str = columns.text()
    sent_name: str = columns.text()
    sent_at: datetime = columns.moment()
    headings: list[str] = _json()
    rows_expected: int
    rows_read: int
    rows_taken: int
    rows_known: int
    rows_fine: int
    rows_wrong: int
    worked_at: datetime | None = columns.optional_moment()
    finished_at: datetime | None = columns.optional_moment()
    refusal: dict[str, str] | None = Field(sa_column=Column(JSONB, nullable=True))


class ClaimFileRowRow(SQLModel, table=True):
    """A row of such a file as it was read, and what became of it once it was looked at."""

    __tablename__ = "claim_file_rows"

    file_id: UUID = Field(primary_key=True, foreign_key="claim_files.id")
    line: int = Field(primary_key=True)
    bank_code: str = columns.text()
    said: dict[str, Any] = _json()
    unread: list[Any] = _json()
    places: list[Any] = _json()
    content: bytes = _bytes()
    cells: list[str] = _json()
    outcome: str | None = columns.optional_text()
    reference: str = columns.text()
    subject_id: UUID | None = Field(default=None, foreign_key="claims.id")
    number: str = columns.text()
    faults: list[dict[str, str]] = _json()
