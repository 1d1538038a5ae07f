"""The rows we remember, as ordinary reads see them. What is written goes by SQL of its own."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from services.applications.tables.columns import METADATA, Row, fen, moment


def types_of(row: type[SQLModel]) -> dict[str, str]:
    """The columns of a table with their PostgreSQL types, for statements that are made of them."""
    columns = METADATA.tables[str(row.__tablename__)].columns
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {column.name: column.type.compile(dialect).lower() for column in columns}


class BankRow(Row, table=True):
    """A bank that may submit."""

    __tablename__ = "banks"

    code: str = Field(primary_key=True, sa_type=Text)
    code_canonical: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    uscc: str = Field(sa_type=Text, unique=True)
    version: int
    created_at: datetime = moment()


class PoolRow(Row, table=True):
    """A pool, as far as its events have told."""

    __tablename__ = "pools"

    code: str = Field(primary_key=True, sa_type=Text)
    prefix: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    programme: str = Field(sa_type=Text)
    opened_on: date
    stopped_on: date | None


class PublishedSchemeRow(Row, table=True):
    """A programme's measure, as the pool has published it from a day on."""

    __tablename__ = "published_schemes"

    programme: str = Field(primary_key=True, sa_type=Text)
    in_force_from: date = Field(primary_key=True)
    sha256: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    common_text: str = Field(sa_type=Text)
    published_on: date


class BankSuspensionRow(Row, table=True):
    """A bank whose entries to a pool are suspended."""

    __tablename__ = "bank_suspensions"

    pool_code: str = Field(primary_key=True, sa_type=Text)
    bank_code: str = Field(primary_key=True, sa_type=Text)
    suspended_on: date


class NumberBlockRow(Row, table=True):
    """The next serial that is not handed out."""

    __tablename__ = "number_blocks"

    prefix: str = Field(primary_key=True, sa_type=Text)
    year: int = Field(primary_key=True)
    next_serial: int = Field(sa_type=BigInteger)


class BorrowerRow(Row, table=True):
    """A firm as one bank describes it."""

    __tablename__ = "borrowers"

    bank_code: str = Field(primary_key=True, sa_type=Text)
    uscc: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    registered_on: date
    is_sme: bool
    region_code: str | None = Field(sa_type=Text)
    first_seen_at: datetime = moment()
    changed_at: datetime = moment()


class ApplicationRow(Row, table=True):
    """A case where it stands now."""

    __tablename__ = "applications"

    id: UUID = Field(primary_key=True)
    number: str = Field(sa_type=Text, unique=True)
    bank_code: str = Field(sa_type=Text)
    pool_code: str = Field(sa_type=Text)
    programme: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    parties: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    borrower_uscc: str = Field(sa_type=Text)
    borrower_name: str = Field(sa_type=Text)
    borrower_name_canonical: str = Field(sa_type=Text)
    borrower_registered_on: date
    borrower_is_sme: bool
    borrower_region_code: str | None = Field(sa_type=Text)
    amount_fen: int = fen()
    tenor_months: int
    annual_rate_bp: int
    purpose: str = Field(sa_type=Text)
    purpose_note: str | None = Field(sa_type=Text)
    repayment: str = Field(sa_type=Text)
    has_other_collateral: bool
    ip_share_bp: int | None
    ip_amount_fen: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    is_first_loan: bool
    is_multi_ip_type: bool
    attributes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    stated_facts: list[dict[str, Any]] = Field(
        sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    state: str = Field(sa_type=Text)
    version: int
    revision: int
    state_since: datetime = moment()
    due_on: date | None
    findings: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    submitted_at: datetime = moment()
    submitted_by: str = Field(sa_type=Text)
    assigned_to: str | None = Field(sa_type=Text)
    assigned_name: str | None = Field(sa_type=Text)
    recommended_by: str | None = Field(sa_type=Text)
    approved_by: str | None = Field(sa_type=Text)
    signature_role: str | None = Field(sa_type=Text)
    approved_on: date | None
    reserved_until: date | None
    scheme_version: str | None = Field(sa_type=Text)
    declined_limits: list[dict[str, Any]] = Field(
        sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    undo_asked_by: str | None = Field(sa_type=Text)
    undo_reason: str | None = Field(sa_type=Text)
    undo_draw_no: int | None
    drawable_fen: int = fen()
    draws_until: date | None
    priority: int = 0
    applied_fen: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    amount_reason: str = Field(sa_type=Text)
    paid_out: dict[str, Any] | None = Field(sa_column=Column(JSONB, nullable=True))
    other_collateral: list[dict[str, Any]] = Field(
        sa_column=Column(JSONB, nullable=False, server_default="[]")
    )
    renews: UUID | None = Field(foreign_key="applications.id")


class CollateralRow(Row, table=True):
    """A right offered in one revision of a case."""

    __tablename__ = "collateral"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    revision: int = Field(primary_key=True)
    collateral_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    number_as_given: str = Field(sa_type=Text)
    nice_class: int
    name: str = Field(sa_type=Text)
    owner_uscc: str | None = Field(sa_type=Text)
    owner_name: str = Field(sa_type=Text)
    filed_on: date
    expires_on: date
    registration: dict[str, Any] | None = Field(sa_column=Column(JSONB, nullable=True))
    pledgors: list[dict[str, Any]] = Field(
        sa_column=Column(JSONB, nullable=False, server_default="[]")
    )


class ValuationRow(Row, table=True):
    """What a right was found to be worth."""

    __tablename__ = "valuations"

    application_id: UUID = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    collateral_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    amount_fen: int = fen()
    method: str = Field(sa_type=Text)
    appraiser: str = Field(sa_type=Text)
    valued_on: date


class DocumentRow(Row, table=True):
    """A paper of a case. Those of before the store have no `document_id`: a bank typed their hash."""

    __tablename__ = "documents"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    revision: int = Field(primary_key=True)
    document_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    sha256: bytes = Field(sa_type=LargeBinary)
    filename: str = Field(sa_type=Text)
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    issued_on: date | None
    valid_until: date | None


class HeldRightRow(Row, table=True):
    """A right that a live case holds."""

    __tablename__ = "held_rights"

    kind: str = Field(primary_key=True, sa_type=Text)
    number: str = Field(primary_key=True, sa_type=Text)
    nice_class: int = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_type=SmallInteger)
    """0, or 1 where the other case of the same chain of renewals has the first place."""
    rank: int = Field(primary_key=True, sa_type=SmallInteger, default=1)
    """1, or behind how many earlier pledges it stands."""
    application_id: UUID = Field(foreign_key="applications.id")


class CaseMoveRow(Row, table=True):
    """One move of a case, as shared.transitions writes it."""

    __tablename__ = "case_moves"

    case_kind: str = Field(sa_type=Text)
    case_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    source: str | None = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = moment()


class RightEnquiryRow(Row, table=True):
    """What somebody asked of rights, and what was answered."""

    __tablename__ = "right_enquiries"

    id: UUID = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    asked_at: datetime = moment()
    rights: int
    pledged: int
    answers: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))


class PledgeRegistrationRow(Row, table=True):
    """A pledge as it stands in its register."""

    __tablename__ = "pledge_registrations"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    collateral_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    register_name: str = Field(sa_type=Text)
    registration_no: str = Field(sa_type=Text)
    registration_no_canonical: str = Field(sa_type=Text)
    registered_on: date
    id: UUID
    state: str = Field(sa_type=Text)
    version: int
    state_since: datetime = moment()
    due_on: date | None
    term_until: date | None
    ended_on: date | None
    cover_confirmed_by: str | None = Field(sa_type=Text)


class LoanRow(Row, table=True):
    """A loan where it stands by its last report."""

    __tablename__ = "loans"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    bank_code: str = Field(sa_type=Text)
    pool_code: str = Field(sa_type=Text)
    loan_no: str = Field(sa_type=Text)
    loan_no_canonical: str = Field(sa_type=Text)
    amount_fen: int = fen()
    annual_rate_bp: int
    disbursed_on: date
    matures_on: date
    outstanding_fen: int = fen()
    overdue_days: int
    interest_arrears_fen: int = fen()
    penalty_interest_fen: int = fen()
    risk_class: str = Field(sa_type=Text)
    last_month: str | None = Field(sa_type=Text)
    changed_on: date | None


class DrawRow(Row, table=True):
    """A further part of a loan that was paid out after its disbursement."""

    __tablename__ = "draws"

    loan_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    draw_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    amount_fen: int = fen()
    drawn_on: date
    reference: str = Field(sa_type=Text)
    reference_canonical: str = Field(sa_type=Text)
    reported_by: str = Field(sa_type=Text)
    reported_at: datetime = moment()
    undone_on: date | None
    undo_reason: str = Field(sa_type=Text)


class PositionRow(Row, table=True):
    """What was reported of a loan for a month; a later version corrects an earlier one."""

    __tablename__ = "positions"

    loan_id: UUID = Field(primary_key=True, foreign_key="loans.application_id")
    month: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    outstanding_fen: int = fen()
    overdue_days: int
    interest_arrears_fen: int = fen()
    penalty_interest_fen: int = fen()
    risk_class: str = Field(sa_type=Text)
    reported_at: datetime = moment()
    reported_by: str = Field(sa_type=Text)
    confirmed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    reason: str = Field(sa_type=Text)


class ClosedMonthRow(Row, table=True):
    """A month that a pool has settled."""

    __tablename__ = "closed_months"

    pool_code: str = Field(primary_key=True, sa_type=Text)
    month: str = Field(primary_key=True, sa_type=Text)
    posted_on: date


class LoanChangeRow(Row, table=True):
    """A new maturity that a bank has asked for, and what became of it."""

    __tablename__ = "loan_changes"

    id: UUID = Field(primary_key=True)
    loan_id: UUID = Field(foreign_key="loans.application_id")
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    matured_on: date
    matures_on: date
    reason: str = Field(sa_type=Text)
    plan: str = Field(sa_type=Text)
    papers: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    state: str = Field(sa_type=Text)
    version: int
    state_since: datetime = moment()
    due_on: date | None
    requested_by: str = Field(sa_type=Text)
    recommended_by: str | None = Field(sa_type=Text)
    decided_by: str | None = Field(sa_type=Text)
    decided_on: date | None
