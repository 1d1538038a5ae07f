"""What stands beside recoveries and adjustments: the trials that were shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class ShownTrial(SQLModel, table=True):
    """A trial of a recovery or an adjustment that somebody was shown who may decide."""

    __tablename__ = "shown_trials"

    case_id: UUID = Field(primary_key=True)
    id: str = Field(sa_column=Column(Text, primary_key=True))
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    shown_to: str = Field(sa_column=Column(Text, nullable=False))
    shown_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
