"""The alliance for IP finance (知识产权金融创新服务联盟): its members by their agreements, and a yearly
scorecard of each from rows that exist."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.roles import require_pool
from services.risk_pool.queries import alliance as reads
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.money import Fen
from shared.postgres.database import seeing_everything
from shared.schemes.vocabulary import PARTIES

router = APIRouter(tags=["alliance"])


class ScoreAnswer(Money):
    """What a member has done in the year, as the pool's book knows it."""

    loans: int = Field(description="Lent in the year: by a bank, or with the member as its party.")
    firms: int
    lent_fen: Fen
    claims: int = Field(description="Filed in the year of loans in which it takes part.")
    claimed_fen: Fen


class MemberAnswer(BaseModel):
    """A member: who, of which kind, since when, until when, by which version of its agreement."""

    party_code: str
    party_name: str
    kind: str
    kind_zh: str
    kind_en: str
    joined_on: date
    left_on: date | None = Field(description="The last day, where that has been agreed.")
    is_member: bool = Field(description="Today.")
    agreement_id: UUID
    agreement_number: str
    editions: int
    score: ScoreAnswer | None = Field(
        description="None where the book has no rows of its kind: an appraiser's valuations lie "
        "with the cases."
    )


class AllianceAnswer(BaseModel):
    """The members of the alliance, and what each has done in a year. A bank reads itself only."""

    year: int
    members: list[MemberAnswer]


_NOTHING = {"loans": 0, "firms": 0, "lent_fen": 0, "claims": 0, "claimed_fen": 0}


@router.get("/pools/{code}/alliance")
async def read_alliance(
    code: str,
    caller: Anyone,
    context: CurrentContext,
    year: Annotated[int | None, Query(ge=1990, le=2199, description="Left out: this year.")] = None,
) -> AllianceAnswer:
    """Members with joining and leaving, and the yearly scorecard of each. A membership is entered and
    put in force as any agreement (`POST /pools/{code}/agreements`, purpose `membership`)."""
    today = business_date(context.clock.now())
    year = year or today.year
    only = caller.bank
    async with context.looking_for_reports(caller.institution) as conn:
        await require_pool(conn, code)
        members = await reads.members(conn, code, only=only)
        # A party's own rows are counted among all of the pool's.
        async with seeing_everything(conn):
            scores = await reads.scores(conn, code, date(year, 1, 1), date(year, 12, 31), only=only)
    return AllianceAnswer(year=year, members=[_member(one, scores, today) for one in members])


def _member(row: asyncpg.Record, scores: dict[str, asyncpg.Record], today: date) -> MemberAnswer:
    words, score = PARTIES.get(row["role"]), scores.get(row["party_code"])
    knows = row["role"] != "appraiser" or score is not None
    return MemberAnswer(
        party_code=row["party_code"],
        party_name=row["party_name"],
        kind=row["role"],
        kind_zh=words.zh if words else row["role"],
        kind_en=words.en if words else row["role"],
        joined_on=row["joined_on"],
        left_on=row["last_day"],
        is_member=row["has_version"]
        and row["joined_on"] <= today
        and (row["last_day"] is None or today <= row["last_day"]),
        agreement_id=row["agreement_id"],
        agreement_number=row["number"],
        editions=row["editions"],
        score=ScoreAnswer(**({**_NOTHING, **dict(score)} if score else _NOTHING))
        if knows
        else None,
    )
