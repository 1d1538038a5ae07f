"""Coverages over HTTP: what the pool holds, covers or refused, loan by loan, and incidents."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import col, or_, select

from services.risk_pool.api.responses import Money
from services.risk_pool.tables.rows.coverages import Coverage, CoverageMove, Incident, Position
from services.risk_pool.tables.rows.ledger import Explanation
from shared.auth.identity import Identity, requires
from shared.contracts.risk_pool import LimitReached
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.money import Fen
from shared.refusals import NotFound

router = APIRouter(tags=["coverages"])

Anyone = Annotated[Identity, Depends(requires())]
CoverageState = Literal["reserved", "declined", "active", "released", "claimed"]


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
    mode: str
    approved_on: date
    reserved_fen: Fen
    reserved_until: date | None
    activated_fen: Fen
    covered_fen: Fen
    outstanding_fen: Fen
    disbursed_on: date | None
    matures_on: date | None
    released_on: date | None
    release_reason: str | None
    risk_class: str | None
    overdue_days: int
    position_month: str | None


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
    attributes: dict[str, Any]
    tenor_months: int
    annual_rate_bp: int
    loan_no: str | None
    disbursed_fen: Fen | None
    limits: list[LimitReached] = Field(description="Where declined: what left no room.")
    explanation_id: UUID | None
    explanation: dict[str, Any] | None
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


@router.get("/coverages")
async def list_coverages(
    caller: Anyone,
    context: CurrentContext,
    pool: str | None = None,
    bank: str | None = None,
    state: CoverageState | None = None,
    q: Annotated[
        str | None, Query(max_length=100, description="Number, USCC or part of the name.")
    ] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[CoverageInList]:
    """Coverages, newest case first. A bank sees its own."""
    query = select(Coverage).order_by(col(Coverage.loan_id).desc()).limit(limit + 1)
    for column, wanted in (
        (Coverage.pool_code, pool),
        (Coverage.bank_code, bank),
        (Coverage.state, state),
    ):
        if wanted is not None:
            query = query.where(col(column) == wanted)
    if q:
        query = query.where(
            or_(
                col(Coverage.number) == q,
                col(Coverage.borrower_uscc) == q,
                col(Coverage.borrower_name).contains(q, autoescape=True),
            )
        )
    if cursor:
        query = query.where(col(Coverage.loan_id) < decode_cursor(cursor, UUID)[0])
    async with context.database.reading(caller.institution) as session:
        rows = (await session.exec(query)).all()
    items = [CoverageInList.model_validate(row.model_dump()) for row in rows[:limit]]
    more = len(rows) > limit
    return Page[CoverageInList](
        items=items, next_cursor=encode_cursor(items[-1].loan_id) if more else None
    )


@router.get("/coverages/{loan_id}")
async def show_coverage(
    loan_id: UUID, response: Response, caller: Anyone, context: CurrentContext
) -> CoverageAnswer:
    """One coverage: the decision and its explanation, every move, every position."""
    async with context.database.reading(caller.institution) as session:
        found = await session.get(Coverage, loan_id)
        if found is None:
            raise NotFound("没有该贷款的保障", "There is no coverage of this loan.")
        moves = await session.exec(
            select(CoverageMove)
            .where(CoverageMove.loan_id == loan_id)
            .order_by(col(CoverageMove.id))
        )
        positions = await session.exec(
            select(Position).where(Position.loan_id == loan_id).order_by(col(Position.month))
        )
        why = await session.get(Explanation, found.explanation_id) if found.explanation_id else None
        history = [Moved.model_validate(move.model_dump()) for move in moves.all()]
        reported = [Reported.model_validate(row.model_dump()) for row in positions.all()]
    response.headers["ETag"] = etag(found.version)
    return CoverageAnswer.model_validate(
        found.model_dump()
        | {
            "explanation": why.explanation if why else None,
            "history": history,
            "positions": reported,
            "pending_actions": [],
            "waiting_for": _waiting_for(found),
        }
    )


def _waiting_for(found: Coverage) -> Waiting | None:
    if found.state == "reserved":
        return Waiting(
            roles=["bank_operator"],
            zh="等待银行登记质押并放款",
            en="The bank is to register the pledge and pay the loan out.",
            since=found.changed_at,
            due_on=found.reserved_until,
        )
    if found.state == "active":
        return Waiting(
            roles=["bank_operator"],
            zh="等待银行报送月度余额",
            en="The bank is to report the next month's position.",
            since=found.changed_at,
            due_on=None,
        )
    return None


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
    query = select(Incident).order_by(col(Incident.id).desc()).limit(limit + 1)
    if pool is not None:
        query = query.where(Incident.pool_code == pool)
    if kind is not None:
        query = query.where(Incident.kind == kind)
    if loan_id is not None:
        query = query.where(Incident.loan_id == loan_id)
    if cursor:
        query = query.where(col(Incident.id) < decode_cursor(cursor, UUID)[0])
    async with context.database.reading(caller.institution) as session:
        rows = (await session.exec(query)).all()
    items = [IncidentAnswer.model_validate(row.model_dump()) for row in rows[:limit]]
    more = len(rows) > limit
    return Page[IncidentAnswer](
        items=items, next_cursor=encode_cursor(items[-1].id) if more else None
    )
