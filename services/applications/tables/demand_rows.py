"""The rows of parks, surveys and financing demands, as ordinary reads see them."""

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


class ParkStatementRow(_Row, table=True):
    """What was said of a park; the last edition holds."""

    __tablename__ = "park_statements"

    code: str = Field(primary_key=True, sa_type=Text)
    edition: int = Field(primary_key=True)
    name: str = _text()
    name_canonical: str = _text()
    area: str = _text()
    valid_from: date
    valid_to: date | None
    said_by: str = _text()
    said_by_name: str = _text()
    said_at: datetime = _moment()


class SurveyImportRow(_Row, table=True):
    """A survey that was brought in, and what became of its rows."""

    __tablename__ = "survey_imports"

    id: UUID = Field(primary_key=True)
    kind: str = _text()
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


class FinancingDemandRow(_Row, table=True):
    """What a firm needs, and how far it has got."""

    __tablename__ = "financing_demands"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_type=Text, unique=True)
    uscc: str = _text()
    firm_name: str = _text()
    park_code: str = _text()
    industry: str = _text()
    amount_fen: int = Field(sa_type=BigInteger)
    term_months: int
    purpose: str = _text()
    note: str = _text()
    rights: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    contact_name: str = _text()
    contact_phone: str = _text()
    posted_on: date
    posted_by: str = _text()
    posted_by_name: str = _text()
    import_id: UUID | None = Field(foreign_key="survey_imports.id")
    matched_bank: str | None = _text()
    application_id: UUID | None = Field(foreign_key="applications.id")
    ended_reason: str = _text()
    deadline_told: date | None
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None


class DemandOfferRow(_Row, table=True):
    """A bank that a demand is offered to."""

    __tablename__ = "demand_offers"

    demand_id: UUID = Field(primary_key=True, foreign_key="financing_demands.id")
    bank_code: str = Field(primary_key=True, sa_type=Text, foreign_key="banks.code")
    answer_by: date
    offered_by: str = _text()
    offered_by_name: str = _text()
    offered_at: datetime = _moment()


class DemandAnswerRow(_Row, table=True):
    """What a bank has answered to an offer; the last one holds."""

    __tablename__ = "demand_answers"

    id: UUID = Field(primary_key=True)
    demand_id: UUID
    bank_code: str = _text()
    takes_up: bool
    reason: str = _text()
    quote_amount_fen: int | None = Field(sa_type=BigInteger)
    quote_rate_bp: int | None
    quote_months: int | None
    quote_until: date | None
    note: str = _text()
    is_late: bool
    answered_by: str = _text()
    answered_by_name: str = _text()
    answered_at: datetime = _moment()
