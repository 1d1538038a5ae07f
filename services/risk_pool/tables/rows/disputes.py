"""Lines of posted statements that their parties dispute."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class DisputeRow(SQLModel, table=True):
    """A dispute as it was filed against a line, what one person proposed, and what was decided.

    `stated_fen` is what the line adds to the statement's net (positive: the pool owes it);
    `difference_fen` the line less `right_fen`. `lowers_item`: while it is open the difference waits
    apart from the item. `due_again_fen` is what of that was not upheld.
    """

    __tablename__ = "disputes"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    month: str = columns.text()
    bank_code: str = columns.text()
    party_code: str = columns.text()
    party_role: str = columns.text()
    party_name: str = columns.text()
    item: str = columns.text()
    lowers_item: bool
    line_seq: int = columns.fen()
    line_reference: str = columns.text()
    line_kind: str = columns.text()
    line_debit: str = columns.text()
    line_credit: str = columns.text()
    line_amount_fen: int = columns.fen()
    line_date: date
    loan_id: UUID | None = None
    stated_fen: int = columns.fen()
    right_fen: int = columns.fen()
    difference_fen: int = columns.fen()
    reason: str = columns.text()
    papers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    letter: str = columns.text()
    until: date
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    filed_at: datetime = columns.moment()
    filed_by: str = columns.text()
    filed_name: str = columns.text()
    filed_by_bank: bool
    proposed_by: str | None = columns.optional_text()
    proposed_name: str | None = columns.optional_text()
    proposed_at: datetime | None = columns.optional_moment()
    uphold_fen: int | None = columns.optional_fen()
    proposal_reason: str | None = columns.optional_text()
    decided_by: str | None = columns.optional_text()
    decided_name: str | None = columns.optional_text()
    decided_on: date | None = None
    upheld_fen: int | None = columns.optional_fen()
    taken_off_fen: int = columns.fen()
    due_again_fen: int = columns.fen()
    due_again_on: date | None = None
    booked_on: date | None = None
    effect: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    explanation_id: UUID | None = None
