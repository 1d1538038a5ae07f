"""Duties of pools as they were proposed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class PoolDutyCaseRow(SQLModel, table=True):
    """A duty as a case: whose it is never changes, where it stands does."""

    __tablename__ = "pool_duty_cases"

    id: UUID = Field(primary_key=True)
    number: int
    person: str = columns.text()
    person_name: str = columns.text()
    pools: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    from_day: date
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
