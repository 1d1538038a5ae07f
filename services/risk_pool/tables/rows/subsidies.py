"""Subsidies of interest, fees and premiums."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class SubsidyRow(SQLModel, table=True):
    """A subsidy of one loan over one period: as filed, and once approved, who pays how much."""

    __tablename__ = "subsidies"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    loan_id: UUID
    loan_number: str = columns.text()
    borrower_uscc: str = columns.text()
    borrower_name: str = columns.text()
    programme: str = columns.text()
    mode: str = columns.text()
    terms_on: date
    code: str = columns.text()
    product: str = columns.text()
    state: str = columns.text()
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    due_on: date | None = None
    filed_on: date
    filed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    since: date
    until: date
    principal_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    rate_bp: int
    interest_paid_fen: int | None = columns.optional_fen()
    fee_fen: int | None = columns.optional_fen()
    policy_id: UUID | None = None
    policy_premium_fen: int | None = columns.optional_fen()
    """What the policy stated when the subsidy was filed."""
    fee_reason: str = columns.text()
    market_rate_bp: int | None = None
    settled_on: date
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    documents: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    reviewed_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    booked_on: date | None = None
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    payee: str = columns.text()
    payee_code: str = columns.text()
    shares: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    explanation_id: UUID | None = None
