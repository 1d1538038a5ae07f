"""The rows of what stands beside a loan: policies and guarantees, co-investments, reports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as Id
from sqlmodel import Field, SQLModel

from services.applications.tables.rows import METADATA


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _text() -> Any:
    return Field(sa_type=Text)


def _fen() -> Any:
    return Field(sa_type=BigInteger)


class _Row(SQLModel):
    metadata = METADATA


class EnhancementRow(_Row, table=True):
    """A policy or a guarantee; what it says stands in its versions."""

    __tablename__ = "enhancements"

    id: UUID = Field(primary_key=True)
    form: str = _text()
    kind: str = _text()
    bank_code: str = _text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    firm_uscc: str = _text()
    firm_name: str = _text()
    issuer_uscc: str = _text()
    issuer_name: str = _text()
    number: str = _text()
    number_canonical: str = _text()
    renews: UUID | None = Field(foreign_key="enhancements.id")
    first_id: UUID | None = Field(foreign_key="enhancements.id")
    backs: UUID | None = Field(foreign_key="enhancements.id")
    state: str = _text()
    version: int
    state_since: datetime = _moment()
    due_on: date | None
    ended_on: date | None
    recorded_by: str = _text()
    recorded_name: str = _text()
    recorded_at: datetime = _moment()


class EnhancementVersionRow(_Row, table=True):
    """What a policy or a guarantee says from a day on."""

    __tablename__ = "enhancement_versions"

    enhancement_id: UUID = Field(primary_key=True, foreign_key="enhancements.id")
    version_no: int = Field(primary_key=True)
    bank_code: str = _text()
    effective_on: date
    begins_on: date
    ends_on: date
    amount_fen: int | None = _fen()
    ratio_bp: int | None
    price_fen: int | None = _fen()
    price_borne_by: str | None = _text()
    beneficiary_bank: str | None = _text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    reason: str = _text()
    said_by: str = _text()
    said_name: str = _text()
    said_at: datetime = _moment()


class CoInvestmentRow(_Row, table=True):
    """A fund's commitment beside a loan."""

    __tablename__ = "co_investments"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = _text()
    kind: str = _text()
    investor_uscc: str = _text()
    investor_name: str = _text()
    amount_fen: int = _fen()
    committed_on: date
    paid_on: date | None
    withdrawn_on: date | None
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    state: str = _text()
    version: int
    state_since: datetime = _moment()
    due_on: date | None
    recorded_by: str = _text()
    recorded_name: str = _text()
    recorded_at: datetime = _moment()


class DueDiligenceReportRow(_Row, table=True):
    """A due-diligence report on a right, a firm or a package of rights."""

    __tablename__ = "due_diligence_reports"

    id: UUID = Field(primary_key=True)
    bank_code: str = _text()
    subject: str = _text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    firm_uscc: str | None = _text()
    right_ids: list[UUID] = Field(sa_column=Column(ARRAY(Id), nullable=False))
    author: str = _text()
    written_on: date
    valid_until: date | None
    conclusion: str = _text()
    document_id: UUID = Field(foreign_key="stored_documents.id")
    entered_by: str = _text()
    entered_name: str = _text()
    entered_at: datetime = _moment()
