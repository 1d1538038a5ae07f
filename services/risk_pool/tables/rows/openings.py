"""A pool that is taken over from a county's own books, and the rows of its workbook."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


def _json() -> Any:
    return Field(sa_column=Column(JSONB, nullable=False))


class OpeningRow(SQLModel, table=True):
    """An opening: what was brought in, how it reconciles, and who has taken it over."""

    __tablename__ = "openings"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    opened_on: date
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    begun_at: datetime = columns.moment()
    begun_by: str = columns.text()
    begun_name: str = columns.text()
    files: list[Any] = _json()
    lines: list[Any] = _json()
    rows_count: int
    wrong_count: int
    proposed_by: str | None = columns.optional_text()
    proposed_name: str | None = columns.optional_text()
    proposed_on: date | None = None
    taken_over_by: str | None = columns.optional_text()
    taken_over_name: str | None = columns.optional_text()
    taken_over_on: date | None = None
    balance_fen: int = columns.fen()
    explanation_id: UUID | None = None


class OpeningSheetRow(SQLModel, table=True):
    """A row of an opening's workbook as it was read, with what is wrong with it; of a loan, what the
    service that keeps the loans has answered."""

    __tablename__ = "opening_rows"

    opening_id: UUID = Field(primary_key=True)
    sheet: str = columns.text(primary_key=True)
    key: str = columns.text(primary_key=True)
    place: int
    file_no: int
    line: int
    content: dict[str, Any] = _json()
    facts: dict[str, Any] = _json()
    read_findings: list[Any] = _json()
    findings: list[Any] = _json()
    loan_id: UUID | None = None
    number: str = columns.text()
    answered: bool
    reasons: list[Any] = _json()
