"""The rows of the register of listed firms, as ordinary reads see them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.applications.tables.rows import METADATA


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _text() -> Any:
    return Field(sa_type=Text)


class _Row(SQLModel):
    metadata = METADATA


class ListImportRow(_Row, table=True):
    """A list that was brought in, with the result of every row."""

    __tablename__ = "list_imports"

    id: UUID = Field(primary_key=True)
    bank_code: str = _text()
    list_name: str = _text()
    list_date: date
    source: str = _text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    whole: bool
    is_edition: bool
    file_name: str = _text()
    sha256: str = _text()
    kept: int
    ended: int
    unchanged: int
    refused: int
    no_longer_named: int
    heading: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    results: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    wrong_rows: dict[str, list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    brought_by: str = _text()
    brought_by_name: str = _text()
    brought_at: datetime = _moment()


class ListEditionRow(_Row, table=True):
    """A list that named everybody who stood on it on its day."""

    __tablename__ = "list_editions"

    import_id: UUID = Field(primary_key=True, foreign_key="list_imports.id")
    list_name: str = _text()
    list_date: date


class ListedFirmRow(_Row, table=True):
    """An entry: who stands on which list, since when, by which list that was brought in."""

    __tablename__ = "listed_firms"

    id: UUID = Field(primary_key=True)
    import_id: UUID = Field(foreign_key="list_imports.id")
    list_name: str = _text()
    list_date: date
    source: str = _text()
    uscc: str | None = _text()
    name: str = _text()
    name_canonical: str = _text()
    legal_representative: str = _text()
    listed_on: date
    authority: str = _text()
    reference: str = _text()
    reason: str = _text()
    entered_at: datetime = _moment()


class ListedFirmEndRow(_Row, table=True):
    """That an entry ended, on which day and why."""

    __tablename__ = "listed_firm_ends"

    entry_id: UUID = Field(primary_key=True, foreign_key="listed_firms.id")
    ended_on: date
    why: str = _text()
    import_id: UUID | None = Field(foreign_key="list_imports.id")
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class ListMatchVerdictRow(_Row, table=True):
    """What a person has found of an entry by name alone: that firm, or another one."""

    __tablename__ = "list_match_verdicts"

    id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="listed_firms.id")
    borrower_uscc: str = _text()
    verdict: str = _text()
    reason: str = _text()
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class ListedFirmToldRow(_Row, table=True):
    """That a bank was told of an entry of its firm, and whether that still holds."""

    __tablename__ = "listed_firms_told"

    entry_id: UUID = Field(primary_key=True, foreign_key="listed_firms.id")
    bank_code: str = Field(primary_key=True, sa_type=Text)
    borrower_uscc: str = Field(primary_key=True, sa_type=Text)
    borrower_name: str = _text()
    stands: bool
    told_at: datetime = _moment()


class CreditRepairRow(_Row, table=True):
    """That an entry be ended because it was made good or was wrong: asked for and decided."""

    __tablename__ = "credit_repairs"

    id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="listed_firms.id")
    bank_code: str = _text()
    borrower_uscc: str = _text()
    borrower_name: str = _text()
    ground: str = _text()
    reason: str = _text()
    document_id: UUID = Field(foreign_key="stored_documents.id")
    state: str = _text()
    version: int
    state_since: datetime = _moment()
    due_on: date | None
    requested_by: str = _text()
    recommended_by: str | None = _text()
    decided_by: str | None = _text()
    decided_on: date | None
