"""Cash by two persons, and what is owed until cash has settled it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, SmallInteger, Text
from sqlmodel import Field, SQLModel


def _text(*, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(Text, primary_key=primary_key, nullable=False))


def _optional() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _moment() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class CashEntryRow(SQLModel, table=True):
    """Money that came into the dedicated account or left it: entered, and once released, booked.

    `root_id` is the entry that a chain of reversals is about (an entry's own id where it reverses
    nothing), `of_kind` that one's kind, `sign` whether this one books it or takes it back.
    """

    __tablename__ = "cash_entries"

    id: UUID = Field(primary_key=True)
    number: str = _text()
    pool_code: str = _text()
    kind: str = _text()
    of_kind: str = _text()
    sign: int = Field(sa_column=Column(SmallInteger, nullable=False))
    root_id: UUID
    reverses: UUID | None = None
    reverses_number: str = _text()
    party_code: str | None = _optional()
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    value_date: date
    bank_reference: str = _text()
    account: str = _text()
    item: str = _text()
    claim_id: UUID | None = None
    loan_id: UUID | None = None
    note: str = _text()
    double_of: UUID | None = None
    state: str = _text()
    state_since: datetime = _moment()
    version: int
    due_on: date | None = None
    entered_at: datetime = _moment()
    entered_by: str = _text()
    entered_name: str = _text()
    released_by: str | None = _optional()
    released_name: str | None = _optional()
    released_on: date | None = None
    booked_on: date | None = None
    reference: str | None = _optional()
    explanation_id: UUID | None = None
    line_id: UUID | None = None


class OpenItemRow(SQLModel, table=True):
    """What a posted month left to pay or to collect. Cash entries name it by its reference."""

    __tablename__ = "open_items"

    pool_code: str = _text(primary_key=True)
    reference: str = _text(primary_key=True)
    direction: str = _text()
    party_code: str = _text()
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    since: date
    due_on: date
    overdue_told_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
