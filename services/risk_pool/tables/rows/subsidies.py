"""Subsidies of interest, fees and premiums."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


def _fen() -> Any:
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))


class SubsidyRow(SQLModel, table=True):
    """A subsidy of one loan over one period: as filed, and once approved, who pays how much."""

    __tablename__ = "subsidies"

    id: UUID = Field(primary_key=True)
    number: str = _text()
    pool_code: str = _text()
    bank_code: str = _text()
    loan_id: UUID
    loan_number: str = _text()
    borrower_uscc: str = _text()
    borrower_name: str = _text()
    programme: str = _text()
    mode: str = _text()
    terms_on: date
    code: str = _text()
    product: str = _text()
    state: str = _text()
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    due_on: date | None = None
    filed_on: date
    filed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    since: date
    until: date
    principal_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    rate_bp: int
    interest_paid_fen: int | None = _fen()
    fee_fen: int | None = _fen()
    market_rate_bp: int | None = None
    settled_on: date
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    documents: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    reviewed_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    booked_on: date | None = None
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    payee: str = _text()
    payee_code: str = _text()
    shares: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    explanation_id: UUID | None = None
