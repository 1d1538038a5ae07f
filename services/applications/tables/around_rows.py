"""The rows of what stands beside a loan: policies and guarantees, co-investments, reports."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as Id
from sqlmodel import Field

from services.applications.tables.columns import Row, fen, moment, text


class EnhancementRow(Row, table=True):
    """A policy or a guarantee; what it says stands in its versions."""

    __tablename__ = "enhancements"

    id: UUID = Field(primary_key=True)
    form: str = text()
    kind: str = text()
    bank_code: str = text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    firm_uscc: str = text()
    firm_name: str = text()
    issuer_uscc: str = text()
    issuer_name: str = text()
    number: str = text()
    number_canonical: str = text()
    renews: UUID | None = Field(foreign_key="enhancements.id")
    first_id: UUID | None = Field(foreign_key="enhancements.id")
    backs: UUID | None = Field(foreign_key="enhancements.id")
    state: str = text()
    version: int
    state_since: datetime = moment()
    due_on: date | None
    ended_on: date | None
    recorded_by: str = text()
    recorded_name: str = text()
    recorded_at: datetime = moment()


class EnhancementVersionRow(Row, table=True):
    """What a policy or a guarantee says from a day on."""

    __tablename__ = "enhancement_versions"

    enhancement_id: UUID = Field(primary_key=True, foreign_key="enhancements.id")
    version_no: int = Field(primary_key=True)
    bank_code: str = text()
    effective_on: date
    begins_on: date
    ends_on: date
    amount_fen: int | None = fen()
    ratio_bp: int | None
    price_fen: int | None = fen()
    price_borne_by: str | None = text()
    beneficiary_bank: str | None = text()
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    reason: str = text()
    said_by: str = text()
    said_name: str = text()
    said_at: datetime = moment()


class CoInvestmentRow(Row, table=True):
    """A fund's commitment beside a loan."""

    __tablename__ = "co_investments"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = text()
    kind: str = text()
    investor_uscc: str = text()
    investor_name: str = text()
    amount_fen: int = fen()
    committed_on: date
    paid_on: date | None
    withdrawn_on: date | None
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    state: str = text()
    version: int
    state_since: datetime = moment()
    due_on: date | None
    recorded_by: str = text()
    recorded_name: str = text()
    recorded_at: datetime = moment()


class DueDiligenceReportRow(Row, table=True):
    """A due-diligence report on a right, a firm or a package of rights."""

    __tablename__ = "due_diligence_reports"

    id: UUID = Field(primary_key=True)
    bank_code: str = text()
    subject: str = text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    firm_uscc: str | None = text()
    right_ids: list[UUID] = Field(sa_column=Column(ARRAY(Id), nullable=False))
    author: str = text()
    written_on: date
    valid_until: date | None
    conclusion: str = text()
    document_id: UUID = Field(foreign_key="stored_documents.id")
    entered_by: str = text()
    entered_name: str = text()
    entered_at: datetime = moment()
