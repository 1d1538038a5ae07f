"""The ledger's rows. They are written by tables/ledger.py alone, and never changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class TransferRow(SQLModel, table=True):
    """A booked transfer, with its number and hash in the pool's chain."""

    __tablename__ = "transfers"

    pool_code: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    reference: str = Field(sa_column=Column(Text, nullable=False))
    debit: str = Field(sa_column=Column(Text, nullable=False))
    credit: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    business_date: date
    kind: str = Field(sa_column=Column(Text, nullable=False))
    explanation_id: UUID | None = None
    loan_id: UUID | None = None
    booked_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AccountBalanceRow(SQLModel, table=True):
    """What an account has been debited and credited in all, kept with every booking."""

    __tablename__ = "account_balances"

    pool_code: str = Field(sa_column=Column(Text, primary_key=True))
    account: str = Field(sa_column=Column(Text, primary_key=True))
    debited_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    credited_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class ExplanationRow(SQLModel, table=True):
    """Why a decision came out as it did, and who took it. Its id is made from its content."""

    __tablename__ = "explanations"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    explanation: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    people: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    stored_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
