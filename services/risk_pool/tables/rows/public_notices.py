"""Public notices, the cases on them, and what is objected."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class PublicNoticeRow(SQLModel, table=True):
    """A list of cases that everybody may read, from its day on until some time after its end.

    `removed_on`: withdrawn, or another one is published in its place.
    """

    __tablename__ = "public_notices"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    title: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    opens_on: date
    working_days: int | None = None
    """What the person who prepared it asked for, beyond the scheme's days."""
    last_day: date
    days_after: int
    corrects: UUID | None = None
    corrects_number: str = columns.text()
    prepared_by: str = columns.text()
    prepared_name: str = columns.text()
    prepared_at: datetime = columns.moment()
    approved_by: str | None = columns.optional_text()
    approved_name: str | None = columns.optional_text()
    published_on: date | None = None
    ended_on: date | None = None
    shown_until: date | None = None
    removed_on: date | None = None
    removed_because: str = columns.text()


class PublicNoticeCaseRow(SQLModel, table=True):
    """A claim or subsidy on a list: what the public reads of it, and what the notice came to for it."""

    __tablename__ = "public_notice_cases"

    notice_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    case_kind: str = columns.text()
    case_id: UUID
    case_number: str = columns.text()
    review: int
    bank_code: str = columns.text()
    loan_id: UUID
    loan_number: str = columns.text()
    borrower_name: str = columns.text()
    last_day: date
    public: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    outcome: str = columns.text()


class ObjectionRow(SQLModel, table=True):
    """What somebody outside holds against a notice, and how two persons have decided."""

    __tablename__ = "objections"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    secret_sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    notice_id: UUID
    pool_code: str = columns.text()
    place: int | None = None
    text: str = columns.text()
    name: str = columns.text()
    contact: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    filed_on: date
    filed_at: datetime = columns.moment()
    proposed_by: str | None = columns.optional_text()
    proposed_name: str | None = columns.optional_text()
    verdict: str | None = columns.optional_text()
    answer: str | None = columns.optional_text()
    decided_by: str | None = columns.optional_text()
    decided_name: str | None = columns.optional_text()
    decided_on: date | None = None


class ObjectionCountRow(SQLModel, table=True):
    """How many objections came from one (hashed) address on a day."""

    __tablename__ = "objection_counts"

    address: bytes = Field(sa_column=Column(LargeBinary, primary_key=True, nullable=False))
    day: date = Field(primary_key=True)
    filed: int
