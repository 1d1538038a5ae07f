"""What `risk_pool` says while a pool is taken over from a county's own books."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfLoan, OfPool
from shared.money import MONEY_NAMES, PositiveFen
from shared.risk_classes import RiskClass


class TakenRight(BaseModel):
    """A right that stands pledged for a loan, with its entry in the register."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    kind: str
    number: str = Field(description="In the register's normal form.")
    number_as_given: str
    nice_class: int = Field(description="1 to 45 for a trademark, 0 for everything else.")
    name: str
    owner_name: str
    filed_on: date
    expires_on: date
    registration_no: str
    registered_on: date


class _OfOpening(OfPool):
    opening_id: UUID
    loan_id: UUID
    bank_code: str
    loan_no: str


class OpeningLoanProposedV1(_OfOpening):
    """A pool is to be taken over with this loan, if nothing speaks against it."""

    type = "opening.loan-proposed.v1"

    programme: str
    scheme_version: str
    mode: str
    parties: dict[str, str]
    borrower_uscc: str
    borrower_name: str
    borrower_registered_on: date
    borrower_is_sme: bool
    amount_fen: PositiveFen
    outstanding_principal_fen: PositiveFen
    ip_share_bp: int = Field(ge=1, le=10_000)
    ip_amount_fen: PositiveFen | None = None
    tenor_months: int = Field(ge=1)
    annual_rate_bp: int = Field(ge=0)
    approved_on: date
    disbursed_on: date
    matures_on: date
    purpose: str
    repayment: str
    has_other_collateral: bool
    is_first_loan: bool
    is_multi_ip_type: bool
    overdue_days: int = Field(ge=0)
    risk_class: RiskClass
    attributes: dict[str, bool | str]
    attributes_at_disbursement: dict[str, bool | str]
    rights: tuple[TakenRight, ...]


class OpeningLoanDroppedV1(_OfOpening):
    """A loan that was proposed is not taken over after all; what was held for it is free."""

    type = "opening.loan-dropped.v1"

    reason: str


class CoverageTakenOverV1(OfLoan):
    """A loan is in cover since before the pool was kept here: it was taken over with it."""

    type = "coverage.taken-over.v1"

    opening_id: UUID
    loan_no: str
    amount_fen: PositiveFen = Field(description="The covered principal.")
    taken_over_on: date = Field(description="The pool's first day here.")


register((OpeningLoanProposedV1, OpeningLoanDroppedV1, CoverageTakenOverV1))
