"""What events say of loans that are filed after they were paid out."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shared.money import MONEY_NAMES, PositiveFen


class LoanPaidOut(BaseModel):
    """A loan that was filed after it was paid out, as it stands."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    loan_no: str
    disbursed_on: date
    matures_on: date
    outstanding_principal_fen: PositiveFen = Field(
        description="What is owed on `as_of`: so much is covered, and never more."
    )
    as_of: date
    attributes: dict[str, bool | str] = Field(
        default_factory=dict, description="Facts of the loan as of its disbursement."
    )
