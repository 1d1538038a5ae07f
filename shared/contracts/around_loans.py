"""What `applications` says of what stands beside a loan: policies, guarantees, co-investments, a renewal."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import Event, register
from shared.money import NonNegativeFen, PositiveFen


class EnhancementChangedV1(Event):
    """A policy or a guarantee was recorded, endorsed or ended; a policy may be of a firm alone."""

    topic = "applications"
    type = "enhancement.changed.v1"

    enhancement_id: UUID
    loan_id: UUID | None = Field(description="The case; none where a policy is a firm's.")
    number: str = Field("", description='The case number people use; "" without a case.')
    bank_code: str = Field(description='Whose it is; "" where the bureau recorded a firm\'s.')
    pool_code: str = ""
    borrower_uscc: str
    borrower_name: str
    form: Literal["policy", "guarantee"]
    kind: str = Field(examples=["loan_guarantee"])
    issuer_uscc: str
    issuer_name: str = Field(description="The insurer or the guarantor.")
    reference: str = Field(description="The policy's or the contract's number.")
    amount_fen: PositiveFen | None = None
    ratio_bp: int | None = Field(None, description="Of the principal, where no amount is stated.")
    begins_on: date
    ends_on: date
    what: Literal["recorded", "endorsed", "ended"]
    on: date
    reason: str

    @property
    def key(self) -> str:
        return str(self.loan_id or self.enhancement_id)

    @property
    def subject(self) -> str:
        return self.number or str(self.enhancement_id)


class PolicyStandsV1(Event):
    """A policy as it stands now, told whenever it is recorded, endorsed or ended; between services.

    It states where it stands, not the step, so that hearing it twice does nothing.
    """

    topic = "applications"
    type = "policy.stands.v1"

    policy_id: UUID
    loan_id: UUID | None = Field(description="The case; none where the policy is a firm's.")
    bank_code: str = Field(description='Whose it is; "" where the bureau recorded a firm\'s.')
    pool_code: str = ""
    borrower_uscc: str
    kind: str = Field(examples=["loan_guarantee"])
    insurer_name: str
    reference: str = Field(description="The policy's number.")
    insured_fen: NonNegativeFen = Field(description="0 where no amount is stated.")
    premium_fen: NonNegativeFen | None = Field(None, description="None: nobody has said.")
    begins_on: date
    ends_on: date
    ended_on: date | None = None

    @property
    def key(self) -> str:
        return str(self.policy_id)


class CoInvestmentChangedV1(CaseEvent):
    """A fund has committed beside a loan, has paid, or has taken its commitment back."""

    type = "co-investment.changed.v1"

    co_investment_id: UUID
    kind: Literal["equity", "convertible", "warrant"]
    investor_uscc: str
    investor_name: str
    amount_fen: PositiveFen
    what: Literal["committed", "paid", "withdrawn"]
    on: date
    reason: str


class LoanRenewedV1(CaseEvent):
    """The renewal of a loan was paid out while the loan is still out: it is to be reported repaid."""

    type = "loan.renewed.v1"

    renewed_by: UUID = Field(description="The case of the renewal.")
    renewed_by_number: str
    renewed_on: date = Field(description="When the renewal was paid out.")
    outstanding_principal_fen: NonNegativeFen = Field(
        description="What is out of the loan that is renewed."
    )
    report_repaid_by: date = Field(
        description="The day by which the report that shows it repaid is due. Until it is, no claim "
        "is taken for either."
    )


register((EnhancementChangedV1, PolicyStandsV1, CoInvestmentChangedV1, LoanRenewedV1))
