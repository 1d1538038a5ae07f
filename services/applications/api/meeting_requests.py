"""Joint meetings: what a request may say, and what is answered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.applications.api.desk_answers import Subject
from services.applications.api.requests import Code, WrittenBody
from services.applications.api.right_requests import Day
from services.applications.domain.meeting import (
    MOST_CASES,
    MOST_MEMBERS,
    Action,
    Meeting,
    Outcome,
    Part,
    Seat,
    State,
    Voice,
)
from services.applications.domain.meeting_change import MeetingField
from services.applications.queries.meetings import WholeMeeting
from shared.http.requests import LongText, RequestBody, ShortText
from shared.identifiers import InvalidIdentifier
from shared.life_cycle import Person
from shared.money import MONEY_NAMES, Fen
from shared.papers import PaperNamed


class SeatBody(RequestBody):
    """Somebody who is called, and as what."""

    subject: Subject
    part: Part = Field("member", description="A secretary writes, and does not vote.")


class _Called(RequestBody):
    held_on: Day
    place: ShortText = Field(examples=["区市场监管局三楼会议室"])
    quorum: Annotated[int, Field(ge=1, le=MOST_MEMBERS)] = Field(
        description="The least votes by which anything is resolved of a case."
    )
    members: Annotated[list[SeatBody], Field(min_length=1, max_length=MOST_MEMBERS)]
    cases: Annotated[list[UUID], Field(min_length=1, max_length=MOST_CASES)] = Field(
        description="The cases on the agenda, in their order."
    )

    def of_pool(self, pool_code: str) -> Meeting:
        """The meeting."""
        return Meeting(
            pool_code=pool_code,
            held_on=self.held_on,
            place=self.place,
            quorum=self.quorum,
            cases=tuple(self.cases),
            seats=tuple(Seat(subject=one.subject, part=one.part) for one in self.members),
        )


class MeetingBody(_Called):
    """A meeting to be called."""

    pool_code: Code

    def as_meeting(self) -> Meeting:
        """The meeting."""
        return self.of_pool(self.pool_code)


class MeetingChangeBody(_Called):
    """A called meeting as it is from now on, and why."""

    reason: LongText = Field(examples=["分管领导当日出差，改期"])


class VoteBody(RequestBody):
    """Your vote on a case of the agenda, and why."""

    case: UUID
    vote: Voice
    reason: LongText = Field(examples=["技术路线清楚，订单可核"])


class MinutesBody(WrittenBody):
    """The minutes, a stored paper, with what they say in short."""

    @model_validator(mode="after")
    def _names_a_paper(self) -> "MinutesBody":
        if self.document is None and not self.sha256:
            raise InvalidIdentifier(
                "paper-needed", "请填 document 或 sha256", "Name the stored paper."
            )
        return self

    def minutes(self) -> PaperNamed:
        """The paper."""
        named = self.paper()
        assert named is not None
        return named


class _Answer(BaseModel):
    model_config = MONEY_NAMES


class MeetingSummary(_Answer):
    """A meeting in a list."""

    id: UUID
    pool_code: str
    held_on: date
    place: str
    state: State
    version: int
    due_on: date | None
    convened_name: str


class SeatAnswer(_Answer):
    """Who is called."""

    subject: str
    name: str
    part: Part


class VoteAnswer(_Answer):
    """A vote. It does not count where its member keeps out of the case."""

    subject: str
    name: str
    vote: Voice
    reason: str
    at: datetime
    counts: bool


class AgendaAnswer(_Answer):
    """A case of the agenda, its votes, and what was resolved."""

    application_id: UUID
    number: str
    borrower_name: str
    bank_code: str
    amount_fen: Fen = Field(description="Of which amount the meeting speaks.")
    revision: int
    outcome: Outcome | None = Field(description="None before the meeting is concluded.")
    in_favour: int | None
    against: int | None
    abstained: int | None
    votes: list[VoteAnswer]
    keep_out: list[str] = Field(description="Members with a conflict of interest in the case.")


class MeetingChangeAnswer(_Answer):
    """A field that was changed, as people read it; empty for none."""

    field: MeetingField
    before: str
    after: str


class MeetingMoveAnswer(_Answer):
    """One step of a meeting: who, when, why, and what was changed."""

    version: int
    at: datetime
    name: str
    action: Action
    reason: str
    changed: list[MeetingChangeAnswer]


class MeetingAnswer(MeetingSummary):
    """A meeting with everything that belongs to it."""

    quorum: int
    minutes_document: UUID | None
    minutes_text: str
    minutes_name: str | None
    proposed_name: str | None
    concluded_name: str | None
    members: list[SeatAnswer]
    agenda: list[AgendaAnswer]
    history: list[MeetingMoveAnswer]
    pending_actions: list[Action]


class MeetingMoved(_Answer):
    """Where a meeting stands after a step."""

    id: UUID
    state: State
    version: int
    due_on: date | None


def meeting_answer(found: WholeMeeting, caller: Person, open_to: list[Any]) -> MeetingAnswer:
    """A meeting as it is shown."""
    row = dict(found.meeting)
    return MeetingAnswer(
        **{name: row[name] for name in MeetingSummary.model_fields},
        quorum=row["quorum"],
        minutes_document=row["minutes_id"],
        minutes_text=row["minutes_text"],
        minutes_name=row["minutes_name"],
        proposed_name=row["proposed_name"],
        concluded_name=row["concluded_name"],
        members=[SeatAnswer(**dict(one)) for one in found.members],
        agenda=[_on_agenda(found, dict(one)) for one in found.agenda],
        history=[
            MeetingMoveAnswer(**dict(one), changed=one["detail"].get("changed", []))
            for one in found.history
        ],
        pending_actions=open_to,
    )


def _on_agenda(found: WholeMeeting, case: Mapping[str, Any]) -> AgendaAnswer:
    of_case = case["application_id"]
    return AgendaAnswer(
        **{name: case[name] for name in case.keys() & AgendaAnswer.model_fields.keys()},
        votes=[
            VoteAnswer(
                subject=one["subject"], name=one["name"], vote=one["voice"], reason=one["reason"],
                at=one["at"], counts=one["counts"],
            )
            for one in found.votes
            if one["application_id"] == of_case
        ],
        keep_out=[one["subject"] for one in found.conflicts if one["application_id"] == of_case],
    )  # fmt: skip
