"""Versions of programmes as they were proposed, and the measures in force."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel


def _text(*, primary_key: bool = False) -> Any:
    return Field(sa_column=Column(Text, primary_key=primary_key, nullable=False))


def _maybe_text() -> Any:
    return Field(default=None, sa_column=Column(Text, nullable=True))


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


class ProgrammeVersionRow(SQLModel, table=True):
    """A version of a programme's measure: its text never changes, where it stands does."""

    __tablename__ = "programme_versions"

    id: UUID = Field(primary_key=True)
    programme: str = _text()
    number: int
    in_force_from: date
    text: str = _text()
    common_text: str = _text()
    sha256: str = _text()
    accepted: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    proposed_at: datetime = _moment()
    proposed_by: str = _text()
    proposed_by_name: str = _text()
    published_at: datetime | None = _moment(nullable=True)
    published_by: str | None = _maybe_text()
    published_by_name: str | None = _maybe_text()
    state: str = _text()
    state_since: datetime = _moment()
    due_on: date | None = None
    version: int


class PublishedSchemeRow(SQLModel, table=True):
    """The bytes by which every loan approved from that day on is judged."""

    __tablename__ = "published_schemes"

    programme: str = _text(primary_key=True)
    in_force_from: date = Field(primary_key=True)
    sha256: str = _text()
    text: str = _text()
    common_text: str = _text()
    published_on: date
