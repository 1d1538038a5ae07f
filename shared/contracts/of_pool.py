"""What the events of a pool and of its loans have in common."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import Event
from shared.money import MONEY_NAMES, NonNegativeFen


class Share(BaseModel):
    """What one party bears or gets, to the fen."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party: str = Field(examples=["pool"], description="The role in the scheme.")
    party_code: str = Field(examples=["dongli", "ICBC-TJ"])
    amount_fen: NonNegativeFen


class OfPool(Event):
    topic = "risk_pool"

    pool_code: str


class OfMonth(OfPool):
    settlement_id: UUID
    month: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")


class OfLoan(OfPool):
    loan_id: UUID
    number: str
    bank_code: str
    borrower_name: str = ""

    @property
    def subject(self) -> str:
        return self.number
