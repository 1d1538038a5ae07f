"""What is said of deadlines: set, near, passed and met, by the service that owns the case.

A deadline is a case's wait that has a last day. Both services say the same, each under a type of
its own, for a type belongs to one topic.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event, register


class _Deadline(Event):
    case_kind: str = Field(examples=["claim"], description="What waits; its life cycle, or a duty.")
    case_id: UUID
    noun_zh: str = Field(examples=["补偿申请"])
    noun_en: str
    number: str = Field(description="What people call the case; may be empty.")
    loan_id: UUID | None = Field(description="The loan it is about, where it is about one.")
    firm: str = Field(description="The firm or the party that it is about.")
    pool_code: str = Field(description="Empty where a case belongs to no pool.")
    bank_code: str = Field(description="The bank that is to act; empty where none is.")
    step: str = Field(examples=["first_review"])
    what_zh: str = Field(description="What is waited for.")
    what_en: str
    roles: tuple[str, ...] = Field(description="Whoever has one of these is to act.")
    person: str = Field(description="Who of them has it in hand; empty: any of them.")
    due_on: date = Field(description="The last day.")
    rule: str = Field(description="What sets the day: a step of the programme, or the usual time.")
    page: str = Field(description="Where it is done, as a path of the console.")

    @property
    def key(self) -> str:
        return str(self.loan_id) if self.loan_id else self.pool_code or str(self.case_id)

    @property
    def subject(self) -> str:
        return self.number or self.key


class _Set(_Deadline):
    was_due_on: date | None = Field(description="The last day before, where it was moved.")


class _Reminder(_Deadline):
    level: int = Field(ge=1, description="How urgent: 1 and 2 before the day, 3 to 5 after it.")
    working_days: int = Field(ge=0, description="Left to the day, or gone since.")
    people: tuple[str, ...] = Field(description="Who of the bureau is reminded by name.")
    to_roles: tuple[str, ...] = Field(description="Which roles of the bureau are reminded.")


class _Met(_Deadline):
    outcome: Literal["met", "stopped"] = Field(
        description="Done by whom it waited for, or no longer waited for."
    )
    ended_on: date
    is_late: bool = Field(description="After the last day.")


class CaseDeadlineSetV1(_Set):
    """A case of applications waits until a day, or until another day than before."""

    topic = "applications"
    type = "case-deadline.set.v1"


class CaseDeadlineApproachingV1(_Reminder):
    """The last day is near and nothing has been done."""

    topic = "applications"
    type = "case-deadline.approaching.v1"


class CaseDeadlinePassedV1(_Reminder):
    """The last day is over and nothing has been done; later again, to those above."""

    topic = "applications"
    type = "case-deadline.passed.v1"


class CaseDeadlineMetV1(_Met):
    """What was waited for is done, or no longer waited for."""

    topic = "applications"
    type = "case-deadline.met.v1"


class PoolDeadlineSetV1(_Set):
    """A case of the pool waits until a day, or until another day than before."""

    topic = "risk_pool"
    type = "pool-deadline.set.v1"


class PoolDeadlineApproachingV1(_Reminder):
    """The last day is near and nothing has been done."""

    topic = "risk_pool"
    type = "pool-deadline.approaching.v1"


class PoolDeadlinePassedV1(_Reminder):
    """The last day is over and nothing has been done; later again, to those above."""

    topic = "risk_pool"
    type = "pool-deadline.passed.v1"


class PoolDeadlineMetV1(_Met):
    """What was waited for is done, or no longer waited for."""

    topic = "risk_pool"
    type = "pool-deadline.met.v1"


register(
    (
        CaseDeadlineSetV1, CaseDeadlineApproachingV1, CaseDeadlinePassedV1, CaseDeadlineMetV1,
        PoolDeadlineSetV1, PoolDeadlineApproachingV1, PoolDeadlinePassedV1, PoolDeadlineMetV1,
    )
)  # fmt: skip
