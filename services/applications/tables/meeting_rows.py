"""The rows of joint meetings, as ordinary reads see them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field

from services.applications.tables.columns import Row, moment


class MeetingRow(Row, table=True):
    """A joint meeting on cases of a pool."""

    __tablename__ = "meetings"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_type=Text, foreign_key="pools.code")
    held_on: date
    place: str = Field(sa_type=Text)
    quorum: int
    state: str = Field(sa_type=Text)
    version: int
    state_since: datetime = moment()
    due_on: date | None
    convened_by: str = Field(sa_type=Text)
    convened_name: str = Field(sa_type=Text)
    minutes_id: UUID | None = Field(foreign_key="stored_documents.id")
    minutes_text: str = Field(sa_type=Text)
    minutes_name: str | None = Field(sa_type=Text)
    minutes_at: datetime | None = moment()
    proposed_by: str | None = Field(sa_type=Text)
    proposed_name: str | None = Field(sa_type=Text)
    concluded_by: str | None = Field(sa_type=Text)
    concluded_name: str | None = Field(sa_type=Text)


class MeetingMemberRow(Row, table=True):
    """Somebody who is called to a meeting."""

    __tablename__ = "meeting_members"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    subject: str = Field(primary_key=True, sa_type=Text, foreign_key="staff.subject")
    name: str = Field(sa_type=Text)
    part: str = Field(sa_type=Text)


class MeetingCaseRow(Row, table=True):
    """A case on the agenda of a meeting, and what was resolved of it."""

    __tablename__ = "meeting_cases"

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    case_no: int
    revision: int
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    in_favour: int | None
    against: int | None
    abstained: int | None
    outcome: str | None = Field(sa_type=Text)


class MeetingVoteRow(Row, table=True):
    """A member's vote on a case."""

    __tablename__ = "meeting_votes"

    meeting_id: UUID = Field(primary_key=True)
    application_id: UUID = Field(primary_key=True)
    subject: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    voice: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    at: datetime = moment()
