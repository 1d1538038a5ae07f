"""The rows of drafts and of what a case said before, as ordinary reads see them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.applications.tables.columns import Row, moment


class DraftRow(Row, table=True):
    """An application that a bank's clerks are writing, and what became of it."""

    __tablename__ = "application_drafts"

    id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    programme: str = Field(sa_type=Text)
    said: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    version: int
    created_at: datetime = moment()
    saved_at: datetime = moment()
    saved_by: str = Field(sa_type=Text)
    saved_name: str = Field(sa_type=Text)
    application_id: UUID | None = Field(foreign_key="applications.id")
    amends: UUID | None = Field(foreign_key="applications.id")
    amends_revision: int | None


class RevisionRow(Row, table=True):
    """What a case said until it was mended; what it says now stands in its own row."""

    __tablename__ = "superseded_revisions"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    revision: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    said: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    submitted_by: str = Field(sa_type=Text)
    submitted_at: datetime = moment()
