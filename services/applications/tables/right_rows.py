"""The rows of the register of rights, as ordinary reads see them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.applications.tables.rows import METADATA


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _text() -> Any:
    return Field(sa_type=Text)


class _Row(SQLModel):
    metadata = METADATA


class RightRow(_Row, table=True):
    """A right that the house knows of."""

    __tablename__ = "rights"

    id: UUID = Field(primary_key=True)
    kind: str = _text()
    number: str = _text()
    nice_class: int
    first_seen_at: datetime = _moment()


class RightStatementRow(_Row, table=True):
    """What one source said of a right at once; a column without a value says nothing."""

    __tablename__ = "right_statements"

    statement_no: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str = _text()
    number: str = _text()
    nice_class: int
    bank_code: str = _text()
    source: str = _text()
    reference: str = _text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    as_of: date
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()
    number_as_given: str = _text()
    name: str | None = _text()
    name_canonical: str | None = _text()
    owner_uscc: str | None = _text()
    owner_name: str | None = _text()
    owner_name_canonical: str | None = _text()
    legal_status: str | None = _text()
    filed_on: date | None
    granted_on: date | None
    fees_paid_to: date | None
    renewed_on: date | None
    expires_on: date | None
    note: str = _text()


class RightBurdenRow(_Row, table=True):
    """What lies on a right: a licence, a preservation by a court."""

    __tablename__ = "right_burdens"

    id: UUID = Field(primary_key=True)
    kind: str = _text()
    number: str = _text()
    nice_class: int
    bank_code: str = _text()
    burden: str = _text()
    party: str = _text()
    reference: str = _text()
    began_on: date
    note: str = _text()
    source: str = _text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class RightBurdenEndRow(_Row, table=True):
    """That a burden has ended."""

    __tablename__ = "right_burden_ends"

    burden_id: UUID = Field(primary_key=True, foreign_key="right_burdens.id")
    bank_code: str = _text()
    ended_on: date
    reason: str = _text()
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class RightImportRow(_Row, table=True):
    """A list of rights that was brought in, and what became of its rows."""

    __tablename__ = "right_imports"

    id: UUID = Field(primary_key=True)
    bank_code: str = _text()
    file_name: str = _text()
    sha256: str = _text()
    kept: int
    unchanged: int
    refused: int
    heading: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    results: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    wrong_rows: dict[str, list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    brought_by: str = _text()
    brought_by_name: str = _text()
    brought_at: datetime = _moment()


class RightAlertRow(_Row, table=True):
    """A danger of a pledged right that was told."""

    __tablename__ = "right_alerts"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    collateral_no: int
    bank_code: str = _text()
    kind: str = _text()
    number: str = _text()
    nice_class: int
    code: str = _text()
    due_on: date
    until: date | None
    zh: str = _text()
    en: str = _text()
    found_on: date


class RightMeasureRow(_Row, table=True):
    """What a bank has done about an alert."""

    __tablename__ = "right_measures"

    id: UUID = Field(primary_key=True)
    alert_id: UUID = Field(foreign_key="right_alerts.id")
    bank_code: str = _text()
    measure: str = _text()
    note: str = _text()
    taken_on: date
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class RightValuationRow(_Row, table=True):
    """A valuation that was entered beside those of the cases."""

    __tablename__ = "right_valuations"

    id: UUID = Field(primary_key=True)
    kind: str = _text()
    number: str = _text()
    nice_class: int
    bank_code: str = _text()
    amount_fen: int = Field(sa_type=BigInteger)
    method: str = _text()
    appraiser: str = _text()
    valued_on: date
    valid_until: date | None
    related_to: str | None = _text()
    relation_note: str = _text()
    reference: str = _text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()
