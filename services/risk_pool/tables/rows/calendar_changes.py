"""Changes of the calendar as they were proposed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class CalendarChangeRow(SQLModel, table=True):
    """A change of the calendar: its days never change, where it stands does."""

    __tablename__ = "calendar_changes"

    id: UUID = Field(primary_key=True)
    number: int
    year: int | None = None
    days: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    reason: str = columns.text()
    proposed_at: datetime = columns.moment()
    proposed_by: str = columns.text()
    proposed_by_name: str = columns.text()
    approved_at: datetime | None = columns.optional_moment()
    approved_by: str | None = columns.optional_text()
    approved_by_name: str | None = columns.optional_text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    due_on: date | None = None
    version: int
