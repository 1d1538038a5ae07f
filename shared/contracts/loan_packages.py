"""What `risk_pool` says of loan packages for securitisation."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfPool
from shared.money import PositiveFen


class LoanPackageChangedV1(OfPool):
    """Loans of a pool were frozen as a package, or it was approved, has ended or was dissolved."""

    type = "loan-package.changed.v1"

    package_id: UUID
    package_number: str = Field(examples=["DL-L-2026-0001"])
    bank_code: str = Field(description='Whose loans these are; "" where it is the bureau\'s own.')
    name: str
    loans: int = Field(ge=1)
    firms: int = Field(ge=1)
    balance_fen: PositiveFen
    frozen_on: date
    what: Literal["frozen", "approved", "ended", "dissolved"]
    on: date
    reason: str

    @property
    def subject(self) -> str:
        return self.package_number


register((LoanPackageChangedV1,))
