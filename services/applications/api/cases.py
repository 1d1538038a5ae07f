"""Cases to read: lists, one case with everything."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.applications.api import presenters
from services.applications.api.common import Anyone, PlainCode
from services.applications.api.responses import (
    CaseAnswer,
    HistoryAnswer,
    LoanStatisticsRow,
    StatisticsAnswer,
    StatisticsRow,
)
from services.applications.queries import cases, statistics
from services.applications.queries.whole_case import whole_case
from services.applications.tables import desk
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.pages import Page
from shared.postgres.database import EVERYWHERE

router = APIRouter(tags=["applications"])


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
    async with context.looking_for_reports(caller.institution) as conn:
        return StatisticsAnswer(
            cases=[
                StatisticsRow(**dict(row))
                for row in await statistics.case_counts(conn, own=caller.bank, pool_code=pool)
            ],
            loans=[
                LoanStatisticsRow(**dict(row))
                for row in await statistics.loan_sums(conn, own=caller.bank, pool_code=pool)
            ],
        )
