"""What comes next in a month's round, when nothing waits: its end, its reports, its signature."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.risk_pool.domain.silence import reports_due, sign_until
from services.risk_pool.queries.pools import living
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.months import Month
from shared.postgres.published_schemes import schemes_on

router = APIRouter(tags=["to do"])


class ComingDays(BaseModel):
    """The days of a pool's running month."""

    pool_code: str
    pool_name: str
    month: str = Field(examples=["2026-11"])
    month_ends_on: date
    reports_due_on: date = Field(description="Until then banks report the month's positions.")
    sign_until: date = Field(description="Until then the month is previewed, confirmed and signed.")


@router.get("/coming-days")
async def show_coming_days(
    caller: Annotated[Identity, Depends(requires())], context: CurrentContext
) -> Page[ComingDays]:
    """The days of this month of every living pool that you have a part in."""
    month = Month.of(business_date(context.clock.now()))
    async with context.database.looking(caller.institution) as conn:
        pools = await living(conn)
        schemes = await schemes_on(conn, {(one["programme"], month.last) for one in pools})
    found = []
    for pool in pools:
        scheme = schemes.get((pool["programme"], month.last))
        terms = scheme.terms(on=month.last) if scheme else None
        found.append(
            ComingDays(
                pool_code=pool["code"],
                pool_name=pool["name"],
                month=str(month),
                month_ends_on=month.last,
                reports_due_on=reports_due(month, terms, context.working_days),
                sign_until=sign_until(month, terms, context.working_days),
            )
        )
    return Page(items=found)
