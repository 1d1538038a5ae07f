"""Cases that were over before anything was held for them."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class ClosedCaseRow(SQLModel, table=True):
    """A case, how it ended and on which day."""

    __tablename__ = "closed_cases"

    loan_id: UUID = Field(primary_key=True)
    how: str = columns.text()
    closed_on: date
    heard_at: datetime = columns.moment()
