"""What the API answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.applications.api import examples
from services.applications.api.filing_answers import (
    OtherCollateralAnswer,
    PaidOutAnswer,
    PledgorAnswer,
    RegisteredAnswer,
    RegistrationAnswer,
)
from services.applications.domain.life_cycle import Action, State
from shared.http.limits import LimitShown
from shared.http.progress import StepAnswer
from shared.money import MONEY_NAMES, Fen
from shared.schemes.facts import FactDay


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class FindingAnswer(_Answer):
    """One thing that keeps a case from entering."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FINDING]})

    code: str = Field(examples=["right-already-pledged"])
    source: str = Field("", description="The programme and article, or the law.")
    zh: str
    en: str
    field: str = Field("", examples=["/collateral/0/number"], description="A JSON Pointer.")
    evidence: dict[str, str] = Field(default_factory=dict)


class SubmissionAnswer(_Answer):
    """What became of a submission: in the queue, or back with every finding at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SUBMITTED]})

    id: UUID
    number: str = Field(examples=["DL-2026-000123"])
    state: State = Field(examples=["accepted", "returned_for_correction"])
    version: int
    revision: int
    since: datetime
    due_on: date | None
    findings: list[FindingAnswer]


class MovedAnswer(_Answer):
    """Where a case stands after a move."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.MOVED]})

    id: UUID
    number: str
    state: State
    version: int
    due_on: date | None = None


class WaitingAnswer(_Answer):
    """Whom a case waits for."""

    role: str = Field(examples=["reviewer"])
    zh: str
    en: str
    since: datetime
    due_on: date | None
    in_working_days: bool = Field(False, description="After `known_until` it is assumed.")


class BankAnswer(_Answer):
    """A bank that may submit."""

    code: str
    name: str
    uscc: str
    version: int
    created_at: datetime


class PoolAnswer(_Answer):
    """A pool, as far as its events have told, and how your bank stands in it."""

    code: str
    name: str
    programme: str
    opened_on: date
    stopped_on: date | None
    suspended_on: date | None = Field(None, description="Since when your bank is suspended here.")


class BorrowerAnswer(_Answer):
    """The firm as its bank described it."""

    uscc: str
    name: str
    registered_on: date
    is_sme: bool
    region_code: str | None


class ValuationAnswer(_Answer):
    """What a right was found to be worth."""

    amount_fen: Fen
    method: str
    appraiser: str
    valued_on: date


class CollateralAnswer(_Answer):
    """A right offered."""

    collateral_no: int
    kind: str
    number: str
    number_as_given: str
    nice_class: int | None
    name: str
    owner_uscc: str | None
    owner_name: str
    filed_on: date
    expires_on: date
    valuation: ValuationAnswer | None
    registration: RegisteredAnswer | None = None
    pledgors: list[PledgorAnswer] = []
    rank: int | None = Field(
        None, description="In which the case holds it: 2 behind one earlier pledge. None: not held."
    )


class DocumentAnswer(_Answer):
    """A paper of a case. `document` leads to the stored one; None for those of before the store."""

    kind: str
    document: UUID | None
    sha256: str
    filename: str
    issued_on: date | None
    valid_until: date | None


class HistoryAnswer(_Answer):
    """One move of a case: who, when, from where to where, why."""

    version: int
    at: datetime
    subject: str
    name: str
    role: str
    action: Action
    source: State | None
    target: State
    reason: str
    detail: dict[str, Any]


class LoanAnswer(_Answer):
    """A loan where it stands by its last report."""

    id: UUID
    number: str
    loan_no: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    state: State
    amount_fen: Fen = Field(description="All that is paid out of it so far.")
    approved_fen: Fen
    drawable_fen: Fen = Field(description="What may still be drawn of the approved amount.")
    draws_until: date | None = Field(description="The last day for draws, if it is paid in parts.")
    annual_rate_bp: int
    disbursed_on: date
    matures_on: date
    outstanding_principal_fen: Fen
    overdue_days: int
    interest_arrears_fen: Fen
    penalty_interest_fen: Fen
    risk_class: str
    last_month: str | None


class DrawAnswer(_Answer):
    """A part of a loan that was paid out; the first is its disbursement."""

    draw_no: int
    amount_fen: Fen
    drawn_on: date
    reference: str = Field(description="The bank's voucher; of the disbursement, the loan number.")
    drawn_fen: Fen = Field(description="All that is drawn with it, what was taken back left out.")
    undrawn_fen: Fen = Field(description="What of the approved amount was not drawn then.")
    undone_on: date | None = None
    undo_reason: str = ""


class PositionAnswer(_Answer):
    """What was reported of a loan for a month. The highest version of a month counts."""

    month: str
    version: int
    outstanding_principal_fen: Fen
    overdue_days: int
    interest_arrears_fen: Fen
    penalty_interest_fen: Fen
    risk_class: str
    reported_at: datetime
    reported_by: str
    confirmed: list[str] = Field(default_factory=list)
    reason: str = ""


class CaseSummary(_Answer):
    """A case in a list."""

    id: UUID
    number: str
    state: State
    state_zh: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    amount_fen: Fen
    tenor_months: int
    version: int
    since: datetime
    submitted_at: datetime
    due_on: date | None
    lamp: str = Field("none", description="green, yellow, red; none where nothing is due")
    working_days_left: int | None = None
    priority: int = Field(
        0,
        description="0 usual, 1 soon, 2 first of all; a manager sets it, and the bureau alone sees it.",
    )
    assigned_to: str | None = None
    assigned_name: str | None = None


class StatedFact(_Answer):
    """A fact of the loan with who stated it, as of which day, and the rule that asks for it."""

    name: str = Field(examples=["unsecured_share"])
    value: bool | str = Field(examples=["33.33%"])
    at: FactDay
    on: date
    stated_by: str
    stated_by_name: str
    stated_at: datetime
    source: str


class ToLookAtAnswer(_Answer):
    """Something unusual about a number, which a person should look at; no reason against the case."""

    code: str = Field(examples=["credit-code-of-another-region"])
    zh: str
    en: str
    field: str = Field(examples=["/borrower/region_code"], description="A JSON Pointer.")
    source: str = Field("", description="The rule behind it.")


class CaseAnswer(CaseSummary):
    """A case with everything that belongs to it."""

    progress: list[StepAnswer] = Field(
        description="The usual way of such a case and how far this one is; empty where it has left it."
    )
    programme: str
    mode: str
    parties: dict[str, str]
    borrower: BorrowerAnswer
    annual_rate_bp: int
    purpose: str
    purpose_note: str | None
    repayment: str
    has_other_collateral: bool
    ip_share_bp: int | None
    ip_amount_fen: Fen | None = Field(description="The IP part as the contract states it in yuan.")
    other_collateral: list[OtherCollateralAnswer] = []
    is_first_loan: bool
    is_multi_ip_type: bool
    attributes: dict[str, bool | str]
    stated_facts: list[StatedFact]
    revision: int
    findings: list[FindingAnswer]
    to_look_at: list[ToLookAtAnswer] = Field(
        description="What is unusual about the case's numbers and may be right all the same."
    )
    collateral: list[CollateralAnswer]
    documents: list[DocumentAnswer]
    paid_out: PaidOutAnswer | None = Field(
        None, description="None: the loan is approved before it is paid out."
    )
    registrations: list[RegistrationAnswer]
    history: list[HistoryAnswer]
    loan: LoanAnswer | None
    renews: UUID | None = Field(
        None, description="The case whose loan it renews; `GET /applications/{id}/chain` has all."
    )
    recommended_by: str | None
    approved_by: str | None
    approved_on: date | None
    applied_fen: Fen | None = Field(
        None, description="What was applied for, where a part of it is approved."
    )
    amount_reason: str = Field("", description="Why a part is approved.")
    times_returned: int = Field(0, description="How often the bureau has returned it to its bank.")
    reserved_until: date | None
    scheme_version: str | None
    declined_limits: list[LimitShown]
    undo_asked_by: str | None = Field(
        None, description="Who at the bank has said that nothing was paid out."
    )
    undo_reason: str | None = None
    undo_draw_no: int | None = Field(
        None, description="Which draw it is; none: it is the disbursement."
    )
    pending_actions: list[Action]
    waiting_for: WaitingAnswer | None


class RowProblem(_Answer):
    """What is wrong with one field of one row."""

    code: str
    zh: str
    en: str
    field: str = ""
    source: str = Field("", description="The rule behind it.")


class RowVerdict(_Answer):
    """What became of one reported position."""

    index: int
    loan_no: str | None = None
    loan_id: UUID | None = None
    accepted: bool
    unchanged: bool = Field(default=False, description="Reported before with the same figures.")
    version: int | None = Field(
        default=None, description="Which report of this loan and month it is."
    )
    state: State | None = None
    errors: list[RowProblem] = Field(default_factory=list)
    to_confirm: list[RowProblem] = Field(
        default_factory=list,
        description="Unlikely: the row is taken once these codes stand in its `confirmed`.",
    )
    warnings: list[RowProblem] = Field(
        default_factory=list, description="What was unlikely and is confirmed."
    )


class PositionsAnswer(_Answer):
    """The verdict on every row, in the order of the request."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.VERDICTS]})

    month: str
    accepted: int
    refused: int
    verdicts: list[RowVerdict]


class StatisticsRow(_Answer):
    """Cases of one pool, month of submission and state."""

    pool_code: str
    month: str
    state: State
    cases: int
    amount_fen: Fen


class LoanStatisticsRow(_Answer):
    """Loans of one pool: each that was paid out; what is out and overdue, with a renewal one debt."""

    pool_code: str
    loans: int
    disbursed_fen: Fen
    outstanding_fen: Fen
    overdue_loans: int
    overdue_fen: Fen


class StatisticsAnswer(_Answer):
    """Counts and money, for the first page."""

    cases: list[StatisticsRow]
    loans: list[LoanStatisticsRow]
