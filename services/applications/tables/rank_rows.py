"""The rows of what has changed of the ranks of held rights."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger
from sqlmodel import Field

from services.applications.tables.columns import Row, moment, text


class HeldRankChangeRow(Row, table=True):
    """A case has taken a later rank of a right (`from_rank` is None), or has moved up."""

    __tablename__ = "held_rank_changes"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = text()
    kind: str = text()
    number: str = text()
    nice_class: int
    from_rank: int | None = Field(sa_type=SmallInteger)
    to_rank: int = Field(sa_type=SmallInteger)
    at: datetime = moment()
