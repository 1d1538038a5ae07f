"""What `applications` says of the bureau's desk to its people by name; no bank hears of it."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import Event, register


class AbsenceChangedV1(Event):
    """Somebody of the bureau is away for some days and another stands in, or is back early."""

    topic = "applications"
    type = "absence.changed.v1"

    absence_id: UUID
    what: Literal["entered", "ended"]
    person: str = Field(description="Who is away, as their token names them.")
    person_name: str
    delegate: str = Field(description="Who stands in, as their token names them.")
    delegate_name: str
    from_day: date
    to_day: date = Field(
        description="The last day away; before the first one where it did not come to it."
    )
    reason: str

    @property
    def key(self) -> str:
        return str(self.absence_id)

    @property
    def subject(self) -> str:
        return self.person_name or self.person

    @property
    def institution(self) -> str:
        return ""


class NoteMentionsV1(CaseEvent):
    """A note within the bureau names people who are to read it."""

    type = "note.mentions.v1"

    note_id: UUID
    text: str
    written_by: str = Field(description="The name of who has written it.")
    mentions: tuple[str, ...] = Field(description="The subjects of who is named.")

    @property
    def institution(self) -> str:
        return ""


register((AbsenceChangedV1, NoteMentionsV1))
