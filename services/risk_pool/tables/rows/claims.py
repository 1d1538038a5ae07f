"""Claims and recoveries, and every move that a case has made."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Claim(SQLModel, table=True):
    """A bank's claim for one loan: as filed, and once approved, who bears how much."""

    __tablename__ = "claims"

    id: UUID = Field(primary_key=True)
    number: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID
    loan_number: str = Field(sa_column=Column(Text, nullable=False))
    borrower_uscc: str = Field(sa_column=Column(Text, nullable=False))
    borrower_name: str = Field(sa_column=Column(Text, nullable=False))
    programme: str = Field(sa_column=Column(Text, nullable=False))
    mode: str = Field(sa_column=Column(Text, nullable=False))
    scheme_version: str = Field(sa_column=Column(Text, nullable=False))
    terms_on: date
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    claimed_on: date | None = None
    filed_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
    stated_on: date | None = None
    outstanding_principal_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    interest_arrears_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    penalty_interest_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    costs_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    ip_share_bp: int
    loan_amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    ip_amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    cost_items: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    compound_interest_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    other_policy_money_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    recovered_before_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    compensated_amount_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    compensated_on: date | None = None
    facts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    documents: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    precheck: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    draft: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    checks: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    gaps: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    times_returned: int
    days_returned: int
    review_days_left: int | None = None
    reviews: int
    next_step: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    refused_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    appealed_on: date | None = None
    due_on: date | None = None
    reviewed_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    approved_on: date | None = None
    base_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    covered_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    decided_version: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    residual: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    rounding: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    bearer: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    recovery_order: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    recovered_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    interest_outside_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    pool_pays_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    explanation_id: UUID | None = None
    paid_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    paid_on: date | None = None
    carried_costs_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    trial: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    approved_principal_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    part_reason: str = Field(sa_column=Column(Text, nullable=False))
    hold: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    released_principal_fen: int | None = Field(
        default=None, sa_column=Column(BigInteger, nullable=True)
    )
    paid_from: str = Field(sa_column=Column(Text, nullable=False))
    voucher: str = Field(sa_column=Column(Text, nullable=False))
    written_off_on: date | None = None
    reversed_on: date | None = None
    escrow: bool
    """Its scheme holds the pool's part in escrow; known from the approval on."""
    escrowed_on: date | None = None
    held_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    """What is in escrow now."""
    net_loss_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    loss_lowered_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    """What had been recovered when the net loss was reported."""
    loss_reason: str = Field(sa_column=Column(Text, nullable=False))
    loss_difference: str = Field(sa_column=Column(Text, nullable=False))
    loss_papers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    settled_on: date | None = None
    released_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    added_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    split: int
    """Which of its splits counts: 0 is the approval's, each late money makes the next."""
    returned_less: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class ClaimTrial(SQLModel, table=True):
    """A trial split that somebody was shown who may decide."""

    __tablename__ = "claim_trials"

    claim_id: UUID = Field(primary_key=True)
    id: str = Field(sa_column=Column(Text, primary_key=True))
    figures: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    shown_to: str = Field(sa_column=Column(Text, nullable=False))
    shown_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class ClaimStep(SQLModel, table=True):
    """A step that the scheme names between a claim's review and its decision: open, or recorded."""

    __tablename__ = "claim_steps"

    claim_id: UUID = Field(primary_key=True)
    review: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    step: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    due_on: date | None = None
    recorded_at: datetime | None = Field(
        default=None, sa_column=Column(DateTime(timezone=True), nullable=True)
    )
    recorded_on: date | None = None
    recorded_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    recorded_name: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    outcome: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    opinion: str = Field(sa_column=Column(Text, nullable=False))
    participants: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    papers: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    notice_from: date | None = None
    notice_to: date | None = None
    objections: list[Any] = Field(sa_column=Column(JSONB, nullable=False))


class ClaimShare(SQLModel, table=True):
    """What one party bears of an approved claim, and the ratio in which it gets money back."""

    __tablename__ = "claim_shares"

    claim_id: UUID = Field(primary_key=True)
    split: int = Field(primary_key=True)
    place: int
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    party: str = Field(sa_column=Column(Text, primary_key=True))
    party_code: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    borne_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    part: int = Field(sa_column=Column(BigInteger, nullable=False))


class ClaimPayment(SQLModel, table=True):
    """One step on the way of an approved claim's money: who pays whom, and for what."""

    __tablename__ = "claim_payments"

    claim_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    payer: str = Field(sa_column=Column(Text, nullable=False))
    payer_code: str = Field(sa_column=Column(Text, nullable=False))
    payee: str = Field(sa_column=Column(Text, nullable=False))
    payee_code: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class ClaimLimit(SQLModel, table=True):
    """A cap that cut an approved claim, the tightest in the first place."""

    __tablename__ = "claim_limits"

    claim_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))
    parties: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    limit_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    used_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    source: str = Field(sa_column=Column(Text, nullable=False))
    zh: str = Field(sa_column=Column(Text, nullable=False))
    en: str = Field(sa_column=Column(Text, nullable=False))


class Recovery(SQLModel, table=True):
    """Money that came back on a claim: as reported, and once confirmed, who got how much."""

    __tablename__ = "recoveries"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_column=Column(Text, nullable=False))
    claim_id: UUID
    claim_number: str = Field(sa_column=Column(Text, nullable=False))
    pool_code: str = Field(sa_column=Column(Text, nullable=False))
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    loan_id: UUID
    state: str = Field(sa_column=Column(Text, nullable=False))
    state_since: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int
    received_on: date
    route: str = Field(sa_column=Column(Text, nullable=False))
    from_pledged_ip: bool
    gross_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    costs_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    carried_before_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    carried_after_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    net_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    to_interest_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    to_pledgor_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_on: date | None = None
    explanation_id: UUID | None = None
    booked_on: date | None = None
    reported_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reported_by: str = Field(sa_column=Column(Text, nullable=False))
    reference: str = Field(sa_column=Column(Text, nullable=False))
    reference_canonical: str = Field(sa_column=Column(Text, nullable=False))
    double_reason: str = Field(sa_column=Column(Text, nullable=False))
    cost_items: list[Any] = Field(sa_column=Column(JSONB, nullable=False))
    confirmed_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    disposal_id: UUID | None = None


class RecoveryShare(SQLModel, table=True):
    """What one party gets back by a confirmed recovery."""

    __tablename__ = "recovery_shares"

    recovery_id: UUID = Field(primary_key=True)
    claim_id: UUID
    place: int
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    party: str = Field(sa_column=Column(Text, primary_key=True))
    party_code: str = Field(sa_column=Column(Text, nullable=False))
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))


class CaseMove(SQLModel, table=True):
    """One move of a coverage, a claim, a recovery or a settlement: who, when, from where, why."""

    __tablename__ = "case_moves"

    case_kind: str = Field(sa_column=Column(Text, nullable=False))
    case_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    bank_code: str = Field(sa_column=Column(Text, nullable=False))
    source: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    target: str = Field(sa_column=Column(Text, nullable=False))
    action: str = Field(sa_column=Column(Text, nullable=False))
    role: str = Field(sa_column=Column(Text, nullable=False))
    subject: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
