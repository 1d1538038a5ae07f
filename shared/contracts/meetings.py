"""What `applications` says of the levels of approval: further signatures and joint meetings.

No bank's business: a bank hears that its case is approved, refused or returned.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import Event, register
from shared.money import PositiveFen


class ApplicationToCountersignV1(CaseEvent):
    """An approver has approved a case of an amount that needs a further signature."""

    type = "application.to-countersign.v1"

    role: str = Field(description="Whose signature the level of the amount asks for.")
    amount_fen: PositiveFen
    approved_name: str = Field(description="Who has approved it.")

    @property
    def institution(self) -> str:
        return ""


class SignatureRefusedV1(CaseEvent):
    """Who was to sign an approval has refused; the case is reviewed again."""

    type = "application.signature-refused.v1"

    reason: str
    assigned_to: str = Field(description='Who reviews it; "" for nobody.')

    @property
    def institution(self) -> str:
        return ""


class MeetingEvent(Event):
    """What every event of a joint meeting says of it."""

    topic = "applications"

    meeting_id: UUID
    pool_code: str
    held_on: date

    @property
    def subject(self) -> str:
        return f"{self.pool_code} {self.held_on}"


class MeetingConvenedV1(MeetingEvent):
    """A joint meeting on cases is called."""

    type = "meeting.convened.v1"

    place: str
    cases: tuple[str, ...] = Field(description="The numbers of the cases on its agenda.")
    members: tuple[str, ...] = Field(description="The names of who is called.")
    called: tuple[str, ...] = Field((), description="The same people, as their tokens name them.")


class MeetingChange(BaseModel):
    """One field of a meeting that was changed, as people read it; empty for none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    field: Literal["held_on", "place", "quorum", "chair", "secretary", "members", "cases"]
    before: str
    after: str


class MeetingChangedV1(MeetingEvent):
    """A joint meeting that is called takes place otherwise: `held_on` is its day from now on."""

    type = "meeting.changed.v1"

    place: str
    cases: tuple[str, ...] = Field(description="The numbers of the cases on its agenda now.")
    members: tuple[str, ...] = Field(description="The names of who is called now.")
    told: tuple[str, ...] = Field(
        description="Who is called now or was before, as their tokens name them."
    )
    changed: tuple[MeetingChange, ...]
    reason: str


class MeetingToConfirmV1(MeetingEvent):
    """A conclusion of a meeting is proposed; a second person is to confirm it."""

    type = "meeting.to-confirm.v1"


class CaseResolved(BaseModel):
    """What a meeting has resolved of a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    loan_id: UUID
    number: str
    outcome: Literal["carried", "not_carried", "no_quorum"]
    in_favour: int
    against: int
    abstained: int


class MeetingConcludedV1(MeetingEvent):
    """A joint meeting is concluded: what it has resolved of each case holds."""

    type = "meeting.concluded.v1"

    resolved: tuple[CaseResolved, ...]


class MeetingCalledOffV1(MeetingEvent):
    """A joint meeting does not take place."""

    type = "meeting.called-off.v1"

    reason: str
    called: tuple[str, ...] = Field((), description="Who was called, as their tokens name them.")


register(
    (
        ApplicationToCountersignV1,
        SignatureRefusedV1,
        MeetingConvenedV1,
        MeetingChangedV1,
        MeetingToConfirmV1,
        MeetingConcludedV1,
        MeetingCalledOffV1,
    )
)
