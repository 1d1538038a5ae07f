"""What is answered about disputes, as the reader of the API finds it."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.papers import PaperShown
from shared.http.progress import StepAnswer
from shared.money import Fen


class ItemFigures(BaseModel):
    """The open item: due + disputed + settled + taken off = amount."""

    amount: str
    taken_off: str = Field(description="By upheld disputes.")
    settled: str
    disputed: str = Field(description="Waits apart until it is decided.")
    due: str


class DisputeEntry(BaseModel):
    """One transfer that the decision books."""

    debit: str = Field(examples=["recoveries"])
    credit: str = Field(examples=["receivable:ICBC"])
    debit_zh: str = Field(examples=["追偿收入"])
    debit_en: str
    credit_zh: str
    credit_en: str
    amount: str
    step: Literal["taken-off", "new"] = Field(
        description="`taken-off` the month's item, or `new`: the next statement asks for it."
    )


class DisputeEffect(BaseModel):
    """What a decision books, and the item before and after it."""

    id: str
    upheld: str
    taken_off: str
    new: str
    due_again: str
    before: ItemFigures | None = Field(description="Nothing where the month left no item.")
    after: ItemFigures | None
    entries: list[DisputeEntry]


class LineDisputed(Money):
    """The line as the statement lists it."""

    seq: int
    reference: str
    kind: str
    zh: str = Field(examples=["追偿款返还"])
    en: str
    debit_zh: str
    debit_en: str
    credit_zh: str
    credit_en: str
    amount_fen: Fen
    day: date


class DisputeInList(Money):
    """A dispute in the list."""

    id: UUID
    number: str = Field(examples=["DL-Y-2026-0001"])
    pool_code: str
    month: str
    party_code: str
    party_name: str
    line_seq: int
    line_amount_fen: Fen
    right_fen: Fen
    difference_fen: Fen
    upheld_fen: Fen | None
    reason: str
    state: str
    state_zh: str
    state_en: str
    filed_at: datetime
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class DisputeAnswer(DisputeInList):
    """A dispute with its line, what is proposed, the trial while it is open, and what it did."""

    progress: list[StepAnswer]
    party_role: str
    item: str
    lowers_item: bool = Field(
        description="The difference waits apart from the item; else the item stays due as it is, and "
        "what is upheld is asked for by the next statement."
    )
    disputed_line: LineDisputed
    papers: list[PaperShown] = Field(
        description="Of before papers were stored only the names are known."
    )
    letter: str
    until: date = Field(description="The last day on which lines of the month could be disputed.")
    filed_name: str
    filed_by_bank: bool
    proposed_name: str | None
    uphold_fen: Fen | None
    proposal_reason: str | None
    decided_name: str | None
    decided_on: date | None
    taken_off_fen: Fen
    due_again_fen: Fen
    due_again_on: date | None
    booked_on: date | None
    trial: DisputeEffect | None
    effect: DisputeEffect | None
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None
    history: list[MoveAnswer]
