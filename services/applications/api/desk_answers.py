"""What the desk's routes are asked and answer."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.applications.api.right_requests import Day
from services.applications.domain.desk import Absence
from services.applications.domain.life_cycle import State
from services.applications.handlers.many_cases import Verdict
from shared.http.field_messages import NO_NUL
from shared.http.requests import LongText, RequestBody
from shared.identifiers import InvalidIdentifier, Uscc

Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=NO_NUL),
    Field(examples=["reviewer-he"]),
]
"""Somebody as their token names them; `GET /staff` lists those who were seen here."""


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class CasesBody(RequestBody):
    """Several cases at once."""

    cases: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    versions: dict[UUID, int] = Field(
        default_factory=dict,
        description="Case → the version that was seen: one that has moved on since is not moved.",
    )


class PutBackBody(CasesBody):
    """Cases that a manager puts back, and why."""

    reason: LongText = Field(examples=["经办人调离"])


class ReassignBody(PutBackBody):
    """Cases that a manager gives to somebody, and why."""

    person: Subject


class CaseVerdict(_Answer):
    """What became of one of several cases."""

    id: UUID
    number: str = ""
    moved: bool
    state: State | None = Field(default=None, description="Where it stands now, if it moved.")
    version: int | None = None
    due_on: date | None = None
    code: str = Field(default="", description="Why it did not move.", examples=["taken-by-another"])
    zh: str = ""
    en: str = ""


class CasesMoved(BaseModel):
    """What became of several cases, in the order asked. Those that were refused stay where they
    are; the others have moved."""

    moved: int
    refused: int
    verdicts: list[CaseVerdict]


def cases_moved(verdicts: list[Verdict]) -> CasesMoved:
    """The answer."""
    shown = [_verdict(one) for one in verdicts]
    moved = sum(one.moved for one in shown)
    return CasesMoved(moved=moved, refused=len(shown) - moved, verdicts=shown)


def _verdict(one: Verdict) -> CaseVerdict:
    if one.done is not None:
        return CaseVerdict(
            id=one.case_id, number=one.number, moved=True, state=State(one.done.state),
            version=one.done.version, due_on=one.done.due_on,
        )  # fmt: skip
    assert one.refusal is not None
    return CaseVerdict(
        id=one.case_id, number=one.number, moved=False, code=one.refusal.code, zh=one.refusal.zh,
        en=one.refusal.en,
    )  # fmt: skip


class PriorityBody(RequestBody):
    """How urgent a case is, and why."""

    priority: Literal[0, 1, 2] = Field(description="0 usual, 1 soon, 2 first of all.")
    reason: LongText = Field(examples=["企业续贷，原贷款本月到期"])


class PriorityAnswer(_Answer):
    """How urgent a case was said to be, by whom and why."""

    priority: int
    reason: str
    name: str
    at: datetime


class StaffAnswer(_Answer):
    """Somebody of the bureau who was seen here."""

    subject: str
    name: str
    roles: list[str]
    last_seen_at: datetime


class AbsenceBody(RequestBody):
    """Days on which somebody is away, the last included, and who stands in."""

    subject: Subject | None = Field(None, description="Yourself, where left out.")
    delegate: Subject
    from_day: Day
    to_day: Day
    reason: LongText = Field(examples=["年休假"])

    def as_absence(self, caller: str) -> Absence:
        """The absence."""
        return Absence(**{**vars(self), "subject": self.subject or caller})


class AbsenceAnswer(_Answer):
    """Days on which somebody is away, and who stands in."""

    id: UUID
    subject: str
    delegate: str
    from_day: date
    to_day: date
    reason: str
    entered_name: str
    ended_on: date | None = Field(None, description="The day of an earlier return.")


class ConflictBody(RequestBody):
    """Who keeps out, of one case or of all that a firm files, and why."""

    subject: Subject | None = Field(None, description="Yourself, where left out.")
    case: UUID | None = None
    borrower_uscc: Uscc | None = None
    reason: LongText = Field(examples=["配偶在该企业任职"])

    @model_validator(mode="after")
    def _names_one(self) -> "ConflictBody":
        if (self.case is None) == (self.borrower_uscc is None):
            raise InvalidIdentifier(
                "case-or-firm",
                "请填 case 或 borrower_uscc 之一",
                "Name a case or a firm: one of both.",
            )
        return self


class LiftBody(RequestBody):
    """Why a conflict of interest holds no longer."""

    reason: LongText


class ConflictAnswer(_Answer):
    """Who keeps out of what, why, and who said so."""

    id: UUID
    subject: str
    application_id: UUID | None
    borrower_uscc: str | None
    reason: str
    declared_name: str
    declared_at: datetime
    lifted_name: str | None
    lifted_at: datetime | None
    lifted_reason: str


class CaseLookAnswer(_Answer):
    """Somebody of the bureau looked at a case; looks within ten minutes are one."""

    subject: str
    name: str
    at: datetime
