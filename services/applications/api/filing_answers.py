"""What the API answers of a loan that is filed after it was paid out, of what else secures one, and who pledges."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.money import MONEY_NAMES, Fen


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class RegisteredAnswer(_Answer):
    """The pledge's entry in its register as the bank has stated it."""

    registry: str
    registration_no: str
    registered_on: date


class PaidOutAnswer(_Answer):
    """A loan that is filed after it was paid out, as its bank states it."""

    loan_no: str
    contract_no: str
    signed_on: date
    disbursed_on: date
    matures_on: date
    outstanding_principal_fen: Fen
    as_of: date
    overdue_days: int
    risk_class: str
    attributes: dict[str, bool | str]


class OtherCollateralAnswer(_Answer):
    """What secures a loan beside its rights."""

    kind: str
    description: str
    amount_fen: Fen


class PledgorAnswer(_Answer):
    """Who pledges a right."""

    role: str
    name: str
    uscc: str | None
    id_masked: str | None
    share_bp: int | None
    consent: UUID | None


class RegistrationAnswer(_Answer):
    """A pledge as it stands in its register."""

    collateral_no: int
    registry: str
    registration_no: str
    registered_on: date
