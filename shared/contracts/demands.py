"""What `applications` says of financing demands: offered, answered, matched, and what came of them.

Whom to call at the firm stands in no event: a bank that was offered a demand reads it there.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event, register
from shared.money import NonNegativeFen, PositiveFen


class DemandEvent(Event):
    """What every event of a demand says of it."""

    topic = "applications"

    demand_id: UUID
    number: str = Field(examples=["RZ-2026-000012"])
    bank_code: str = Field(description='The bank that is told; "" where it is the bureau\'s own.')
    firm_uscc: str
    firm_name: str
    amount_fen: PositiveFen

    @property
    def key(self) -> str:
        return str(self.demand_id)

    @property
    def subject(self) -> str:
        return self.number


class DemandOfferedV1(DemandEvent):
    """The bureau has offered a firm's demand to a bank."""

    type = "demand.offered.v1"

    term_months: int
    purpose: str
    park_code: str
    answer_by: date


class DemandAnsweredV1(DemandEvent):
    """A bank has taken a demand up, or declined it."""

    type = "demand.answered.v1"

    takes_up: bool
    reason: str = Field(description='Why it was declined; "" where it is taken up.')
    is_late: bool


class DemandMatchedV1(DemandEvent):
    """The bureau has given a demand to a bank that has taken it up."""

    type = "demand.matched.v1"


class DemandPutBackV1(DemandEvent):
    """The bureau has taken a demand back from the bank that it was given to."""

    type = "demand.put-back.v1"

    reason: str


class DemandUnansweredV1(DemandEvent):
    """The day for answers is over, and banks have not answered."""

    type = "demand.unanswered.v1"

    answer_by: date
    banks: tuple[str, ...]


class DemandOutcomeV1(DemandEvent):
    """What has become of a demand: a case, a loan, nothing; or that its case ended without a loan."""

    type = "demand.outcome.v1"

    outcome: Literal["became_case", "lent", "taken_back", "reopened", "ended"]
    case_number: str
    lent_fen: NonNegativeFen
    reason: str


register(
    (
        DemandOfferedV1,
        DemandAnsweredV1,
        DemandMatchedV1,
        DemandPutBackV1,
        DemandUnansweredV1,
        DemandOutcomeV1,
    )
)
