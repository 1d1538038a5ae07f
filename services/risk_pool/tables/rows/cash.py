"""Cash by two persons, and what is owed until cash has settled it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, SmallInteger
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class CashEntryRow(SQLModel, table=True):
    """Money that came into the dedicated account or left it: entered, and once released, booked.

    `root_id` is the entry that a chain of reversals is about (an entry's own id where it reverses
    nothing), `of_kind` that one's kind, `sign` whether this one books it or takes it back.
    """

    __tablename__ = "cash_entries"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    kind: str = columns.text()
    of_kind: str = columns.text()
    sign: int = Field(sa_column=Column(SmallInteger, nullable=False))
    root_id: UUID
    reverses: UUID | None = None
    reverses_number: str = columns.text()
    party_code: str | None = columns.optional_text()
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    value_date: date
    bank_reference: str = columns.text()
    bank_reference_canonical: str = columns.text()
    account: str = columns.text()
    item: str = columns.text()
    claim_id: UUID | None = None
    loan_id: UUID | None = None
    note: str = columns.text()
    double_of: UUID | None = None
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    entered_at: datetime = columns.moment()
    entered_by: str = columns.text()
    entered_name: str = columns.text()
    released_by: str | None = columns.optional_text()
    released_name: str | None = columns.optional_text()
    released_on: date | None = None
    booked_on: date | None = None
    reference: str | None = columns.optional_text()
    explanation_id: UUID | None = None
    line_id: UUID | None = None


class OpenItemRow(SQLModel, table=True):
    """What a posted month left to pay or to collect. Cash entries name it by its reference."""

    __tablename__ = "open_items"

    pool_code: str = columns.text(primary_key=True)
    reference: str = columns.text(primary_key=True)
    direction: str = columns.text()
    party_code: str = columns.text()
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    since: date
    due_on: date
    overdue_told_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
