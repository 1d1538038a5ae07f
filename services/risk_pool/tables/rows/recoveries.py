"""What stands beside recoveries: adjustments of claims, and the trials that were shown."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class ShownTrial(SQLModel, table=True):
    """A trial of a recovery or an adjustment that somebody was shown who may decide."""

    __tablename__ = "shown_trials"

    case_id: UUID = Field(primary_key=True)
    id: str = Field(sa_column=Column(Text, primary_key=True))
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    shown_to: str = Field(sa_column=Column(Text, nullable=False))
    shown_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Adjustment(SQLModel, table=True):
    """What is booked back of a claim: as proposed, and once decided, what it did to everybody."""

    __tablename__ = "adjustments"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    claim_id: UUID
    claim_number: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID
    loan_number: str = Field(sa_column=Column(Text, nullable=False))
    borrower_name: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    due_on: date | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    received_on: date | None = None
    proposed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    proposed_by: str = Field(sa_column=Column(Text, nullable=False))
    decided_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    booked_on: date | None = None
    effect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    explanation_id: UUID | None = None
