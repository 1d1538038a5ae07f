"""What is said of calls for cover over HTTP, and what is answered."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.applications.api.right_requests import Day, RightNamed
from services.applications.api.valuations import CoverAnswer
from services.applications.domain.cover_call import Action, Measure, MeasureTaken, Outcome, State
from shared.http.field_messages import ONE_LINE
from shared.http.named_papers import NamedPaper
from shared.http.requests import LongText, RequestBody, ShortText
from shared.money import MONEY_NAMES, Fen, RequestFen
from shared.papers import PaperNamed

MOST_PAPERS = 20


class _Body(RequestBody):
    model_config = ConfigDict(**MONEY_NAMES)


class AskBody(_Body):
    """By when a loan is to be covered again, and why."""

    cover_by: Day = Field(examples=["2199-12-31"])
    reason: LongText = Field(examples=["重新评估后质押价值不足"])


class RightPledged(RightNamed):
    """The right that is pledged additionally; the register of rights has it."""

    name: Annotated[str, StringConstraints(max_length=200, pattern=ONE_LINE)] = ""


class MeasureBody(_Body):
    """What you have done about it, with the papers that show it: a right pledged additionally, part
    repaid, other collateral, or a new valuation (entered with the right)."""

    measure: Measure
    taken_on: Day
    note: LongText = Field(examples=["追加质押专利并已登记"])
    amount_fen: RequestFen | None = Field(
        None, description="Repaid, or what the other collateral is worth."
    )
    right: RightPledged | None = None
    registration_no: ShortText | None = Field(None, description="Of the additional pledge.")
    papers: Annotated[list[NamedPaper], Field(max_length=MOST_PAPERS)] = Field(
        default_factory=list, description="Stored papers of yours that show it; one at least."
    )

    def as_taken(self) -> MeasureTaken:
        """The value that travels on."""
        return MeasureTaken(
            kind=self.measure,
            taken_on=self.taken_on,
            note=self.note,
            amount_fen=self.amount_fen,
            right=self.right.as_asked().key if self.right else None,
            right_name=self.right.name if self.right else "",
            registration_no=self.registration_no or "",
        )

    def named_papers(self) -> list[PaperNamed]:
        """The papers as they are asked for."""
        return [one.named(("papers", n)) for n, one in enumerate(self.papers)]


class JudgeBody(_Body):
    """Whether a measure counts; other collateral with the value that it counts for."""

    accepted: bool
    counted_fen: RequestFen | None = None
    opinion: LongText = Field(examples=["登记证明与评估报告齐备"])


class ReleaseBody(_Body):
    """Since when an accepted measure counts no more, and why."""

    on: Day
    reason: LongText


class ProposeBody(_Body):
    """What is to become of a call that nothing cures: handed on as a risk (`escalated`), the loan
    called in, or what is short left open."""

    outcome: Outcome
    reason: LongText


class ReasonBody(_Body):
    """Why."""

    reason: LongText


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES)


class AskedRight(_Answer):
    """What a right carried on the day on which cover was asked for."""

    right_id: UUID
    kind: str
    number: str
    name: str
    value_fen: Fen | None
    valued_on: date | None
    valid_until: date | None
    appraiser: str | None
    pledge_rate_bp: int | None
    carried_fen: Fen


class AskedOf(_Answer):
    """The figures on the day on which cover was asked for."""

    ip_part_fen: Fen
    carried_fen: Fen
    shortfall_fen: Fen
    other_fen: Fen
    rights: list[AskedRight]


class MeasureAnswer(_Answer):
    """What a bank has done, and whether it counts."""

    id: UUID
    measure: Measure
    taken_on: date
    note: str
    amount_fen: Fen | None
    right_id: UUID | None
    right_kind: str | None
    right_number: str | None
    right_name: str
    registration_no: str
    document_ids: list[UUID]
    said_name: str
    said_at: datetime
    is_to_judge: bool = Field(description="The bureau has not said yet whether it counts.")
    is_accepted: bool | None
    counted_fen: Fen | None
    opinion: str
    judged_name: str | None
    judged_at: datetime | None
    released_on: date | None
    released_reason: str
    released_name: str | None


class CallSummary(_Answer):
    """A call for cover, and where it stands."""

    id: UUID
    case_id: UUID
    case_number: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    asked_on: date = Field(description="Where it fell short again: that day.")
    asked_name: str
    cover_by: date
    is_overdue: bool
    reason: str
    shortfall_fen: Fen = Field(description="At the last look.")
    times: int = Field(description="How often cover was missing on this call.")
    state: State
    state_zh: str
    state_en: str
    version: int
    cured_on: date | None
    outcome: Outcome | None
    outcome_reason: str
    proposed_name: str | None
    concluded_name: str | None
    concluded_on: date | None
    pending_actions: list[Action]


class CallMove(_Answer):
    """What happened to a call; `shortfall`: what was short by the figures of the move."""

    action: Action
    source: State | None
    target: State
    role: str
    name: str
    reason: str
    detail: dict[str, Any]
    shortfall_fen: Fen | None
    at: datetime


class CallAnswer(CallSummary):
    """The same with the figures then and now, the measures, and its history."""

    asked_of: AskedOf
    firm_calls: int = Field(
        description="Loans of the firm at this bank with a call that are still short, this one too."
    )
    firm_shortfall_fen: Fen = Field(description="What they are short of together.")
    now: CoverAnswer | None = Field(description="None where the loan is out no longer.")
    measures: list[MeasureAnswer]
    history: list[CallMove]
