"""The cockpit over HTTP: a period of one pool, or of all that the caller sees, in the reports' figures."""

from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Query

from services.risk_pool.api.report_responses import ReportAnswer
from services.risk_pool.api.reports import PeriodText
from services.risk_pool.api.roles import BUREAU
from services.risk_pool.domain.report_period import (
    ANY_SPAN,
    months_up_to,
    of_span,
)
from services.risk_pool.domain.report_tables import Report
from services.risk_pool.queries import pools as all_pools
from services.risk_pool.queries.reports_lists import names_of_banks
from services.risk_pool.reports import cockpit
from services.risk_pool.reports.cockpit import MONTHS
from services.risk_pool.reports.cockpit_targets import targets
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.life_cycle import Words
from shared.months import Month
from shared.postgres.pools_seen import ALL, looks_as
from shared.refusals import NotFound

router = APIRouter(tags=["reports"], prefix="/reports")

Bureau = Annotated[Identity, Depends(requires(*BUREAU))]
PoolCodes = Annotated[
    list[str],
    Query(
        max_length=200,
        description="Of these pools; left out, of all that you see.",
        examples=[["dongli"]],
    ),
]
_TITLE = Words("数字驾驶舱", "Cockpit")
_ALL = Words("全部资金池合计", "all pools together")


@router.get("/cockpit")
async def show_cockpit(
    caller: Bureau,
    context: CurrentContext,
    pool: PoolCodes = [],  # noqa: B006 (FastAPI copies it)
    period: PeriodText = None,
    every: Annotated[
        bool,
        Query(
            description="Every bank and pool has its line; else those beyond the hundred largest are one."
        ),
    ] = False,
) -> ReportAnswer:
    """Where the pools stand in a period against the one before: figures, months, banks, areas, kinds of
    rights, targets. Each figure has the address of the loans whose sum it is. Without a period: the
    twelve months up to this one."""
    today = business_date(context.clock.now())
    until = Month.of(today)
    asked = of_span(period, *ANY_SPAN) if period else months_up_to(until, MONTHS)
    async with context.looking_for_reports(caller.institution) as conn:
        chosen = await pools_chosen(conn, pool)
        codes = [code for code, _ in chosen]
        sees_all = (await looks_as(conn)).pools == ALL
        found = await cockpit.count(
            conn, codes, asked, until=until, named=pool and codes, are_all=sees_all and not pool,
            every=every,
        )  # fmt: skip
        names = {
            "pool": dict(chosen),
            "bank": await names_of_banks(conn, found.values("bank", asked), pools=pool and codes),
        }
        tables = cockpit.tables(found, names) + await targets(conn, chosen, asked)
    return ReportAnswer.model_validate(
        Report(
            code="cockpit",
            words=_TITLE,
            pool_code=codes[0] if len(codes) == 1 else "",
            pool_name=chosen[0][1] if len(codes) == 1 else _ALL.zh,
            period=asked.text,
            first=asked.first.isoformat(),
            last=asked.last.isoformat(),
            tables=tables,
            notes=cockpit.NOTES,
        ).as_data()
    )


async def pools_chosen(conn: asyncpg.Connection, asked: list[str]) -> list[tuple[str, str]]:
    """Code and name of the pools asked for, or of all that are seen. Raises NotFound."""
    seen = {code: name for code, name, _ in await all_pools.named(conn)}
    if unknown := [one for one in asked if one not in seen]:
        raise NotFound(f"没有资金池 {unknown[0]}", f"There is no pool {unknown[0]}.")
    return [(code, seen[code]) for code in dict.fromkeys(asked or seen)]
