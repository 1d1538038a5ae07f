"""The rows of the bureau's desk, as ordinary reads see them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.applications.tables.columns import Row, moment


class StaffRow(Row, table=True):
    """Somebody of the bureau whom this service has seen."""

    __tablename__ = "staff"

    subject: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    last_seen_at: datetime = moment()


class AbsenceRow(Row, table=True):
    """Somebody is away for some days, and another stands in."""

    __tablename__ = "absences"

    id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text, foreign_key="staff.subject")
    delegate: str = Field(sa_type=Text, foreign_key="staff.subject")
    from_day: date
    to_day: date
    reason: str = Field(sa_type=Text)
    entered_by: str = Field(sa_type=Text)
    entered_name: str = Field(sa_type=Text)
    entered_at: datetime = moment()
    ended_on: date | None
    ended_by: str | None = Field(sa_type=Text)


class ConflictRow(Row, table=True):
    """Somebody may not decide on a case, or on whatever a firm files."""

    __tablename__ = "conflicts"

    id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text, foreign_key="staff.subject")
    application_id: UUID | None = Field(foreign_key="applications.id")
    borrower_uscc: str | None = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    declared_by: str = Field(sa_type=Text)
    declared_name: str = Field(sa_type=Text)
    declared_at: datetime = moment()
    lifted_by: str | None = Field(sa_type=Text)
    lifted_name: str | None = Field(sa_type=Text)
    lifted_at: datetime | None = moment()
    lifted_reason: str = Field(sa_type=Text)


class CasePriorityRow(Row, table=True):
    """That a manager has set how urgent a case is, and why."""

    __tablename__ = "case_priorities"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    priority: int
    reason: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = moment()


class CaseLookRow(Row, table=True):
    """That somebody of the bureau has looked at a case."""

    __tablename__ = "case_looks"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = moment()


class ConditionRow(Row, table=True):
    """What must be met before a loan is paid out."""

    __tablename__ = "conditions"

    application_id: UUID = Field(primary_key=True, foreign_key="applications.id")
    condition_no: int = Field(primary_key=True)
    bank_code: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    entered_by: str = Field(sa_type=Text)
    entered_name: str = Field(sa_type=Text)
    entered_at: datetime = moment()
    dropped_at: datetime | None = moment()
    answer: str = Field(sa_type=Text)
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    answered_by: str | None = Field(sa_type=Text)
    answered_name: str | None = Field(sa_type=Text)
    answered_at: datetime | None = moment()
    refused_reason: str = Field(sa_type=Text)
    confirmed_by: str | None = Field(sa_type=Text)
    confirmed_name: str | None = Field(sa_type=Text)
    confirmed_at: datetime | None = moment()


class OpinionTemplateRow(Row, table=True):
    """Words for an opinion that a manager keeps for a pool."""

    __tablename__ = "opinion_templates"

    id: UUID = Field(primary_key=True)
    pool_code: str = Field(sa_type=Text)
    step: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    changed_name: str = Field(sa_type=Text)
    changed_at: datetime = moment()
    removed_at: datetime | None = moment()


class CaseLetterRow(Row, table=True):
    """A note within the bureau, a letter to a case's bank, or the bank's answer to one."""

    __tablename__ = "case_letters"

    id: UUID = Field(primary_key=True)
    application_id: UUID = Field(foreign_key="applications.id")
    bank_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    answers: UUID | None = Field(foreign_key="case_letters.id")
    text: str = Field(sa_type=Text)
    mentions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    document_id: UUID | None = Field(foreign_key="stored_documents.id")
    due_on: date | None
    subject: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    at: datetime = moment()
