"""What a request says of a loan that is filed after it was paid out."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.applications.api.right_requests import Day
from services.applications.domain.paid_out import PaidOut, PaidOutSeen
from shared.http.requests import RequestBody, ShortText
from shared.http.stated_facts import StatedFacts
from shared.money import MONEY_NAMES, RequestFen
from shared.risk_classes import RiskClass


class PaidOutBody(RequestBody):
    """A loan that is out. Its amount, rate and tenor are those of the application."""

    model_config = ConfigDict(**MONEY_NAMES)

    loan_no: Annotated[ShortText, StringConstraints(max_length=64)] = Field(examples=["JJ-2026-18"])
    contract_no: Annotated[ShortText, StringConstraints(max_length=64)] = Field(
        examples=["HT-2026-18"]
    )
    signed_on: Day = Field(description="The day of the loan contract.")
    disbursed_on: Day
    matures_on: Day
    outstanding_principal_fen: RequestFen = Field(
        description="What is owed on `as_of`: so much enters, and no more."
    )
    as_of: Day = Field(description="The day on which the loan stands as it is stated here.")
    overdue_days: Annotated[int, Field(ge=0, le=20_000)]
    risk_class: RiskClass
    attributes: StatedFacts = Field(
        default_factory=dict,
        description="Facts as of the disbursement, where the mode asks for such.",
    )

    def as_paid_out(self) -> PaidOut:
        """The loan."""
        said = vars(self) | {"outstanding_fen": self.outstanding_principal_fen}
        return PaidOut(**{name: said[name] for name in PaidOut.__dataclass_fields__})


class PaidOutSeenBody(RequestBody):
    """What the reviewer has read in the loan contract and in the voucher of the disbursement."""

    model_config = ConfigDict(**MONEY_NAMES)

    signed_on: Day
    disbursed_on: Day
    amount_fen: RequestFen

    def as_seen(self) -> PaidOutSeen:
        """The days and the amount."""
        return PaidOutSeen(**vars(self))
