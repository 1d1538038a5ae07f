"""What `applications` says: the way of a case from submission to repayment.

A case has one loan, so `loan_id` is the application's id all along.
"""

from datetime import date
from fractions import Fraction
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import Event, register
from shared.contracts.filed_loans import LoanPaidOut
from shared.money import MONEY_NAMES, NIL, NonNegativeFen, PositiveFen
from shared.ratios import ip_share
from shared.risk_classes import RiskClass

"""五级分类, the five categories of loan quality."""


class Reason(BaseModel):
    """Why something was refused or returned: a stable code, and words for the person."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    code: str
    zh: str
    en: str
    field: str = ""
    """A JSON pointer into the application, where one field is to blame."""


class CaseEvent(Event):
    """What every event of a case says of it."""

    topic = "applications"

    loan_id: UUID
    number: str = Field(examples=["DL-2026-000123"], description="The case number people use.")
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str

    @property
    def subject(self) -> str:
        return self.number


class ApplicationSubmittedV1(CaseEvent):
    """A bank has submitted a case; the machine checks have run."""

    type = "application.submitted.v1"

    amount_fen: PositiveFen
    submitted_on: date


class ApplicationAmendedV1(CaseEvent):
    """A bank has amended a case that nobody had in hand yet; the machine checks have run again."""

    type = "application.amended.v1"

    amount_fen: PositiveFen
    submitted_on: date
    revision: int = Field(description="The new one; the one before it is kept.")
    changed: tuple[str, ...] = Field(
        examples=[["/amount", "/collateral/0/valuation/amount"]],
        description="JSON Pointers of the fields that are not as they were.",
    )


class ApplicationReturnedV1(CaseEvent):
    """A case went back to the bank, with everything that is to be mended."""

    type = "application.returned.v1"

    reasons: tuple[Reason, ...]
    by: Literal["machine", "reviewer"]


class PaperJudgedV1(CaseEvent):
    """A reviewer has refused a paper of a case, or found a kind not to be needed, or taken it back."""

    type = "paper.judged.v1"

    kind: str = Field(examples=["business_licence"])
    kind_zh: str
    kind_en: str
    filename: str = Field(description='The paper that is meant; "" where a kind is.')
    verdict: Literal["refused", "accepted", "not_applicable", "needed"]
    reason: str


class ApplicationAcceptedV1(CaseEvent):
    """A case is complete and waits in the reviewers' queue."""

    type = "application.accepted.v1"

    amount_fen: PositiveFen


class ApplicationApprovedV1(CaseEvent):
    """Two persons have approved a case's entry to the pool: reserve capacity for it, or, where the
    loan is paid out already, take it into cover or decline it."""

    type = "application.approved.v1"

    amount_fen: PositiveFen
    ip_share_bp: int = Field(ge=1, le=10_000, description="The part of the loan IP is pledged for.")
    ip_amount_fen: PositiveFen | None = Field(
        None,
        description="The IP part as the contract states it in yuan; where given, the share is "
        "exactly this of the amount, and `ip_share_bp` is that rounded.",
    )
    tenor_months: int = Field(ge=1)
    annual_rate_bp: int = Field(ge=0)
    programme: str = Field(description="The scheme file whose terms bind the loan.")
    mode: str = Field(description="The scheme's sharing mode, e.g. direct, insured, guaranteed.")
    parties: dict[str, str] = Field(
        default_factory=dict,
        description="Role → party code for those who share beside pool and bank.",
    )
    approved_on: date = Field(description="The business day whose terms bind the loan.")
    is_first_loan: bool = False
    is_multi_ip_type: bool = False
    attributes: dict[str, bool | str] = Field(
        default_factory=dict,
        description="Facts of the loan as of its approval that a rule may ask for, and what reports "
        "divide by: `industry`, `park`, `ip_kind`.",
    )
    applied_fen: PositiveFen | None = Field(
        None, description="What was applied for, where `amount` is a part of it."
    )
    amount_reason: str = Field("", description="Why a part is approved.")
    conditions: tuple[str, ...] = Field(
        (), description="What is to be met, and confirmed, before the loan is paid out."
    )
    paid_out: LoanPaidOut | None = Field(
        None,
        description="The loan was filed after it was paid out; its cover begins on `approved_on`.",
    )
    renews: UUID | None = Field(
        None,
        description="The loan that this one renews: what is left of that is one debt with this.",
    )

    @property
    def ip_share(self) -> Fraction:
        """The part of the loan that IP is pledged for, exactly."""
        return ip_share(
            share_bp=self.ip_share_bp,
            amount_fen=self.amount_fen,
            ip_amount_fen=self.ip_amount_fen,
        )


class ApplicationRejectedV1(CaseEvent):
    """A case was refused for good."""

    type = "application.rejected.v1"

    reason: str


class ApplicationWithdrawnV1(CaseEvent):
    """The bank has taken its case back; capacity held for it is free again."""

    type = "application.withdrawn.v1"

    reason: str = ""


class ApplicationExpiredV1(CaseEvent):
    """Nothing was disbursed within the term of the approval; capacity is free again."""

    type = "application.expired.v1"


class PledgeRegisteredV1(CaseEvent):
    """The pledge stands in the register."""

    type = "pledge.registered.v1"

    registration_numbers: tuple[str, ...]
    registered_on: date


class LoanDisbursedV1(CaseEvent):
    """The bank has paid the loan out: the reservation becomes exposure."""

    type = "loan.disbursed.v1"

    amount_fen: PositiveFen
    loan_no: str
    disbursed_on: date
    matures_on: date
    annual_rate_bp: int = Field(ge=0)
    attributes: dict[str, bool | str] = Field(
        default_factory=dict,
        description="Facts of the loan as of its disbursement that a rule may ask for.",
    )
    draws_until: date | None = Field(
        None,
        description="The last day on which the rest of the approved amount may be drawn; none: "
        "what was not paid out is not lent.",
    )


class LoanDrawnV1(CaseEvent):
    """A further part of a loan was paid out, of those that its disbursement left to be drawn.

    It states where the loan stands then, not only the step, so that hearing it twice does nothing.
    """

    type = "loan.drawn.v1"

    draw_no: int = Field(ge=2, description="The disbursement is the first draw.")
    amount_fen: PositiveFen
    drawn_on: date
    reference: str = Field(description="The bank's voucher.")
    drawn_fen: PositiveFen = Field(description="All that is drawn of the loan, with this draw.")
    drawable_fen: NonNegativeFen = Field(description="What may still be drawn.")
    draws_until: date
    outstanding_principal_fen: PositiveFen


class LoanDrawUndoneV1(CaseEvent):
    """A draw was never paid out, or bounced: it is taken back, by two persons."""

    type = "loan.draw-undone.v1"

    draw_no: int = Field(ge=2)
    amount_fen: PositiveFen
    drawn_on: date
    reference: str
    drawn_fen: PositiveFen = Field(description="All that is drawn of the loan, without it.")
    draws_until: date | None = Field(
        description="Until when it may be drawn again; none: it may not."
    )
    outstanding_principal_fen: NonNegativeFen
    reason: str
    on: date


class LoanDrawsEndedV1(CaseEvent):
    """The time for draws is over: what was not drawn is not lent any more."""

    type = "loan.draws-ended.v1"

    undrawn_fen: PositiveFen
    draws_until: date
    on: date


class LoanPositionReportedV1(CaseEvent):
    """Where a loan stood at a month's end, as its bank reports it."""

    type = "loan.position-reported.v1"

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-03"])
    outstanding_principal_fen: NonNegativeFen
    overdue_days: int = Field(ge=0)
    interest_arrears_fen: NonNegativeFen = Field(0, json_schema_extra=NIL)
    penalty_interest_fen: NonNegativeFen = Field(0, json_schema_extra=NIL)
    risk_class: RiskClass
    reported_on: date
    corrects_closed_month: bool = Field(
        False, description="The month is settled; what this changes is booked in an open one."
    )
    drawn_since_fen: NonNegativeFen = Field(
        0,
        json_schema_extra=NIL,
        description="What was drawn of the loan after the month's end, and is in no figure here.",
    )


class LoanOverdueV1(CaseEvent):
    """A loan has fallen overdue, or further down in its class."""

    type = "loan.overdue.v1"

    overdue_days: int
    risk_class: RiskClass
    outstanding_principal_fen: NonNegativeFen
    as_of: date


class LoanRepaidV1(CaseEvent):
    """A loan is repaid in full."""

    type = "loan.repaid.v1"

    repaid_on: date


class LoanReopenedV1(CaseEvent):
    """A loan that was reported as repaid is not: the report was a mistake."""

    type = "loan.reopened.v1"

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    outstanding_principal_fen: PositiveFen
    reported_on: date
    reason: str


class LoanDisbursementUndoneV1(CaseEvent):
    """A loan was never paid out, its disbursement reported by mistake; or it was filed by mistake
    after it was paid out, and leaves the pool."""

    type = "loan.disbursement-undone.v1"

    reason: str
    on: date
    filed: bool = Field(False, description="It was filed after it was paid out, and stays out.")


class LoanExtendedV1(CaseEvent):
    """A loan has a new maturity, by a decision of two persons."""

    type = "loan.extended.v1"

    kind: Literal["extension", "restructuring"]
    matured_on: date = Field(description="The maturity before.")
    matures_on: date = Field(description="The maturity now.")
    decided_on: date
    reason: str


class LoanTakeOverAnsweredV1(Event):
    """A loan that a pool is to be taken over with was looked at: its number and its rights are held
    for it, or something speaks against it."""

    topic = "applications"
    type = "loan.take-over-answered.v1"

    loan_id: UUID
    opening_id: UUID
    number: str = Field(description='The case number that it is given; "" where it is refused.')
    bank_code: str
    pool_code: str
    loan_no: str
    accepted: bool
    reasons: tuple[Reason, ...] = ()


class ToldInMonth(BaseModel):
    """How many events of one type were told in a month."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    type: str = Field(examples=["loan.repaid.v1"])
    count: int = Field(ge=0, description="In this month until now; of a month that is over, all.")


class DayOverV1(Event):
    """A day is over in China, and so much has been told in its month: whoever listens can prove that
    nothing was lost. Months that were over are named again where a straggler came after."""

    topic = "applications"
    type = "day.over.v1"

    day: date
    told: tuple[ToldInMonth, ...]

    @property
    def key(self) -> str:
        return self.type


register(
    (
        ApplicationSubmittedV1,
        ApplicationAmendedV1,
        ApplicationReturnedV1,
        PaperJudgedV1,
        ApplicationAcceptedV1,
        ApplicationApprovedV1,
        ApplicationRejectedV1,
        ApplicationWithdrawnV1,
        ApplicationExpiredV1,
        PledgeRegisteredV1,
        LoanDisbursedV1,
        LoanDrawnV1,
        LoanDrawUndoneV1,
        LoanDrawsEndedV1,
        LoanPositionReportedV1,
        LoanOverdueV1,
        LoanRepaidV1,
        LoanReopenedV1,
        LoanDisbursementUndoneV1,
        LoanExtendedV1,
        LoanTakeOverAnsweredV1,
        DayOverV1,
    )
)
