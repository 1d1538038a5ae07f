"""What `risk_pool` says: capacity, claims, recoveries, breakers and settlements."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import Event, register
from shared.money import MONEY_NAMES, Fen, NonNegativeFen, PositiveFen


class LimitReached(BaseModel):
    """A limit that left no room: what it allows, what is used, what was asked for."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    limit: str = Field(examples=["maximum_leverage"])
    allowed_fen: Fen
    used_fen: Fen
    requested_fen: Fen
    source: str = ""
    zh: str = ""
    en: str = ""


class Share(BaseModel):
    """What one party bears or gets, to the fen."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party: str = Field(examples=["pool"], description="The role in the scheme.")
    party_code: str = Field(examples=["dongli", "ICBC-TJ"])
    amount_fen: NonNegativeFen


class _Pool(Event):
    topic = "risk_pool"

    pool_code: str


class _Loan(_Pool):
    loan_id: UUID
    number: str
    bank_code: str
    borrower_name: str = ""

    @property
    def subject(self) -> str:
        return self.number


class PoolOpenedV1(_Pool):
    """A pool stands and takes entries under its scheme."""

    type = "pool.opened.v1"

    name: str
    programme: str
    opened_on: date
    prefix: str = Field(
        "", examples=["DL"], description="What the numbers of its cases begin with; no other's do."
    )


class SchemePublishedV1(Event):
    """Two persons have published a version of a programme's measure: by these bytes every loan
    approved from that day on is judged. Who hears it recomputes the hash."""

    topic = "risk_pool"
    type = "scheme.published.v1"

    programme: str
    number: int = Field(ge=1, description="The version's number within the programme.")
    in_force_from: date
    sha256: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="Of the text's bytes in UTF-8; with a common text, of both, NUL between them.",
    )
    text: str
    common_text: str = Field("", description='The text of the file it extends; "" for none.')
    published_on: date

    @property
    def key(self) -> str:
        return self.programme


class _PoolBreaker(_Pool):
    available_fen: Fen
    paid_in_fen: Fen
    on: date
    cause: str = Field("figures", examples=["figures", "by-hand"])
    reason: str = Field("", description="By hand: what the two persons say.")


class PoolWarnedV1(_PoolBreaker):
    """The pool's available balance fell below its warning line."""

    type = "pool.warned.v1"


class PoolStoppedV1(_PoolBreaker):
    """The pool takes no new entries until its balance is restored, or two persons resume it."""

    type = "pool.stopped.v1"


class PoolResumedV1(_PoolBreaker):
    """The pool takes entries again."""

    type = "pool.resumed.v1"


class _Bank(_Pool):
    bank_code: str
    bad_principal_fen: NonNegativeFen
    covered_principal_fen: NonNegativeFen
    line_bp: int = Field(description="The line that was crossed, in basis points; 0 for none.")
    on: date
    cause: str = Field("figures", examples=["figures", "reports-missing", "by-hand"])
    reason: str = Field("", description="By hand: what the two persons say.")
    estimated_loans: int = Field(
        0, description="Loans whose report was missing; they count by their last known class."
    )


class BankReportsMissingV1(_Pool):
    """The day for a month's reports has passed, and loans of a bank lack theirs."""

    type = "bank.reports-missing.v1"

    bank_code: str
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    missing_loans: int = Field(gt=0)
    loans: int = Field(gt=0, description="All the bank's loans in cover at the month's end.")
    due_on: date
    silent_months: int = Field(
        0, description="Months running, with this one, without any report of the bank."
    )


class BankWarnedV1(_Bank):
    """A bank's covered loans are worse than the warning line."""

    type = "bank.warned.v1"


class BankSuspendedV1(_Bank):
    """A bank's new entries are refused until its loans are better than the resume line."""

    type = "bank.suspended.v1"


class BankResumedV1(_Bank):
    """A bank may enter loans again."""

    type = "bank.resumed.v1"


class CoverageReservedV1(_Loan):
    """Capacity is held for a loan until a day."""

    type = "coverage.reserved.v1"

    amount_fen: PositiveFen
    reserved_until: date
    scheme_version: str


class CoverageDeclinedV1(_Loan):
    """There is no room for a loan; the limits that bind are named, the tightest first.

    Where every one of them can give way, the loan waits in line for room, and
    coverage.reserved.v1 follows when its turn comes.
    """

    type = "coverage.declined.v1"

    amount_fen: PositiveFen
    limits: tuple[LimitReached, ...]
    waiting: bool = False
    place: int | None = Field(None, description="Waiting: its place in the line, from 1.")
    waits_until: date | None = Field(
        None, description="Waiting: the last day on which the approval is valid."
    )


class CoverageActivatedV1(_Loan):
    """The loan is paid out and covered."""

    type = "coverage.activated.v1"

    amount_fen: PositiveFen
    activated_on: date


class CoverageReleasedV1(_Loan):
    """A loan is no longer covered, or its capacity no longer held."""

    type = "coverage.released.v1"

    amount_fen: NonNegativeFen
    reason: str = Field(
        examples=["withdrawn", "expired", "rejected", "repaid", "claimed", "undone"]
    )


class CoverageReopenedV1(_Loan):
    """A loan that was let go as repaid is in cover again: it was not repaid."""

    type = "coverage.reopened.v1"

    amount_fen: NonNegativeFen
    reopened_on: date
    reason: str


class _Claim(_Loan):
    claim_id: UUID
    claim_number: str


class ClaimSubmittedV1(_Claim):
    """A bank asks for compensation."""

    type = "claim.submitted.v1"

    outstanding_principal_fen: NonNegativeFen
    """Nothing where only costs are claimed."""
    submitted_on: date


class ClaimReviewedV1(_Claim):
    """A first person has recommended a claim; a second one decides."""

    type = "claim.reviewed.v1"


class ClaimRefusedV1(_Claim):
    """A claim was refused."""

    type = "claim.refused.v1"

    reason: str


class Gap(BaseModel):
    """One thing that a returned claim lacks, and the check that asks for it ("" for none)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str = ""
    text: str


class ClaimReturnedV1(_Claim):
    """A claim went back to its bank, with everything that it lacks; its clock stands still."""

    type = "claim.returned.v1"

    gaps: tuple[Gap, ...]
    returned_on: date


class ClaimWithdrawnV1(_Claim):
    """A bank has taken its claim back before it was decided."""

    type = "claim.withdrawn.v1"

    reason: str
    withdrawn_on: date


class ClaimStepRecordedV1(_Claim):
    """A step that the scheme names before the decision was taken."""

    type = "claim.step-recorded.v1"

    step: str = Field(examples=["expert_review"])
    outcome: Literal["favourable", "unfavourable"]
    recorded_on: date
    next_step: str = Field("", description="The step that is next; empty where all are taken.")


class ClaimAppealedV1(_Claim):
    """A bank appeals against the refusal of its claim."""

    type = "claim.appealed.v1"

    reason: str
    appealed_on: date


class ClaimReopenedV1(_Claim):
    """An appeal was granted: the claim is reviewed anew."""

    type = "claim.reopened.v1"

    reason: str


class ClaimUpheldV1(_Claim):
    """An appeal was turned down: the refusal stands for good."""

    type = "claim.upheld.v1"

    reason: str


class ClaimApprovedV1(_Claim):
    """A claim was approved by two persons: who bears how much, and which caps bound."""

    type = "claim.approved.v1"

    base_fen: NonNegativeFen
    shares: tuple[Share, ...]
    caps_bound: tuple[str, ...] = ()
    approved_on: date


class ClaimPaidV1(_Claim):
    """The pool's own share has left the dedicated account."""

    type = "claim.paid.v1"

    paid_fen: NonNegativeFen
    paid_on: date
    paid_from: str = Field("", description="The dedicated account that paid, where it was named.")
    voucher: str = Field("", description="The number of the payment voucher.")


class ClaimHeldV1(_Claim):
    """An approved claim is not paid for now: its loan was repaid, or is smaller than approved."""

    type = "claim.held.v1"

    code: str = Field(examples=["principal-lower", "loan-repaid"])
    approved_principal_fen: NonNegativeFen
    outstanding_principal_fen: NonNegativeFen


class ClaimReleasedV1(_Claim):
    """A person has looked at a held claim; it may be paid."""

    type = "claim.released.v1"

    opinion: str


class ClaimWrittenOffV1(_Claim):
    """A paid claim was written off. Pursuit goes on; what comes in is still shared out."""

    type = "claim.written-off.v1"

    written_off_on: date
    reason: str


class RecoveryBookedV1(_Claim):
    """Recovered money was shared out among those who had paid."""

    type = "recovery.booked.v1"

    recovery_id: UUID
    gross_fen: PositiveFen
    costs_fen: NonNegativeFen
    net_fen: NonNegativeFen
    shares: tuple[Share, ...]
    received_on: date


class _Adjustment(_Claim):
    adjustment_id: UUID
    adjustment_number: str
    adjustment_kind: str = Field(examples=["claw_back", "exclude"])
    reason: str


class AdjustmentProposedV1(_Adjustment):
    """Finance proposes to book back what a claim has booked; another person decides."""

    type = "adjustment.proposed.v1"


class AdjustedPart(BaseModel):
    """What an adjustment leaves one party to get (positive) or to pay (negative)."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party: str = Field(examples=["pool", "bank"])
    party_code: str
    gets_fen: Fen


class AdjustmentDecidedV1(_Adjustment):
    """Two persons have adjusted an approved claim; the settlement of the month collects and pays."""

    type = "adjustment.decided.v1"

    booked_on: date
    parts: tuple[AdjustedPart, ...]


class _Subsidy(_Loan):
    subsidy_id: UUID
    subsidy_number: str


class SubsidyFiledV1(_Subsidy):
    """A bank asks for a subsidy of a loan's interest, fee or premium over a period."""

    type = "subsidy.filed.v1"

    code: str = Field(description="Which of the scheme's subsidies.")
    since: date
    until: date


class SubsidyReviewedV1(_Subsidy):
    """A first person has recommended a subsidy; a second one decides."""

    type = "subsidy.reviewed.v1"


class SubsidyApprovedV1(_Subsidy):
    """A subsidy was approved by two persons; the settlement of the month pays it."""

    type = "subsidy.approved.v1"

    amount_fen: NonNegativeFen
    payee: str = Field(examples=["bank", "borrower"])
    payee_code: str
    approved_on: date


class SubsidyRefusedV1(_Subsidy):
    """A subsidy was refused; the bank may mend it and file anew."""

    type = "subsidy.refused.v1"

    reason: str


class StatementLine(BaseModel):
    """What a month leaves one party to pay (negative) or to receive (positive)."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party_code: str
    party_role: str
    net_fen: Fen


class _Settlement(_Pool):
    settlement_id: UUID
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")


class SettlementConfirmedV1(_Settlement):
    """Finance has confirmed a month; a second person signs."""

    type = "settlement.confirmed.v1"


class SettlementPostedV1(_Settlement):
    """A month is signed and posted, and never changes again."""

    type = "settlement.posted.v1"

    statements: tuple[StatementLine, ...]
    posted_on: date


register(
    (
        PoolOpenedV1,
        SchemePublishedV1,
        PoolWarnedV1,
        PoolStoppedV1,
        PoolResumedV1,
        BankWarnedV1,
        BankSuspendedV1,
        BankResumedV1,
        BankReportsMissingV1,
        CoverageReservedV1,
        CoverageDeclinedV1,
        CoverageActivatedV1,
        CoverageReleasedV1,
        CoverageReopenedV1,
        ClaimSubmittedV1,
        ClaimReturnedV1,
        ClaimWithdrawnV1,
        ClaimReviewedV1,
        ClaimStepRecordedV1,
        ClaimRefusedV1,
        ClaimAppealedV1,
        ClaimReopenedV1,
        ClaimUpheldV1,
        ClaimApprovedV1,
        ClaimPaidV1,
        ClaimHeldV1,
        ClaimReleasedV1,
        ClaimWrittenOffV1,
        RecoveryBookedV1,
        AdjustmentProposedV1,
        AdjustmentDecidedV1,
        SubsidyFiledV1,
        SubsidyReviewedV1,
        SubsidyApprovedV1,
        SubsidyRefusedV1,
        SettlementConfirmedV1,
        SettlementPostedV1,
    )
)
