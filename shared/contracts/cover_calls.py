"""What `applications` says of calls for cover (补足担保)."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import register
from shared.money import NonNegativeFen


class CoverCallChangedV1(CaseEvent):
    """Cover was asked for, answered, cured by the figures, or has come to an end without."""

    type = "cover-call.changed.v1"

    call_id: UUID
    what: Literal[
        "asked", "answered", "accepted", "refused", "released", "overdue", "cured", "fell_short",
        "proposed", "sent_back", "concluded", "ended",
    ]  # fmt: skip
    on: date
    cover_by: date = Field(description="By when cover is asked for.")
    shortfall_fen: NonNegativeFen = Field(
        description="What was short at the last look; 0 where cured."
    )
    firm_calls: int = Field(
        0, ge=0, description="Loans of the firm at this bank with a call that are still short."
    )
    firm_shortfall_fen: NonNegativeFen = Field(0, description="What they are short of together.")
    measure: str = Field("", examples=["right_pledged"])
    outcome: str = Field("", examples=["escalated"])
    reason: str = ""


register((CoverCallChangedV1,))
