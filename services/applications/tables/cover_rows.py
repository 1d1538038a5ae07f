"""The rows of calls for cover and of what banks have answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as Id
from sqlmodel import Field

from services.applications.tables.columns import Row, fen, moment, text


class CoverCallRow(Row, table=True):
    """A call for cover; `asked_of` are the figures of the day on which it was made."""

    __tablename__ = "cover_calls"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = text()
    cover_by: date
    reason: str = text()
    asked_on: date
    asked_by: str = text()
    asked_name: str = text()
    asked_of: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    shortfall_fen: int = fen()
    looked_at: datetime = moment()
    times: int
    cured_on: date | None
    overdue_told: date | None
    outcome: str = text()
    outcome_reason: str = text()
    proposed_by: str | None = text()
    proposed_name: str | None = text()
    concluded_by: str | None = text()
    concluded_name: str | None = text()
    concluded_on: date | None
    state: str = text()
    version: int
    state_since: datetime = moment()
    due_on: date | None


class CoverMeasureRow(Row, table=True):
    """What a bank has done about a call; what counts of it is judged once."""

    __tablename__ = "cover_measures"

    id: UUID = Field(primary_key=True)
    call_id: UUID = Field(foreign_key="cover_calls.id")
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = text()
    measure: str = text()
    taken_on: date
    note: str = text()
    amount_fen: int | None = fen()
    right_kind: str | None = text()
    right_number: str | None = text()
    nice_class: int | None
    right_name: str = text()
    registration_no: str = text()
    document_ids: list[UUID] = Field(sa_column=Column(ARRAY(Id(as_uuid=True)), nullable=False))
    said_by: str = text()
    said_name: str = text()
    said_at: datetime = moment()
    is_accepted: bool | None
    counted_fen: int | None = fen()
    opinion: str = text()
    judged_by: str | None = text()
    judged_name: str | None = text()
    judged_at: datetime | None = moment()
    released_on: date | None
    released_reason: str = text()
    released_name: str | None = text()
