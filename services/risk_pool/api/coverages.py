"""Coverages over HTTP: what the pool holds, covers or refused, loan by loan, and incidents."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, computed_field

from services.risk_pool.api.responses import Money
from services.risk_pool.domain.coverage import LIFE_CYCLE, known_as
from services.risk_pool.handlers.explain import as_read
from services.risk_pool.queries import coverages
from shared.auth.identity import Identity, requires
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.limits import LimitShown
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.money import Fen
from shared.refusals import NotFound

router = APIRouter(tags=["coverages"])

Anyone = Annotated[Identity, Depends(requires())]
CoverageState = Literal["reserved", "declined", "waiting", "active", "released", "claimed"]


class CoverageInList(Money):
    """A coverage. `reserved` and `covered` are covered principal: the loan times its IP share."""

    loan_id: UUID
    number: str
    pool_code: str
    bank_code: str
    borrower_uscc: str
    borrower_name: str
    state: CoverageState
    amount_fen: Fen
    ip_share_bp: int
    ip_amount_fen: Fen | None = Field(description="The IP part as the contract states it.")
    mode: str
    renews: UUID | None = Field(
        description="The loan that it renews; what both hold is one debt, counted once."
    )
    approved_on: date
    reserved_fen: Fen
    reserved_until: date | None
    activated_fen: Fen
    covered_fen: Fen
    outstanding_fen: Fen
    disbursed_on: date | None
    matures_on: date | None
    draws_until: date | None = Field(description="Until when `reserved` may still be drawn.")
    released_on: date | None
    release_reason: str | None
    risk_class: str | None
    overdue_days: int
    position_month: str | None
    line_place: int | None = Field(description="Waiting: its place in the pool's line, from 1.")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def covered_from(self) -> date | None:
        """The first day of cover: of a loan that was filed after it was paid out its approval, of any
        other its disbursement."""
        return self.disbursed_on and max(self.disbursed_on, self.approved_on)


class Moved(Money):
    """One move in a coverage's life."""

    at: datetime
    source: str | None
    target: str
    action: str
    reason: str
    amount_fen: Fen
    subject: str
    name: str
    role: str


class Reported(Money):
    """A monthly position, as last reported."""

    month: str
    version: int
    outstanding_principal_fen: Fen
    covered_principal_fen: Fen
    overdue_days: int
    interest_arrears_fen: Fen
    penalty_interest_fen: Fen
    risk_class: str
    reported_on: date


class Waiting(BaseModel):
    """Who acts next, and by when."""

    roles: list[str]
    zh: str
    en: str
    since: datetime
    due_on: date | None


class CoverageAnswer(CoverageInList):
    """A coverage with its decision, its history and its positions."""

    programme: str
    scheme_version: str
    parties: dict[str, str]
    attributes: dict[str, Any] = Field(description="Facts as of the approval.")
    attributes_at_disbursement: dict[str, Any]
    tenor_months: int
    annual_rate_bp: int
    loan_no: str | None
    disbursed_fen: Fen | None
    limits: list[LimitShown] = Field(description="Where declined or waiting: what left no room.")
    explanation_id: UUID | None
    explanation: dict[str, Any] | None = Field(
        description="Why it was decided so; for a bank without the figures of others."
    )
    history: list[Moved]
    positions: list[Reported]
    pending_actions: list[str] = Field(description="None: events of the case move a coverage.")
    waiting_for: Waiting | None


class IncidentAnswer(BaseModel):
    """Something that came late or contradicts what is known; a rule has dealt with it."""

    id: UUID
    pool_code: str
    bank_code: str
    loan_id: UUID | None
    number: str
    kind: str
    zh: str
    en: str
    facts: dict[str, Any]
    at: datetime


@router.get("/coverages/{loan_id}")
async def show_coverage(
    loan_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> CoverageAnswer:
    """One coverage: the decision and its explanation, every move, every position."""
    async with context.database.looking(caller.institution) as conn:
        found = await coverages.find_coverage(conn, loan_id)
        if found is None:
            raise NotFound("没有该贷款的保障", "There is no coverage of this loan.")
        why = found.explanation and await as_read(conn, caller, found.explanation)
    coverage = found.coverage
    response.headers["ETag"] = etag(coverage["version"])
    return CoverageAnswer.model_validate(
        {
            **coverage,
            "explanation": why,
            "history": [_moved(move) for move in found.history],
            "positions": [Reported(**position) for position in found.positions],
            "pending_actions": LIFE_CYCLE.possible_actions(coverage["state"], ()),
            "waiting_for": _waiting_for(coverage),
        }
    )


def _moved(move: asyncpg.Record) -> Moved:
    return Moved(
        **{
            **move,
            "action": known_as(move["action"]),
            "amount_fen": move["detail"]["amount_fen"],
        }
    )


def _waiting_for(coverage: asyncpg.Record) -> Waiting | None:
    wait = LIFE_CYCLE.waits.get(coverage["state"])
    # Where nobody need do anything and nothing runs out, nothing is waited for.
    if wait is None or not (wait.roles or coverage["due_on"]):
        return None
    return Waiting(
        roles=list(wait.roles),
        zh=wait.words.zh,
        en=wait.words.en,
        # Each position that comes begins the wait for the next one.
        since=coverage["changed_at"],
        due_on=coverage["due_on"],
    )


@router.get("/incidents")
async def list_incidents(
    caller: Anyone,
    context: CurrentContext,
    pool: str | None = None,
    kind: str | None = None,
    loan_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[IncidentAnswer]:
    """Late and contradicting facts, newest first. A bank sees those about its own loans."""
    async with context.database.reading(caller.institution) as session:
        rows = await coverages.list_incidents(
            session,
            pool=pool,
            kind=kind,
            loan_id=loan_id,
            before=decode_cursor(cursor, UUID)[0] if cursor else None,
            limit=limit + 1,
        )
    items = [IncidentAnswer.model_validate(row.model_dump()) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))
