"""Monthly settlements: the month, what moved in it, what it lacks, a statement for each party,
and a line for each loan. Once posted, none of it changes: the database refuses to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class Settlement(SQLModel, table=True):
    """One month of one pool, and who has done which step."""

    __tablename__ = "settlements"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    month: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_on: date | None = None
    version: int
    ledger_seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    positions_mark: str = Field(sa_column=Column(Text, nullable=False))
    loans: int
    previewed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    previewed_by: str = Field(sa_column=Column(Text, nullable=False))
    confirmed_at: datetime | None = columns.optional_moment()
    confirmed_by: str | None = columns.optional_text()
    signed_at: datetime | None = columns.optional_moment()
    signed_by: str | None = columns.optional_text()
    posted_at: datetime | None = columns.optional_moment()
    posted_by: str | None = columns.optional_text()
    posted_on: date | None = None
    sent_back_at: datetime | None = columns.optional_moment()
    sent_back_by: str | None = columns.optional_text()
    sent_back_reason: str | None = columns.optional_text()
    """Set while the month waits to be confirmed again."""
    matched_on: date | None = None
    closed_at: datetime | None = columns.optional_moment()
    closed_by: str | None = columns.optional_text()


class SettlementMovement(SQLModel, table=True):
    """What one kind of fact moved on one account in the month; kind "opening" stands for all
    that was before. `party_code` is "" for the pool's own accounts."""

    __tablename__ = "settlement_movements"

    settlement_id: UUID = Field(primary_key=True)
    account: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=Column(Text, primary_key=True))
    party_code: str = Field(sa_column=Column(Text, nullable=False))
    debited_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    credited_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    transfers: int


class SettlementFinding(SQLModel, table=True):
    """Something the month lacks, or that a person should know before confirming it."""

    __tablename__ = "settlement_findings"

    settlement_id: UUID = Field(primary_key=True)
    code: str = Field(sa_column=Column(Text, primary_key=True))
    party_code: str = Field(sa_column=Column(Text, primary_key=True))
    blocking: bool
    zh: str = Field(sa_column=Column(Text, nullable=False))
    en: str = Field(sa_column=Column(Text, nullable=False))
    count: int
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    numbers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))


class SettlementStatement(SQLModel, table=True):
    """What the month leaves one party to pay (negative) or to receive (positive)."""

    __tablename__ = "settlement_statements"

    settlement_id: UUID = Field(primary_key=True)
    party_code: str = Field(sa_column=Column(Text, primary_key=True))
    party_role: str = Field(sa_column=Column(Text, nullable=False))
    party_name: str = Field(sa_column=Column(Text, nullable=False))
    payable_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    receivable_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    awaiting_payment_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    earlier_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    net_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class SettlementCarried(SQLModel, table=True):
    """What a month hands on to the next: how far it and all before it have gone, by account and in
    the account's own direction. So the next one need not read them all again."""

    __tablename__ = "settlement_carried"

    settlement_id: UUID = Field(primary_key=True)
    account: str = Field(sa_column=Column(Text, primary_key=True))
    awaiting_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    settled_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    stated_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class SettlementLoans(SQLModel, table=True):
    """A bank's loans at the month's end in one risk class ("" where none was reported)."""

    __tablename__ = "settlement_loans"

    settlement_id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, primary_key=True))
    risk_class: str = Field(sa_column=Column(Text, primary_key=True))
    loans: int
    outstanding_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    covered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    overdue_loans: int
    overdue_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    claims: int
    claimed_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    recoveries: int
    recovered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    once_outstanding_fen: int = columns.fen()
    once_covered_fen: int = columns.fen()


class SettlementLine(SQLModel, table=True):
    """Where one loan stood at the month's end, and what the pool bore and got back for it."""

    __tablename__ = "settlement_lines"

    settlement_id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, primary_key=True))
    number: str = Field(sa_column=Column(Text, primary_key=True))
    loan_id: UUID
    loan_no: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    borrower_name: str = Field(sa_column=Column(Text, nullable=False))
    is_covered: bool
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    outstanding_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    covered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    overdue_days: int
    risk_class: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    position_version: int
    claimed_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    recovered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class StatementsToSend(SQLModel, table=True):
    """A posted month whose statements are to be signed and told; gone once they are."""

    __tablename__ = "statements_to_send"

    settlement_id: UUID = Field(primary_key=True)


class SignedStatement(SQLModel, table=True):
    """A posted statement as PDF, as it was signed. Never changed."""

    __tablename__ = "signed_statements"

    settlement_id: UUID = Field(primary_key=True)
    party_code: str = Field(sa_column=Column(Text, primary_key=True))
    language: str = Field(sa_column=Column(Text, primary_key=True))
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    certificate_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    signed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
