"""The rows of the register of listed firms, as ordinary reads see them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field

from services.applications.tables.columns import Row, moment, text


class ListImportRow(Row, table=True):
    """Which list a file of many rows is."""

    __tablename__ = "list_imports"

    id: UUID = Field(primary_key=True, foreign_key="bulk_files.id")
    bank_code: str = text()
    list_name: str = text()
    list_date: date
    source: str = text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    whole: bool


class ListEditionRow(Row, table=True):
    """A list that named everybody who stood on it on its day."""

    __tablename__ = "list_editions"

    import_id: UUID = Field(primary_key=True, foreign_key="list_imports.id")
    list_name: str = text()
    list_date: date


class ListedFirmRow(Row, table=True):
    """An entry: who stands on which list, since when, by which list that was brought in."""

    __tablename__ = "listed_firms"

    id: UUID = Field(primary_key=True)
    import_id: UUID = Field(foreign_key="list_imports.id")
    list_name: str = text()
    list_date: date
    source: str = text()
    uscc: str | None = text()
    name: str = text()
    name_canonical: str = text()
    legal_representative: str = text()
    listed_on: date
    authority: str = text()
    reference: str = text()
    reason: str = text()
    entered_at: datetime = moment()


class ListedFirmEndRow(Row, table=True):
    """That an entry ended, on which day and why."""

    __tablename__ = "listed_firm_ends"

    entry_id: UUID = Field(primary_key=True, foreign_key="listed_firms.id")
    ended_on: date
    why: str = text()
    import_id: UUID | None = Field(foreign_key="list_imports.id")
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class ListMatchVerdictRow(Row, table=True):
    """What a person has found of an entry by name alone: that firm, or another one."""

    __tablename__ = "list_match_verdicts"

    id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="listed_firms.id")
    borrower_uscc: str = text()
    verdict: str = text()
    reason: str = text()
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class ListedFirmToldRow(Row, table=True):
    """That a bank was told of an entry of its firm, and whether that still holds."""

    __tablename__ = "listed_firms_told"

    entry_id: UUID = Field(primary_key=True, foreign_key="listed_firms.id")
    bank_code: str = Field(primary_key=True, sa_type=Text)
    borrower_uscc: str = Field(primary_key=True, sa_type=Text)
    borrower_name: str = text()
    stands: bool
    told_at: datetime = moment()


class CreditRepairRow(Row, table=True):
    """That an entry be ended because it was made good or was wrong: asked for and decided."""

    __tablename__ = "credit_repairs"

    id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(foreign_key="listed_firms.id")
    bank_code: str = text()
    borrower_uscc: str = text()
    borrower_name: str = text()
    ground: str = text()
    reason: str = text()
    document_id: UUID = Field(foreign_key="stored_documents.id")
    state: str = text()
    version: int
    state_since: datetime = moment()
    due_on: date | None
    requested_by: str = text()
    recommended_by: str | None = text()
    decided_by: str | None = text()
    decided_on: date | None
