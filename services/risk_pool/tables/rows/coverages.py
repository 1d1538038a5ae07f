"""Coverages, their monthly positions, and incidents."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class CoverageRow(SQLModel, table=True):
    """What the pool holds, covers or refused for one loan. `reserved_fen` and `covered_fen` are
    the covered principal: the loan's times its IP share."""

    __tablename__ = "coverages"

    loan_id: UUID = Field(primary_key=True)
    number: str = Field(sa_column=Column(Text, nullable=False))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    borrower_uscc: str = Field(sa_column=Column(Text, nullable=False))
    borrower_name: str = Field(sa_column=Column(Text, nullable=False))
    borrower_name_canonical: str = Field(sa_column=Column(Text, nullable=False))
    park_canonical: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    ip_share_bp: int
    ip_amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    tenor_months: int
    annual_rate_bp: int
    programme: str = Field(sa_column=Column(Text, nullable=False))
    scheme_version: str = Field(sa_column=Column(Text, nullable=False))
    mode: str = Field(sa_column=Column(Text, nullable=False))
    parties: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    attributes_at_disbursement: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    is_first_loan: bool
    is_multi_ip_type: bool
    renews: UUID | None = None
    approved_on: date
    reserved_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    reserved_until: date | None = None
    activated_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    covered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    outstanding_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    limits: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    explanation_id: UUID | None = None
    loan_no: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    disbursed_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    disbursed_on: date | None = None
    matures_on: date | None = None
    draws_until: date | None = None
    released_on: date | None = None
    release_reason: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    position_month: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    risk_class: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    overdue_days: int
    turn: int
    line_no: int | None = None
    line_place: int | None = None
    version: int
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class DrawRow(SQLModel, table=True):
    """A part of a covered loan that was paid out after its disbursement."""

    __tablename__ = "draws"

    loan_id: UUID = Field(primary_key=True, foreign_key="coverages.loan_id")
    draw_no: int = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    covered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    drawn_on: date
    reference: str = Field(sa_column=Column(Text, nullable=False))
    undone_on: date | None = None


class PositionRow(SQLModel, table=True):
    """Where a covered loan stood at a month's end, as last reported."""

    __tablename__ = "positions"

    loan_id: UUID = Field(primary_key=True)
    month: str = Field(sa_column=Column(Text, primary_key=True))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    version: int
    outstanding_principal_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    covered_principal_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    overdue_days: int
    interest_arrears_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    penalty_interest_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    risk_class: str = Field(sa_column=Column(Text, nullable=False))
    reported_on: date
    stored_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class IncidentRow(SQLModel, table=True):
    """Something that came late or contradicts what we know; a rule dealt with it, a person looks."""

    __tablename__ = "incidents"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID | None = None
    number: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    zh: str = Field(sa_column=Column(Text, nullable=False))
    en: str = Field(sa_column=Column(Text, nullable=False))
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
