"""Early warnings and what is done about them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class WarningRow(SQLModel, table=True):
    """A warning about a loan, a borrower or a bank. `seen` is the last occurrence of its cause."""

    __tablename__ = "warnings"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    about: str = columns.text()
    loan_id: UUID | None = None
    loan_number: str = columns.text()
    borrower_uscc: str = columns.text()
    borrower_name: str = columns.text()
    cause: str = columns.text()
    level: str = columns.text()
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    text: str = columns.text()
    by_hand: bool
    seen: str = columns.text()
    times: int
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    raised_by: str = columns.text()
    raised_name: str = columns.text()
    raised_at: datetime = columns.moment()
    raised_on: date
    measures_open: int
    conclusion: str = columns.text()
    conclusion_reason: str = columns.text()
    claim_number: str = columns.text()
    concluded_by: str | None = columns.optional_text()
    concluded_name: str | None = columns.optional_text()
    concluded_on: date | None = None


class WarningMeasureRow(SQLModel, table=True):
    """A measure: what, by whom, until when, and once it is done, when and what shows it."""

    __tablename__ = "warning_measures"

    warning_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    bank_code: str = columns.text()
    text: str = columns.text()
    by_whom: str = columns.text()
    until: date
    added_by: str = columns.text()
    added_name: str = columns.text()
    added_at: datetime = columns.moment()
    done_on: date | None = None
    done_note: str = columns.text()
    done_by: str | None = columns.optional_text()
    done_name: str | None = columns.optional_text()
    papers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))


class WarningLookRow(SQLModel, table=True):
    """A pool whose loans were looked back at once."""

    __tablename__ = "warning_looks"

    pool_code: str = Field(primary_key=True, sa_type=Text, foreign_key="pools.code")
    looked_at: datetime = columns.moment()
