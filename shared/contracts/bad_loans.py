"""What `risk_pool` says of loans that go bad: warnings, disposals of pledged rights, collections."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfLoan, OfPool
from shared.money import NonNegativeFen, PositiveFen


class _Warning(OfPool):
    warning_id: UUID
    bank_code: str
    loan_id: UUID | None = Field(None, description="None where it is about a bank or a borrower.")
    number: str = Field("", description="The loan's number; empty without a loan.")
    borrower_name: str = ""
    cause: str = Field(examples=["overdue"])
    level: Literal["yellow", "orange", "red"]


class WarningRaisedV1(_Warning):
    """Something speaks for trouble: raised, or raised anew after it was concluded or watched."""

    type = "warning.raised.v1"

    by_hand: bool
    again: bool = False
    text: str = Field("", description="What a person said who raised it by hand.")
    raised_on: date


class WarningConcludedV1(_Warning):
    """A person has concluded a warning."""

    type = "warning.concluded.v1"

    conclusion: Literal["risk_gone", "turned_into_claim"]
    reason: str
    claim_number: str = ""
    concluded_on: date


class _Disposal(OfLoan):
    disposal_id: UUID
    disposal_number: str = Field(examples=["DL-D-2026-0001"])


class DisposalOpenedV1(_Disposal):
    """Pledged rights of a loan that went bad are to be disposed of."""

    type = "disposal.opened.v1"

    rights: tuple[str, ...] = Field(description="The numbers of the rights.")
    opened_on: date


class DisposalSoldV1(_Disposal):
    """The rights went to somebody; the money is reported as recoveries, and booked by these."""

    type = "disposal.sold.v1"

    buyer: str
    proceeds_fen: PositiveFen
    sold_on: date


class DisposalClosingProposedV1(_Disposal):
    """One person holds a disposal to be done; another closes it."""

    type = "disposal.closing-proposed.v1"

    reason: str


class DisposalEndedV1(_Disposal):
    """A disposal is over: closed after a sale, ended without result, or withdrawn."""

    type = "disposal.ended.v1"

    outcome: Literal["closed", "no_result", "withdrawn"]
    proceeds_fen: NonNegativeFen
    costs_fen: NonNegativeFen
    reason: str
    ended_on: date


class _Collection(OfLoan):
    collection_id: UUID
    claim_id: UUID
    claim_number: str


class CollectionConclusionProposedV1(_Collection):
    """One person holds the collection of a compensated loan to be over; another decides."""

    type = "collection.conclusion-proposed.v1"

    conclusion: Literal["recovered", "settled", "written_off"]
    reason: str


class CollectionInstalmentDueV1(_Collection):
    """An agreed instalment is near, due or late, and confirmed recoveries have not met it; told once
    for each of these."""

    type = "collection.instalment-due.v1"

    stage: Literal["ahead", "due", "late"]
    due_on: date
    amount_fen: PositiveFen
    left_fen: PositiveFen = Field(description="What of it is not met.")
    on: date


class CollectionConcludedV1(_Collection):
    """Two persons have concluded the collection of a compensated loan."""

    type = "collection.concluded.v1"

    conclusion: Literal["recovered", "settled", "written_off"]
    reason: str
    concluded_on: date


register(
    (
        WarningRaisedV1,
        WarningConcludedV1,
        DisposalOpenedV1,
        DisposalSoldV1,
        DisposalClosingProposedV1,
        DisposalEndedV1,
        CollectionConclusionProposedV1,
        CollectionInstalmentDueV1,
        CollectionConcludedV1,
    )
)
