"""Loan packages, the loans that each has frozen, and which loans are in a live one."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class LoanPackageRow(SQLModel, table=True):
    """A package. `bank_code` is "" where it is the bureau's own."""

    __tablename__ = "loan_packages"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_column=Column(Text, nullable=False))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    chosen_by: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    frozen_on: date
    loans: int
    firms: int
    balance_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    rest_numerator: int = Field(sa_column=Column(Numeric(40), nullable=False))
    rest_denominator: int = Field(sa_column=Column(BigInteger, nullable=False))
    largest_ten_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    left_out: int
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None
    version: int
    made_by: str = Field(sa_column=Column(Text, nullable=False))
    made_by_name: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    approved_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_by_name: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
    closed_on: date | None = None
    close_reason: str = Field(sa_column=Column(Text, nullable=False))


class LoanPackageLoanRow(SQLModel, table=True):
    """A loan as its package froze it; `facts` are what the tape says of it."""

    __tablename__ = "loan_package_rows"

    package_id: UUID = Field(primary_key=True, foreign_key="loan_packages.id")
    row_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID = Field(foreign_key="coverages.loan_id")
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    balance_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    overdue_days: int


class PackagedLoanRow(SQLModel, table=True):
    """That a loan is in a live package."""

    __tablename__ = "packaged_loans"

    loan_id: UUID = Field(primary_key=True, foreign_key="coverages.loan_id")
    package_id: UUID = Field(foreign_key="loan_packages.id")
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
