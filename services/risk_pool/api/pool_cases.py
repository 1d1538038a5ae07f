"""What a pool knows of a case, as one answer: where the pool stands, the case's cover, and its claims."""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.risk_pool.api.case_lists import CLAIMS, claims_wanted
from services.risk_pool.api.case_responses import ClaimInList
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.coverages import CoverageAnswer, show_coverage
from services.risk_pool.api.pools import show_pool
from services.risk_pool.api.responses import PoolAnswer
from shared.http.context import CurrentContext
from shared.http.grids import Asked, page_asked
from shared.postgres.one_moment import at_one_moment
from shared.refusals import NotFound

router = APIRouter(tags=["pools"])

_FIRST_PAGE = Asked(sort=None, cursor=None, before=None, limit=50, totals=False)


class PoolOfCase(BaseModel):
    """A case as its pool sees it. null: nothing yet, or not for you; where both are, there is no answer."""

    pool: PoolAnswer | None
    coverage: CoverageAnswer | None
    claims: list[ClaimInList] = Field(description="On its loan, the youngest first.")


@router.get("/pools/{code}/cases/{case_id}")
async def show_pool_of_case(
    code: str, case_id: UUID, caller: Anyone, context: CurrentContext
) -> PoolOfCase:
    """What the pool knows of a case, in one answer: where the pool stands, the cover of the case's loan,
    and the claims on it; each as its own route gives it to you."""
    async with at_one_moment(context.database, caller.institution) as moment:
        then = replace(context, database=moment)
        pool = await _found(show_pool(code, Response(), caller, then))
        coverage = await _found(show_coverage(case_id, Response(), caller, then))
        if pool is None and coverage is None:
            raise NotFound(f"没有资金池 {code}", f"There is no pool {code}.")
        where = await claims_wanted(caller, then, loan_id=case_id)
        claims = await page_asked(then, caller, CLAIMS.read_by(caller), where, _FIRST_PAGE)
    return PoolOfCase(pool=pool, coverage=coverage, claims=claims.items)


async def _found(reading: Awaitable[Any]) -> Any:
    try:
        return await reading
    except NotFound:
        return None
