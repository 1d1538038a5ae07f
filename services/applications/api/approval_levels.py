"""What the approval of a case needs by its amount, who has signed, and which meeting has approved."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.applications.domain.life_cycle import Action
from services.applications.domain.meeting import SITS, Outcome
from services.applications.domain.meeting import State as MeetingState
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries.meetings import meetings_on
from services.applications.queries.moves import opinions_that_count
from services.applications.queries.submitted import case_row
from services.applications.tables.meetings import a_meeting_has_approved
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.life_cycle import Row
from shared.money import MONEY_NAMES, Fen
from shared.schemes.decide.approval import approval_level
from shared.schemes.rules.approval import ApprovalLevel
from shared.schemes.vocabulary import SIGNERS

router = APIRouter(tags=["reviews"])

Reader = Annotated[Identity, Depends(requires(*sorted(SITS), "auditor"))]


class _Answer(BaseModel):
    model_config = MONEY_NAMES


class LevelAnswer(_Answer):
    """The level of an amount."""

    above_fen: Fen
    signature: str = Field(description='The role of the further signature; "" for none.')
    signature_zh: str
    signature_en: str
    joint_meeting: bool
    source: str


class SignatureAnswer(_Answer):
    """Somebody who stands by the decision."""

    action: Action
    name: str
    role: str
    opinion: str
    at: datetime


class MeetingOnCase(_Answer):
    """A meeting on the case, and what it has resolved."""

    id: UUID
    held_on: date
    state: MeetingState
    amount_fen: Fen
    revision: int
    outcome: Outcome | None
    in_favour: int | None
    against: int | None
    abstained: int | None
    voters: list[str]


class LevelsAnswer(_Answer):
    """What the approval of a case needs, and what it has."""

    amount_fen: Fen = Field(description="By which the level is found: a part may need less.")
    levels: list[LevelAnswer] = Field(description="All of the programme's, the lowest first.")
    level: LevelAnswer | None = Field(description="That of the amount; none: two persons do.")
    signatures: list[SignatureAnswer]
    meetings: list[MeetingOnCase]
    meeting_has_approved: bool


@router.get("/applications/{case_id}/approval-levels")
async def read_levels(case_id: UUID, caller: Reader, context: CurrentContext) -> LevelsAnswer:
    """What the approval of the case's amount needs by its programme's levels of today, or of the day
    of its approval, who has signed so far, and what meetings have resolved."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        row = await case_row(conn, case_id)
        return await _levels(conn, row, on=row["approved_on"] or today)


async def _levels(conn: asyncpg.Connection, row: Row, *, on: date) -> LevelsAnswer:
    terms = await terms_or_none(conn, row["programme"], row["mode"], on)
    source = terms.source("approval_levels") if terms else ""
    held = approval_level(row["amount_fen"], terms) if terms else None
    signed = await opinions_that_count(conn, row["id"])
    return LevelsAnswer(
        amount_fen=row["amount_fen"],
        levels=[_level(one, source) for one in (terms.approval_levels if terms else ())],
        level=_level(held, source) if held else None,
        signatures=_signatures(signed),
        meetings=[MeetingOnCase(**one) for one in await meetings_on(conn, row["id"])],
        meeting_has_approved=await a_meeting_has_approved(
            conn, row["id"], revision=row["revision"], amount_fen=row["amount_fen"]
        ),
    )


async def level_of(conn: asyncpg.Connection, row: Row, *, today: date) -> ApprovalLevel | None:
    """That of a case's amount, on the day of its approval or today."""
    on = row["approved_on"] or today
    terms = await terms_or_none(conn, row["programme"], row["mode"], on)
    return approval_level(row["amount_fen"], terms) if terms else None


def _level(level: ApprovalLevel, source: str) -> LevelAnswer:
    words = SIGNERS.get(level.signature)
    return LevelAnswer(
        above_fen=level.above_fen,
        signature=level.signature,
        signature_zh=words.zh if words else "",
        signature_en=words.en if words else "",
        joint_meeting=level.joint_meeting,
        source=source,
    )


def _signatures(moves: Sequence[asyncpg.Record]) -> list[SignatureAnswer]:
    return [
        SignatureAnswer(
            action=Action(one["action"]), name=one["name"], role=one["role"],
            opinion=one["reason"], at=one["at"],
        )
        for one in moves
    ]  # fmt: skip
