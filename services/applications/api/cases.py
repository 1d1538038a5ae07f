"""Cases to read: lists, one case with everything."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.common import Anyone, Cursor, Limit, PlainCode
from services.applications.api.responses import (
    CaseAnswer,
    CaseSummary,
    HistoryAnswer,
    LoanStatisticsRow,
    StatisticsAnswer,
    StatisticsRow,
)
from services.applications.domain.life_cycle import State
from services.applications.queries import cases, statistics
from services.applications.queries.whole_case import whole_case
from services.applications.tables import desk
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.pages import Page, decode_cursor, encode_cursor, page_of
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["applications"])

Words = Annotated[
    str | None,
    Query(
        max_length=100,
        pattern=r"^[^\u0000]*$",
        description="Part of the case's number or of the firm's name, the beginning of its credit "
        "code, or the number of a right, a loan or a pledge's entry: in any spelling.",
    ),
]


@router.get("/applications")
async def list_cases(
    caller: Anyone,
    context: CurrentContext,
    state: Annotated[list[State], Query()] = [],  # noqa: B006 (FastAPI copies it)
    pool: PlainCode = None,
    bank: PlainCode = None,
    q: Words = None,
    assigned: Annotated[
        Literal["me"] | None, Query(description="Only cases that you have taken.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseSummary]:
    """Cases you may see, the youngest first."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    wanted = cases.CaseFilter(
        state=state,
        pool_code=pool,
        bank_code=bank,
        q=q or None,
        assigned_to=caller.subject if assigned else None,
    )
    async with context.database.reading(caller.institution) as session:
        rows = await cases.cases(session, wanted, after=after, limit=limit + 1)
    now, days = context.clock.now(), context.working_days
    items = [presenters.summary(row, now=now, working_days=days) for row in rows]
    return page_of(items, limit, lambda item: encode_cursor(item.id))


@router.get("/applications/{case_id}")
async def read_case(
    case_id: UUID, caller: Anyone, context: CurrentContext, response: Response
) -> CaseAnswer:
    """A case with everything: findings, rights, documents, history, what you may do now."""
    now = context.clock.now()
    async with context.database.reading(caller.institution) as session:
        case = await whole_case(session, case_id, today=business_date(now))
    if caller.institution == EVERYWHERE:
        async with context.database.begin(caller.institution) as conn:
            await desk.seen(conn, caller, now=now)
            await desk.looked_at(conn, case_id, by=caller, now=now)
    response.headers["ETag"] = etag(case.application.version)
    return presenters.full(case, caller=caller, now=now, working_days=context.working_days)


@router.get("/applications/{case_id}/history")
async def read_history(
    case_id: UUID, caller: Anyone, context: CurrentContext
) -> Page[HistoryAnswer]:
    """Every move of a case: who, when, from where to where, why."""
    async with context.database.reading(caller.institution) as session:
        await cases.case(session, case_id)
        rows = await cases.history(session, case_id)
    return Page(items=[HistoryAnswer.model_validate(row) for row in rows], next_cursor=None)


@router.get("/statistics")
async def read_statistics(
    caller: Anyone, context: CurrentContext, pool: PlainCode = None
) -> StatisticsAnswer:
    """Counts and money of what you may see: by pool, month of submission and state; loans."""
    async with context.database.looking(caller.institution) as conn:
        return StatisticsAnswer(
            cases=[
                StatisticsRow(**dict(row))
                for row in await statistics.case_counts(conn, pool_code=pool)
            ],
            loans=[
                LoanStatisticsRow(**dict(row))
                for row in await statistics.loan_sums(conn, pool_code=pool)
            ],
        )
