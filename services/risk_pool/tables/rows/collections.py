"""Collections of compensated loans."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class CollectionRow(SQLModel, table=True):
    """The collection of a claim's loan. `agreement` is the number of the instalments in force."""

    __tablename__ = "collections"

    id: UUID = Field(primary_key=True)
    claim_id: UUID
    claim_number: str = columns.text()
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    loan_id: UUID
    loan_number: str = columns.text()
    borrower_name: str = columns.text()
    collector: str = columns.text()
    plan: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    begun_by: str = columns.text()
    begun_name: str = columns.text()
    begun_on: date
    agreement: int
    agreed_on: date | None = None
    conclusion: str = columns.text()
    conclusion_reason: str = columns.text()
    proposed_by: str | None = columns.optional_text()
    proposed_name: str | None = columns.optional_text()
    concluded_by: str | None = columns.optional_text()
    concluded_name: str | None = columns.optional_text()
    concluded_on: date | None = None


class CollectionStepRow(SQLModel, table=True):
    """What was done to collect, with its papers."""

    __tablename__ = "collection_steps"

    collection_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    bank_code: str = columns.text()
    kind: str = columns.text()
    taken_on: date
    note: str = columns.text()
    reference: str = columns.text()
    papers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    recorded_by: str = columns.text()
    recorded_name: str = columns.text()
    recorded_at: datetime = columns.moment()


class CollectionInstalmentRow(SQLModel, table=True):
    """An agreed instalment; those of the last agreement count."""

    __tablename__ = "collection_instalments"

    collection_id: UUID = Field(primary_key=True)
    agreement: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    bank_code: str = columns.text()
    due_on: date
    amount_fen: int = columns.fen()


class CollectionReminderRow(SQLModel, table=True):
    """The bank was reminded of an instalment that was not met."""

    __tablename__ = "collection_reminders"

    collection_id: UUID = Field(primary_key=True)
    agreement: int = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    stage: str = Field(primary_key=True, sa_type=Text)
    bank_code: str = columns.text()
    left_fen: int = columns.fen()
    told_on: date
    told_at: datetime = columns.moment()
