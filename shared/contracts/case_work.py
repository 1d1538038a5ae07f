"""What `applications` says of the work on a case beside its way: who has it, conditions, letters."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.applications import CaseEvent
from shared.contracts.envelope import register


class ApplicationAssignedV1(CaseEvent):
    """A manager of the bureau has given a case to a reviewer. No bank's business."""

    type = "application.assigned.v1"

    assigned_to: str = Field(description="The reviewer, as their token names them.")
    assigned_name: str
    reason: str

    @property
    def institution(self) -> str:
        return ""


class ConditionChangedV1(CaseEvent):
    """A condition of an approval is said to be met, or is confirmed, or what was said was refused."""

    type = "application.condition-changed.v1"

    condition_no: int = Field(ge=1)
    condition: str
    standing: Literal["answered", "confirmed", "refused"]
    said: str = Field(description="By what it is met, or why that does not do.")


class LetterSentV1(CaseEvent):
    """The bureau has written to a case's bank."""

    type = "application.letter-sent.v1"

    letter_id: UUID
    text: str
    due_on: date | None = Field(description="By when the bank is to answer; none: it need not.")


class LetterAnsweredV1(CaseEvent):
    """A bank has answered a letter of the bureau's."""

    type = "application.letter-answered.v1"

    letter_id: UUID
    text: str
    written_by: str = Field(description="Who of the bureau wrote the letter.")
    is_late: bool = Field(description="After the day for the answer.")


register((ApplicationAssignedV1, ConditionChangedV1, LetterSentV1, LetterAnsweredV1))
