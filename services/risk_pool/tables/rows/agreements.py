"""Agreements with the parties of a pool, what they plan, top-up calls, and the end of a pool."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from services.risk_pool.tables.rows import columns


class CooperationAgreementRow(SQLModel, table=True):
    """A version of what the pool and one of its parties have agreed."""

    __tablename__ = "cooperation_agreements"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    party_code: str = columns.text()
    party_role: str = columns.text()
    bank_code: str = columns.text()
    edition: int | None = None
    purpose: str = columns.text()
    valid_from: date
    valid_to: date | None = None
    reference: str = columns.text()
    note: str = columns.text()
    backdating_reason: str = columns.text()
    line_fen: int | None = columns.optional_fen()
    pool_share_fen: int | None = columns.optional_fen()
    minimum_lending_fen: int | None = columns.optional_fen()
    minimum_per: str = columns.text()
    contribution_share: str | None = columns.optional_text()
    top_up_below_fen: int | None = columns.optional_fen()
    replaced_by: str | None = columns.optional_text()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    entered_by: str = columns.text()
    entered_name: str = columns.text()
    entered_at: datetime = columns.moment()
    released_by: str | None = columns.optional_text()
    released_name: str | None = columns.optional_text()
    released_on: date | None = None


class PlannedMoneyRow(SQLModel, table=True):
    """What an agreement plans to be paid on a day: nothing of it is booked before it is."""

    __tablename__ = "planned_money"

    pool_code: str = columns.text(primary_key=True)
    reference: str = columns.text(primary_key=True)
    direction: str = columns.text()
    party_code: str = columns.text()
    amount_fen: int = columns.fen()
    since: date | None = None
    due_on: date
    fee_kind: str = columns.text()
    agreement_id: UUID | None = None
    call_id: UUID | None = None
    dropped_by: str = columns.text()
    overdue_told_at: datetime | None = columns.optional_moment()


class TopUpCallRow(SQLModel, table=True):
    """A call to contributors to bring the pool back, with the figures that it rests on."""

    __tablename__ = "top_up_calls"

    id: UUID = Field(primary_key=True)
    number: str = columns.text()
    pool_code: str = columns.text()
    amount_fen: int = columns.fen()
    pay_by: date
    reason: str = columns.text()
    line_fen: int = columns.fen()
    available_fen: int = columns.fen()
    called_fen: int = columns.fen()
    claims_fen: int = columns.fen()
    paid_in_fen: int = columns.fen()
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    raised_by: str = columns.text()
    raised_name: str = columns.text()
    raised_at: datetime = columns.moment()
    decided_by: str | None = columns.optional_text()
    decided_name: str | None = columns.optional_text()
    decided_on: date | None = None


class RunOffRow(SQLModel, table=True):
    """An order to run a pool off, and what becomes of its money."""

    __tablename__ = "run_offs"

    id: UUID = Field(primary_key=True)
    pool_code: str = columns.text()
    from_day: date
    reason: str = columns.text()
    keeps_reserved: bool
    begun_on: date | None = None
    shares: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    state: str = columns.text()
    state_since: datetime = columns.moment()
    version: int
    due_on: date | None = None
    proposed_by: str = columns.text()
    proposed_name: str = columns.text()
    proposed_at: datetime = columns.moment()
    decided_by: str | None = columns.optional_text()
    decided_name: str | None = columns.optional_text()
    decided_on: date | None = None
    distribution_by: str | None = columns.optional_text()
    distribution_name: str | None = columns.optional_text()
    distributed_by: str | None = columns.optional_text()
    distributed_name: str | None = columns.optional_text()
    distributed_on: date | None = None
    closed_on: date | None = None
