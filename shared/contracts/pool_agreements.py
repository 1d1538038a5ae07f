"""What `risk_pool` says of agreements with the parties of a pool, of top-ups, and of a pool's end."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfPool
from shared.money import MONEY_NAMES, Fen, NonNegativeFen


class AgreementInForceV1(OfPool):
    """Two persons have put a version of an agreement in force; it replaces the one before."""

    type = "agreement.in_force.v1"

    agreement_id: UUID
    number: str = Field(examples=["DL-H-2026-0001"])
    bank_code: str = Field("", description="The party, where it is a bank.")
    party_code: str
    party_role: str
    party_name: str
    edition: int = Field(ge=1, description="1 for the party's first agreement in this pool.")
    reference: str = Field(description="Of the paper that both sides have signed.")
    valid_from: date
    valid_to: date | None = Field(None, description="None: until it is replaced.")
    line_fen: NonNegativeFen | None = None
    minimum_lending_fen: NonNegativeFen | None = None
    minimum_per: str = Field("year", description="`year`, or `term`: over all of its days.")
    on: date


class TopUpPart(BaseModel):
    """What a call asks of one contributor."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party_code: str
    party_name: str
    amount_fen: NonNegativeFen


class TopUpCalledV1(OfPool):
    """Two persons call contributors to bring the pool back to what was agreed."""

    type = "top-up.called.v1"

    call_id: UUID
    number: str = Field(examples=["DL-B-2026-0001"])
    amount_fen: NonNegativeFen
    pay_by: date
    line_fen: NonNegativeFen
    available_fen: Fen
    parts: tuple[TopUpPart, ...]
    reason: str
    on: date


class PoolRunOffV1(OfPool):
    """Two persons run the pool off: it takes nothing new from a day on; what is covered stays so."""

    type = "pool.run-off.v1"

    run_off_id: UUID
    on: date = Field(description="The first day without new cover.")
    reason: str
    keeps_reserved: bool = Field(
        description="Whether capacity held for approved loans stays until paid out or run out."
    )


class PaidOut(BaseModel):
    """What one contributor was given back."""

    model_config = ConfigDict(**MONEY_NAMES, frozen=True, extra="ignore")

    party_code: str
    amount_fen: NonNegativeFen


class PoolClosedV1(OfPool):
    """Everybody is paid; the pool is closed."""

    type = "pool.closed.v1"

    run_off_id: UUID
    on: date = Field(description="When its run-off began.")
    reason: str
    closed_on: date
    distributed: tuple[PaidOut, ...]


register((AgreementInForceV1, TopUpCalledV1, PoolRunOffV1, PoolClosedV1))
