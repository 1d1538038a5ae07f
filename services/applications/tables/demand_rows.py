"""The rows of parks, surveys and financing demands, as ordinary reads see them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.applications.tables.columns import Row, moment, text


class ParkStatementRow(Row, table=True):
    """What was said of a park; the last edition holds."""

    __tablename__ = "park_statements"

    code: str = Field(primary_key=True, sa_type=Text)
    edition: int = Field(primary_key=True)
    name: str = text()
    name_canonical: str = text()
    area: str = text()
    valid_from: date
    valid_to: date | None
    said_by: str = text()
    said_by_name: str = text()
    said_at: datetime = moment()


class SurveyImportRow(Row, table=True):
    """A survey that was brought in, and what became of its rows."""

    __tablename__ = "survey_imports"

    id: UUID = Field(primary_key=True)
    kind: str = text()
    file_name: str = text()
    sha256: str = text()
    kept: int
    unchanged: int
    refused: int
    heading: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    results: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    wrong_rows: dict[str, list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    brought_by: str = text()
    brought_by_name: str = text()
    brought_at: datetime = moment()


class FinancingDemandRow(Row, table=True):
    """What a firm needs, and how far it has got."""

    __tablename__ = "financing_demands"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_type=Text, unique=True)
    uscc: str = text()
    firm_name: str = text()
    park_code: str = text()
    industry: str = text()
    amount_fen: int = Field(sa_type=BigInteger)
    term_months: int
    purpose: str = text()
    note: str = text()
    rights: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    contact_name: str = text()
    contact_phone: str = text()
    posted_on: date
    posted_by: str = text()
    posted_by_name: str = text()
    import_id: UUID | None = Field(foreign_key="survey_imports.id")
    matched_bank: str | None = text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    ended_reason: str = text()
    deadline_told: date | None
    state: str = text()
    state_since: datetime = moment()
    version: int
    due_on: date | None


class DemandOfferRow(Row, table=True):
    """A bank that a demand is offered to."""

    __tablename__ = "demand_offers"

    demand_id: UUID = Field(primary_key=True, foreign_key="financing_demands.id")
    bank_code: str = Field(primary_key=True, sa_type=Text, foreign_key="banks.code")
    answer_by: date
    offered_by: str = text()
    offered_by_name: str = text()
    offered_at: datetime = moment()


class DemandAnswerRow(Row, table=True):
    """What a bank has answered to an offer; the last one holds."""

    __tablename__ = "demand_answers"

    id: UUID = Field(primary_key=True)
    demand_id: UUID
    bank_code: str = text()
    takes_up: bool
    reason: str = text()
    quote_amount_fen: int | None = Field(sa_type=BigInteger)
    quote_rate_bp: int | None
    quote_months: int | None
    quote_until: date | None
    note: str = text()
    is_late: bool
    answered_by: str = text()
    answered_by_name: str = text()
    answered_at: datetime = moment()
