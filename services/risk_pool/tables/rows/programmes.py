"""Versions of programmes as they were proposed, and the measures in force."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class ProgrammeVersionRow(SQLModel, table=True):
    """A version of a programme's measure: its text never changes, where it stands does."""

    __tablename__ = "programme_versions"

    id: UUID = Field(primary_key=True)
    programme: str = columns.text()
    number: int
    in_force_from: date
    text: str = columns.text()
    common_text: str = columns.text()
    sha256: str = columns.text()
    accepted: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    proposed_at: datetime = columns.moment()
    proposed_by: str = columns.text()
    proposed_by_name: str = columns.text()
    published_at: datetime | None = columns.optional_moment()
    published_by: str | None = columns.optional_text()
    published_by_name: str | None = columns.optional_text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    due_on: date | None = None
    version: int


class PublishedSchemeRow(SQLModel, table=True):
    """The bytes by which every loan approved from that day on is judged."""

    __tablename__ = "published_schemes"

    programme: str = columns.text(primary_key=True)
    in_force_from: date = Field(primary_key=True)
    sha256: str = columns.text()
    text: str = columns.text()
    common_text: str = columns.text()
    published_on: date
