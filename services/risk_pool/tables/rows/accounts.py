"""The dedicated account: its number, what its statements show, what that is matched with, and money
in suspense. The bureau's own; no bank sees any of it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text
from sqlmodel import Field, SQLModel


def _text(*, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(Text, primary_key=primary_key, nullable=False))


def _optional() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


def _fen() -> Any:
    return Field(sa_column=Column(BigInteger, nullable=False))


class PoolAccount(SQLModel, table=True):
    """A pool's account at a bank, in CNY, by two persons."""

    __tablename__ = "pool_accounts"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    account_number: str = _text()
    bank_name: str = _text()
    holder: str = _text()
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None
    entered_by: str = _text()
    entered_name: str = _text()
    entered_at: datetime = _moment()
    confirmed_by: str | None = _optional()
    confirmed_name: str | None = _optional()
    confirmed_on: date | None = None


class AccountStatement(SQLModel, table=True):
    """A file of which something was new. Never changed."""

    __tablename__ = "account_statements"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    account_id: UUID
    format: str = _text()
    file_name: str = _text()
    file_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    covers_until: date
    opening_fen: int = _fen()
    closing_fen: int = _fen()
    entries_new: int
    entries_known: int
    rows_passed_over: int
    imported_at: datetime = _moment()
    imported_by: str = _text()
    imported_name: str = _text()


class AccountLine(SQLModel, table=True):
    """A movement of the account as its bank booked it, once; the first one may be what the account
    held before the first statement. Never changed. `position` counts them from the beginning."""

    __tablename__ = "account_lines"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    account_id: UUID
    statement_id: UUID
    position: int
    is_opening: bool
    line: int
    booked_on: date
    amount_fen: int = _fen()
    balance_fen: int = _fen()
    reference: str = _text()
    counterparty_name: str = _text()
    counterparty_account: str = _text()
    purpose: str = _text()
    key: str = _text()


class AccountLineTally(SQLModel, table=True):
    """How much of a line is matched."""

    __tablename__ = "account_line_tallies"

    line_id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    amount_fen: int = _fen()
    matched_fen: int = _fen()


class AccountMovementTally(SQLModel, table=True):
    """How much of a movement of cash in the ledger is matched; no row: nothing yet."""

    __tablename__ = "account_movement_tallies"

    pool_code: str = _text(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, nullable=False))
    amount_fen: int = _fen()
    matched_fen: int = _fen()


class AccountMatch(SQLModel, table=True):
    """Lines and movements that are the same money. Never changed; it may be undone."""

    __tablename__ = "account_matches"

    id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    how: str = _text()
    rule: str = _text()
    difference_fen: int = _fen()
    note: str = _text()
    made_at: datetime = _moment()
    made_by: str = _text()
    made_name: str = _text()


class AccountMatchPart(SQLModel, table=True):
    """How much of a line, or of a movement, a match takes."""

    __tablename__ = "account_match_parts"

    match_id: UUID = Field(primary_key=True)
    part: int = Field(primary_key=True)
    pool_code: str = _text()
    line_id: UUID | None = None
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    amount_fen: int = _fen()


class AccountMatchUndo(SQLModel, table=True):
    """That a match was undone, once."""

    __tablename__ = "account_match_undos"

    match_id: UUID = Field(primary_key=True)
    pool_code: str = _text()
    reason: str = _text()
    undone_at: datetime = _moment()
    undone_by: str = _text()
    undone_name: str = _text()


class AccountBooking(SQLModel, table=True):
    """Money taken into suspense, paid back, moved, or taken back out of the books."""

    __tablename__ = "account_bookings"

    id: UUID = Field(primary_key=True)
    number: str = _text()
    pool_code: str = _text()
    kind: str = _text()
    why: str = _text()
    root_id: UUID
    line_id: UUID | None = None
    amount_fen: int = _fen()
    value_date: date
    target: str | None = _optional()
    party_code: str | None = _optional()
    note: str = _text()
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None
    proposed_by: str = _text()
    proposed_name: str = _text()
    proposed_at: datetime = _moment()
    released_by: str | None = _optional()
    released_name: str | None = _optional()
    booked_on: date | None = None
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    explanation_id: UUID | None = None
