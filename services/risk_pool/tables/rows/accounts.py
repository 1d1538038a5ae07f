"""The dedicated account: its number, what its statements show, what that is matched with, and money
in suspense. The bureau's own; no bank sees any of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class PoolAccount(SQLModel, table=True):
    """A pool's account at a bank, in CNY, by two persons."""

    __tablename__ = "pool_accounts"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    account_number: str = columns.text()
    account_number_canonical: str = columns.text()
    bank_name: str = columns.text()
    holder: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    entered_by: str = columns.text()
    entered_name: str = columns.text()
    entered_at: datetime = columns.moment()
    confirmed_by: str | None = columns.optional_text()
    confirmed_name: str | None = columns.optional_text()
    confirmed_on: date | None = None


class AccountStatement(SQLModel, table=True):
    """A file of which something was new. Never changed."""

    __tablename__ = "account_statements"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    account_id: UUID
    format: str = columns.text()
    file_name: str = columns.text()
    file_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    covers_until: date
    opening_fen: int = columns.fen()
    closing_fen: int = columns.fen()
    entries_new: int
    entries_known: int
    rows_passed_over: int
    imported_at: datetime = columns.moment()
    imported_by: str = columns.text()
    imported_name: str = columns.text()


class AccountLine(SQLModel, table=True):
    """A movement of the account as its bank booked it, once; the first one may be what the account
    held before the first statement. Never changed. `position` counts them from the beginning."""

    __tablename__ = "account_lines"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    account_id: UUID
    statement_id: UUID
    position: int
    is_opening: bool
    line: int
    booked_on: date
    amount_fen: int = columns.fen()
    balance_fen: int = columns.fen()
    reference: str = columns.text()
    counterparty_name: str = columns.text()
    counterparty_account: str = columns.text()
    purpose: str = columns.text()
    key: str = columns.text()


class AccountLineTally(SQLModel, table=True):
    """How much of a line is matched."""

    __tablename__ = "account_line_tallies"

    line_id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    amount_fen: int = columns.fen()
    matched_fen: int = columns.fen()


class AccountMovementTally(SQLModel, table=True):
    """How much of a movement of cash in the ledger is matched; no row: nothing yet."""

    __tablename__ = "account_movement_tallies"

    pool_code: str = columns.text(primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, nullable=False))
    amount_fen: int = columns.fen()
    matched_fen: int = columns.fen()


class AccountMatch(SQLModel, table=True):
    """Lines and movements that are the same money. Never changed; it may be undone."""

    __tablename__ = "account_matches"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    how: str = columns.text()
    rule: str = columns.text()
    difference_fen: int = columns.fen()
    note: str = columns.text()
    made_at: datetime = columns.moment()
    made_by: str = columns.text()
    made_name: str = columns.text()


class AccountMatchPart(SQLModel, table=True):
    """How much of a line, or of a movement, a match takes."""

    __tablename__ = "account_match_parts"

    match_id: UUID = Field(primary_key=True)
    part: int = Field(primary_key=True)
    pool_code: str = columns.text()
    line_id: UUID | None = None
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    amount_fen: int = columns.fen()


class AccountMatchUndo(SQLModel, table=True):
    """That a match was undone, once."""

    __tablename__ = "account_match_undos"

    match_id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    reason: str = columns.text()
    undone_at: datetime = columns.moment()
    undone_by: str = columns.text()
    undone_name: str = columns.text()


class AccountBooking(SQLModel, table=True):
    """Money taken into suspense, paid back, moved, or taken back out of the books."""

    __tablename__ = "account_bookings"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    kind: str = columns.text()
    why: str = columns.text()
    root_id: UUID
    line_id: UUID | None = None
    amount_fen: int = columns.fen()
    value_date: date
    target: str | None = columns.optional_text()
    party_code: str | None = columns.optional_text()
    note: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    proposed_by: str = columns.text()
    proposed_name: str = columns.text()
    proposed_at: datetime = columns.moment()
    released_by: str | None = columns.optional_text()
    released_name: str | None = columns.optional_text()
    booked_on: date | None = None
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    explanation_id: UUID | None = None
