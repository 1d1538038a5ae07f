"""Circuit breakers of banks and pools: where they stand, and every evaluation that led there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class BreakerRow(SQLModel, table=True):
    """Where a breaker stands. `bank_code` is "" for the pool's own."""

    __tablename__ = "breakers"

    id: UUID
    pool_code: str = Field(sa_column=Column(Text, primary_key=True))
    bank_code: str = Field(sa_column=Column(Text, primary_key=True))
    state: str = Field(sa_column=Column(Text, nullable=False))
    memory: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    month: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    numerator_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    denominator_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    version: int
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None


class BreakerEvaluationRow(SQLModel, table=True):
    """One look at a breaker: the figures, and what it did. A bank's has a month, once."""

    __tablename__ = "breaker_evaluations"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    month: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    numerator_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    denominator_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    source: str = Field(sa_column=Column(Text, nullable=False))
    target: str = Field(sa_column=Column(Text, nullable=False))
    line_bp: int | None = None
    loans: int
    estimated: int
    explanation_id: UUID | None = None
    on_day: date
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class BreakerOrderRow(SQLModel, table=True):
    """An order to suspend or resume by hand. `bank_code` is "" for the whole pool."""

    __tablename__ = "breaker_orders"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    order_kind: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None
    version: int
    proposed_by: str = Field(sa_column=Column(Text, nullable=False))
    proposed_by_name: str = Field(sa_column=Column(Text, nullable=False))
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decided_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_by_name: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    decided_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
    refusal: str = Field(sa_column=Column(Text, nullable=False))
