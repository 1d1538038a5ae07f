"""Disposals of pledged rights."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class DisposalRow(SQLModel, table=True):
    """A disposal: opened, appraised, offered (`way`, `price_fen` of the round), sold, ended."""

    __tablename__ = "disposals"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    loan_id: UUID
    loan_number: str = columns.text()
    borrower_name: str = columns.text()
    reason: str = columns.text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    opened_by: str = columns.text()
    opened_name: str = columns.text()
    opened_on: date
    appraisal_fen: int | None = columns.optional_fen()
    appraiser: str = columns.text()
    appraised_on: date | None = None
    way: str = columns.text()
    price_fen: int | None = columns.optional_fen()
    buyer: str = columns.text()
    proceeds_fen: int = columns.fen()
    sold_on: date | None = None
    costs_fen: int = columns.fen()
    proposed_by: str | None = columns.optional_text()
    proposed_name: str | None = columns.optional_text()
    ended_by: str | None = columns.optional_text()
    ended_name: str | None = columns.optional_text()
    ended_on: date | None = None
    end_reason: str = columns.text()


class DisposalRightRow(SQLModel, table=True):
    """A right that is disposed of."""

    __tablename__ = "disposal_rights"

    disposal_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    bank_code: str = columns.text()
    loan_id: UUID
    kind: str = columns.text()
    number: str = columns.text()
    number_canonical: str = columns.text()
    name: str = columns.text()


class DisposalRoundRow(SQLModel, table=True):
    """A round in which the rights were offered, and what came of it."""

    __tablename__ = "disposal_rounds"

    disposal_id: UUID = Field(primary_key=True)
    round: int = Field(primary_key=True)
    bank_code: str = columns.text()
    way: str = columns.text()
    price_fen: int = columns.fen()
    venue: str = columns.text()
    offered_on: date
    until: date
    failed_on: date | None = None
    outcome: str = columns.text()


class DisposalCostRow(SQLModel, table=True):
    """A cost of the disposal by its receipt."""

    __tablename__ = "disposal_costs"

    disposal_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    bank_code: str = columns.text()
    kind: str = columns.text()
    reference: str = columns.text()
    amount_fen: int = columns.fen()
    paid_on: date
    added_by: str = columns.text()
    added_at: datetime = columns.moment()


class LoanPledgeRow(SQLModel, table=True):
    """A pledge of a loan as it stands in its register, as applications told it last."""

    __tablename__ = "loan_pledges"

    pledge_id: UUID = Field(primary_key=True)
    loan_id: UUID
    pool_code: str = columns.text()
    bank_code: str = columns.text()
    kind: str = columns.text()
    number: str = columns.text()
    number_canonical: str = columns.text()
    nice_class: int
    name: str = columns.text()
    owner_name: str = columns.text()
    registry: str = columns.text()
    registration_no: str = columns.text()
    registered_on: date
    term_until: date | None = None
    ended_on: date | None = None
    how_ended: str = columns.text()
    heard_at: datetime = columns.moment()
