"""What `risk_pool` says of claims, recoveries, adjustments and subsidies."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfLoan, Share
from shared.money import MONEY_NAMES, Fen, NonNegativeFen, PositiveFen


class _Claim(OfLoan):
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
    shares: tuple[Share, ...] = Field((), description="Who bears how much, as it was approved.")


class ClaimPaymentReversedV1(_Claim):
    """The payment of a claim came back, or was booked wrongly: the pool owes its share again."""

    type = "claim.payment-reversed.v1"

    paid_fen: NonNegativeFen = Field(description="What had been paid and is owed again.")
    reason: str
    shares: tuple[Share, ...] = Field((), description="Who bears how much, as it was approved.")


class ClaimHeldV1(_Claim):
    """An approved claim is not paid for now: its loan was repaid, is smaller than approved, or an
    adjustment waits to be decided."""

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


class ClaimEscrowedV1(_Claim):
    """The pool's own share was moved into escrow; it is held there until the bank writes off."""

    type = "claim.escrowed.v1"

    held_fen: NonNegativeFen
    escrowed_on: date
    paid_from: str = Field("", description="The dedicated account it left, where it was named.")
    voucher: str = Field("", description="The number of the payment voucher.")


class ClaimLossReportedV1(_Claim):
    """A bank has written off a loan whose compensation is held in escrow."""

    type = "claim.loss-reported.v1"

    written_off_on: date
    net_loss_fen: NonNegativeFen
    reason: str


class ClaimLossReturnedV1(_Claim):
    """The report of a write-off went back to its bank, which reports anew."""

    type = "claim.loss-returned.v1"

    reason: str


class ClaimSettledV1(_Claim):
    """Escrow was settled by two persons: who bears how much of the final net loss."""

    type = "claim.settled.v1"

    net_loss_fen: NonNegativeFen
    shares: tuple[Share, ...]
    paid_fen: NonNegativeFen
    """By the pool: out of escrow, and what it added."""
    released_fen: NonNegativeFen
    added_fen: NonNegativeFen
    settled_on: date


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


class _Subsidy(OfLoan):
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


register(
    (
        ClaimSubmittedV1,
        ClaimReviewedV1,
        ClaimRefusedV1,
        ClaimReturnedV1,
        ClaimWithdrawnV1,
        ClaimStepRecordedV1,
        ClaimAppealedV1,
        ClaimReopenedV1,
        ClaimUpheldV1,
        ClaimApprovedV1,
        ClaimPaidV1,
        ClaimPaymentReversedV1,
        ClaimHeldV1,
        ClaimReleasedV1,
        ClaimWrittenOffV1,
        ClaimEscrowedV1,
        ClaimLossReportedV1,
        ClaimLossReturnedV1,
        ClaimSettledV1,
        RecoveryBookedV1,
        AdjustmentProposedV1,
        AdjustmentDecidedV1,
        SubsidyFiledV1,
        SubsidyReviewedV1,
        SubsidyApprovedV1,
        SubsidyRefusedV1,
    )
)
