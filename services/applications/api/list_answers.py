"""The register of listed firms as it is answered."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.applications.domain.credit_repair import LIFE_CYCLE, Action, Ground, State
from services.applications.domain.listed_firms import ListName, Verdict, Why
from shared.auth.identity import Identity, requires
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, Fen

Lister = Annotated[Identity, Depends(requires("reviewer", "approver", "pool_manager"))]
"""Who brings lists in and says whose a name is."""
ListReader = Annotated[
    Identity, Depends(requires("reviewer", "approver", "pool_manager", "auditor"))
]
OfList = Annotated[ListName | None, Query(alias="list", description="One of `GET /credit-lists`.")]


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class CreditListAnswer(_Answer):
    """A list that a scheme may name, and what the register holds of it."""

    name: str = Field(examples=["judgment_defaulter"])
    zh: str
    en: str
    edition: date | None = Field(
        description="The day of the newest whole list; null where the register cannot say that a "
        "firm is not on it."
    )
    standing: int | None = Field(description="Entries that stand.")
    ended: int | None


class EntrySummary(_Answer):
    """An entry of the register."""

    id: UUID
    list_name: ListName
    list_date: date = Field(description="Of the list that brought it in.")
    source: str
    uscc: str | None
    name: str
    legal_representative: str
    listed_on: date
    authority: str
    reference: str
    reason: str
    ended_on: date | None
    why_ended: Why | None
    ended_by_name: str | None


class MatchAnswer(_Answer):
    """A firm of some case that an entry is, or may be, of; your bank's cases only."""

    entry_id: UUID
    list_name: ListName
    list_date: date
    source: str
    listed_on: date
    ended_on: date | None
    why_ended: Why | None
    name: str
    legal_representative: str
    by: Literal["uscc", "name"]
    borrower_uscc: str
    borrower_name: str
    banks: list[str]
    cases: int
    live_loans: int
    outstanding_fen: Fen
    verdict: Verdict | None = Field(description="Of a match by name; null: nobody has said yet.")
    reason: str | None = Field(description="Why.")
    said_by_name: str | None
    said_at: datetime | None


def match_answer(row: Row) -> MatchAnswer:
    """A match."""
    names = MatchAnswer.model_fields.keys() - {"by"}
    return MatchAnswer(
        **{name: row[name] for name in names}, by="uscc" if row["uscc"] is not None else "name"
    )


class SaidOfMatch(_Answer):
    """What was once said of a possible match."""

    borrower_uscc: str
    verdict: Verdict
    reason: str
    said_by_name: str
    said_at: datetime


class RepairSummary(_Answer):
    """A credit repair."""

    id: UUID
    entry_id: UUID
    list_name: ListName
    name: str
    listed_on: date
    bank_code: str = Field(description='Who has asked: a bank, or "*" for the bureau.')
    borrower_uscc: str
    borrower_name: str
    ground: Ground
    reason: str
    document_id: UUID
    state: State
    version: int
    due_on: date | None
    decided_on: date | None
    pending_actions: list[Action]


class RepairMove(_Answer):
    """What happened to a repair, when, by whom."""

    action: Action
    target: State
    reason: str
    name: str
    role: str
    at: datetime


class RepairAnswer(RepairSummary):
    """The same with its history."""

    history: list[RepairMove]


def repair_summary(row: Row, caller: Identity) -> RepairSummary:
    """A repair, with what the caller may do."""
    names = RepairSummary.model_fields.keys() - {"pending_actions"}
    return RepairSummary(
        **{name: row[name] for name in names},
        pending_actions=[Action(one) for one in LIFE_CYCLE.open_to(row, caller)],
    )


class EntryAnswer(EntrySummary):
    """An entry with the firms it is, or may be, of; what was said of these; its credit repairs."""

    matches: list[MatchAnswer]
    said: list[SaidOfMatch] = Field(description="The last first.")
    repairs: list[RepairSummary]


def entry_summary(row: Any) -> EntrySummary:
    """An entry."""
    return EntrySummary.model_validate(dict(row))
