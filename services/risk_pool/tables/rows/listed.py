"""Firms on lists of dishonest or abnormal firms, as they were heard of."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class ListedFirmRow(SQLModel, table=True):
    """An entry that is a firm's of a bank; once it has ended, when and why."""

    __tablename__ = "listed_firms"

    entry_id: UUID = Field(primary_key=True)
    bank_code: str = columns.text(primary_key=True)
    borrower_uscc: str = columns.text(primary_key=True)
    list_name: str = columns.text()
    listed_on: date
    list_date: date
    source: str = columns.text()
    ended_on: date | None
    why: str = columns.text()
    heard_at: datetime = columns.moment()
