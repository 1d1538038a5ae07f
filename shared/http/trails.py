"""The trail of a loan as one answer, for an auditor: who did what, when, why, with which papers and
money, and who saw it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.money import MONEY_NAMES, Fen
from shared.refusals import NotFound


class TrailMove(BaseModel):
    """One move of a case about the loan."""

    at: datetime
    case_kind: str
    case_id: UUID
    version: int
    noun_zh: str
    noun_en: str
    number: str = Field(description="Of the case; empty for the loan's own.")
    page: str
    action: str
    what_zh: str
    what_en: str
    state_zh: str
    state_en: str
    role: str
    subject: str
    name: str
    reason: str


class TrailPaper(BaseModel):
    """A paper that was handed in, with the digest of its content."""

    of: str = Field(description="The number of the case it belongs to.")
    revision: int | None
    kind: str
    filename: str
    sha256: str
    sent_at: datetime | None
    sent_name: str


class TrailTransfer(BaseModel):
    """Money or cover that was booked, with its place in the chain and why it was as much."""

    model_config = ConfigDict(**MONEY_NAMES)

    pool_code: str
    seq: int
    booked_at: datetime
    business_date: date
    kind: str
    debit_zh: str
    debit_en: str
    credit_zh: str
    credit_en: str
    amount_fen: Fen
    reference: str
    hash: str
    explanation: dict[str, Any] | None
    people: dict[str, Any] | None


class TrailLook(BaseModel):
    """That somebody was shown something of it on a day."""

    first_at: datetime
    last_at: datetime
    times: int = Field(description="How many answers; a page asks several times.")
    name: str
    account: str
    institution: str
    kinds: list[str] = Field(description="What was looked at: applications, documents, claims, …")


class Trail(BaseModel):
    """Everything that one service knows of a loan's way. Looks are by person and day, the
    last five hundred."""

    loan_id: UUID
    number: str
    firm: str
    bank_code: str
    pool_code: str
    moves: list[TrailMove]
    papers: list[TrailPaper]
    transfers: list[TrailTransfer]
    looks: list[TrailLook]
    more_looks: bool


Find = Callable[[asyncpg.Connection, UUID], Awaitable[Mapping[str, Any] | None]]


def trails_router(find: Find) -> APIRouter:
    """The route of one service; `find` reads the trail, None where there is no such loan."""
    router = APIRouter(tags=["audit"])

    @router.get("/trails/{loan_id}")
    async def show_trail(
        loan_id: UUID,
        caller: Annotated[Identity, Depends(requires("auditor"))],
        context: CurrentContext,
    ) -> Trail:
        """The whole trail of a loan in this service, for an auditor of its pool."""
        async with context.database.looking(caller.institution) as conn:
            found = await find(conn, loan_id)
        if found is None:
            raise NotFound("没有这笔业务", "There is no such case.")
        return Trail.model_validate(found)

    return router
