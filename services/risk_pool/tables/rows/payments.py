"""Where parties are paid, files of orders, and the bank's reports. The bureau's own; no bank sees
any of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
from sqlmodel import Field, SQLModel


def _text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


def _optional() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


def _fen() -> Any:
    return Field(sa_column=Column(BigInteger, nullable=False))


class PartyAccount(SQLModel, table=True):
    """Where a party is paid from a day on, by two persons; a later one takes its place."""

    __tablename__ = "party_accounts"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    party_code: str = _text()
    purpose: str = _text()
    holder: str = _text()
    account_number: str = _text()
    bank_name: str = _text()
    cnaps: str = _text()
    valid_from: date
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None
    entered_by: str = _text()
    entered_name: str = _text()
    entered_at: datetime = _moment()
    confirmed_by: str | None = _optional()
    confirmed_name: str | None = _optional()
    confirmed_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )


class PaymentFile(SQLModel, table=True):
    """Orders to the bank that keeps the account, with the very bytes that it is sent."""

    __tablename__ = "payment_files"

    id: UUID = Field(primary_key=True)
    number: str = _text()
    pool_code: str = _text()
    account_id: UUID
    execution_on: date
    orders: int
    total_fen: int = _fen()
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None
    prepared_by: str = _text()
    prepared_name: str = _text()
    prepared_at: datetime = _moment()
    released_by: str | None = _optional()
    released_name: str | None = _optional()
    released_on: date | None = None


class PaymentOrder(SQLModel, table=True):
    """One open item that is to be paid, with the cash entry that books it."""

    __tablename__ = "payment_orders"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    file_id: UUID
    position: int
    end_to_end: str = _text()
    item: str = _text()
    party_code: str = _text()
    entry_id: UUID
    party_account_id: UUID
    amount_fen: int = _fen()
    reason_code: str = _text()
    reason: str = _text()
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None


class PaymentStatusReport(SQLModel, table=True):
    """A pain.002 that has been taken."""

    __tablename__ = "payment_status_reports"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    file_id: UUID
    message: str = _text()
    file_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    imported_at: datetime = _moment()
    imported_by: str = _text()
    imported_name: str = _text()
