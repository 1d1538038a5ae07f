"""The rows of the registers' extracts, as ordinary reads see them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.applications.tables.columns import Row, moment, text


class ExtractRowRow(Row, table=True):
    """A row of an extract, and whether we hold the same."""

    __tablename__ = "extract_rows"

    file_id: UUID = Field(primary_key=True, foreign_key="bulk_files.id")
    line: int = Field(primary_key=True)
    bank_code: str = text()
    kind: str = text()
    number: str = text()
    nice_class: int
    number_as_given: str = text()
    as_of: date
    result: str = text()
    shows_pledge: bool | None = None
    pledge_no_canonical: str | None = Field(default=None, sa_type=Text)
    speaks_of: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class ExtractDifferenceRow(Row, table=True):
    """One thing that an extract says otherwise than we did when it came."""

    __tablename__ = "extract_differences"
    __table_args__ = (
        ForeignKeyConstraint(["file_id", "line"], ["extract_rows.file_id", "extract_rows.line"]),
    )

    id: UUID = Field(primary_key=True)
    file_id: UUID
    line: int
    bank_code: str = text()
    field: str = text()
    ours: str = text()
    theirs: str = text()
    standing: str = text()
    ours_source: str = text()
    ours_as_of: date | None
    is_bad_news: bool
    taken_as: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class ExtractTakingRow(Row, table=True):
    """That a person has taken a difference over, and what became of it."""

    __tablename__ = "extract_takings"

    difference_id: UUID = Field(primary_key=True, foreign_key="extract_differences.id")
    bank_code: str = text()
    outcome: str = text()
    taken_by: str = text()
    taken_by_name: str = text()
    taken_at: datetime = moment()
