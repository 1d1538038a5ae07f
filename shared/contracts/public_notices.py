"""What `risk_pool` says of public notices: one event for each bank with cases on the list, and of
objections one for each bank whose cases they are against. Never what was written, nor by whom."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.envelope import register
from shared.contracts.of_pool import OfPool


class CaseOnNotice(BaseModel):
    """A case of the bank on the list, by its place there."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    place: int = Field(ge=1)
    case_kind: Literal["claim", "subsidy"]
    case_id: UUID
    case_number: str
    loan_id: UUID
    loan_number: str
    borrower_name: str
    outcome: str = Field(
        "", description="At the end: favourable, unfavourable, or lapsed where it had moved on."
    )


class _Notice(OfPool):
    notice_id: UUID
    notice_number: str = Field(examples=["DL-G-2026-0001"])
    bank_code: str
    title: str
    cases: tuple[CaseOnNotice, ...]
    opens_on: date
    last_day: date

    @property
    def subject(self) -> str:
        return self.notice_number


class PublicNoticePublishedV1(_Notice):
    """Cases of a bank can be read by everybody from today on, and objected to."""

    type = "public-notice.published.v1"

    corrects: str = Field("", description="The number of the notice in whose place it stands.")


class PublicNoticeEndedV1(_Notice):
    """The days of a notice are over and every objection is decided."""

    type = "public-notice.ended.v1"

    ended_on: date
    objections: int = Field(ge=0)
    upheld: int = Field(ge=0)


class PublicNoticeWithdrawnV1(_Notice):
    """A notice that was published is withdrawn; its cases need another one."""

    type = "public-notice.withdrawn.v1"

    reason: str
    withdrawn_on: date


class _Objection(OfPool):
    objection_id: UUID
    objection_number: str = Field(examples=["DL-V-2026-0001"])
    notice_id: UUID
    notice_number: str
    bank_code: str
    cases: tuple[CaseOnNotice, ...] = Field(description="The bank's cases that it is against.")
    filed_on: date

    @property
    def subject(self) -> str:
        return self.objection_number


class ObjectionFiledV1(_Objection):
    """Somebody objects to cases on public notice."""

    type = "objection.filed.v1"

    due_on: date = Field(description="By when it is to be decided.")


class ObjectionDecidedV1(_Objection):
    """An objection was decided by two persons."""

    type = "objection.decided.v1"

    verdict: Literal["upheld", "not_upheld"]
    decided_on: date


register(
    (
        PublicNoticePublishedV1, PublicNoticeEndedV1, PublicNoticeWithdrawnV1,
        ObjectionFiledV1, ObjectionDecidedV1,
    )
)  # fmt: skip
