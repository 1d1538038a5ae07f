"""A posted month over HTTP as it was reported and restated, side by side, with every cause."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Literal

import asyncpg
from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.statements import MEDIA_TYPES, MonthText, PoolCode, found_or_refused
from services.risk_pool.domain.dispute_filing import MonthNotPosted
from services.risk_pool.domain.month_figures import account_months
from services.risk_pool.domain.restated import (
    CAUSE_WORDS,
    NET,
    Cause,
    RestatedFigure,
    restated,
)
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.domain.statement import account_words, kind_words
from services.risk_pool.queries import restated as known
from services.risk_pool.queries import settlements
from services.risk_pool.queries.parties import party_names
from services.risk_pool.reports.restated import NET_WORDS, as_report
from services.risk_pool.reports.table_workbook import as_workbook
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.context import CurrentContext
from shared.money import Fen
from shared.months import Month
from shared.postgres.database import EVERYWHERE, seeing_everything
from shared.said_numbers import month_said

router = APIRouter(tags=["settlements"])


class CauseAnswer(Money):
    """A transfer that changes a figure: what it is, when it was booked, who stands behind it."""

    seq: int
    amount_fen: Fen = Field(description="What it adds to the figure; negative: takes from it.")
    comes_in: bool = Field(
        description="It belongs to the month and was booked later; else it was booked in the month "
        "and belongs to an earlier one."
    )
    cause: str = Field(examples=["dispute"])
    zh: str
    en: str
    kind_zh: str
    kind_en: str
    number: str = Field(examples=["DL-Y-2026-0001"])
    reference: str
    loan_number: str | None
    fact_day: date
    business_date: date = Field(description="On which day it was booked.")
    booked_at: datetime
    why: str
    people: list[str]
    explained: str = Field(
        examples=["transfer/dongli/17"], description="Its address under /explanations."
    )


class FigureAnswer(Money):
    """A figure of the month: restated − reported = difference = the sum of its causes."""

    party_code: str
    party_name: str
    account: str = Field(
        examples=["receivable:ICBC"],
        description="An account, whose movement in the month this is; or `net`, what the month "
        "leaves the pool to pay to the party (negative: the party pays).",
    )
    zh: str
    en: str
    reported_fen: Fen
    restated_fen: Fen
    difference_fen: Fen
    causes: list[CauseAnswer]


class RestatedMonth(Money):
    """A posted month with all that is known by now; a bank's own part of it."""

    pool_code: str
    month: str
    posted_on: date
    figures: list[FigureAnswer]


async def _figures(
    conn: asyncpg.Connection, code: str, month: Month, caller: Identity
) -> tuple[asyncpg.Record, Sequence[RestatedFigure], Mapping[str, str]]:
    """The month, its figures as far as the caller may see them, and the parties' names. Raises
    NotFound, MonthNotPosted."""
    settlement = await found_or_refused(conn, code, month)
    if settlement["state"] not in BOOKS_CLOSED:
        raise MonthNotPosted(
            f"{month_said(month, 'zh')}尚未入账。",
            f"{month} is not posted; there is nothing to restate.",
        )
    # Read with the caller's own eyes: row-level security leaves a bank its own.
    accounts = account_months(await settlements.movements(conn, settlement["id"]))
    stated = await settlements.statements(conn, settlement["id"])
    async with seeing_everything(conn):
        late = await known.misplaced(conn, code, month)
        names = await party_names(conn, code)
    found = restated(
        month,
        movements={name: one.closing_fen - one.opening_fen for name, one in accounts.items()},
        nets={row["party_code"]: row["net_fen"] for row in stated if row["party_code"] != code},
        misplaced=late,
    )
    if caller.institution != EVERYWHERE:
        found = [one for one in found if one.party == caller.institution]
    return settlement, found, names


@router.get("/pools/{code}/settlements/{month}/restated")
async def show_restated(
    code: PoolCode, month: MonthText, caller: Anyone, context: CurrentContext
) -> RestatedMonth:
    """What was reported for a posted month, and what it would be with all that is known now: each
    figure with every transfer that makes the difference. A bank sees its own."""
    async with context.database.looking(caller.institution) as conn:
        settlement, found, names = await _figures(conn, code, Month.parse(month), caller)
    return RestatedMonth(
        pool_code=code,
        month=month,
        posted_on=settlement["posted_on"],
        figures=[_figure(one, code, names) for one in found],
    )


@router.get(
    "/pools/{code}/settlements/{month}/restated.xlsx",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def download_restated(
    code: PoolCode,
    month: MonthText,
    caller: Anyone,
    context: CurrentContext,
    lang: Annotated[Literal["zh", "en"], Query()] = "zh",
) -> Response:
    """The same as a workbook: a sheet of the figures, one of their causes, one of the addresses."""
    body = await _workbook(context, code, Month.parse(month), caller, lang)
    name = f"{code}-{month}-restated.xlsx"
    return Response(
        body,
        media_type=MEDIA_TYPES["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _workbook(
    context: Context, code: str, month: Month, caller: Identity, lang: Literal["zh", "en"]
) -> bytes:
    async with context.database.looking(caller.institution) as conn:
        _, found, names = await _figures(conn, code, month, caller)
        pool_name = await known.pool_name(conn, code)
    report = as_report(found, names, month, pool_code=code, pool_name=pool_name)
    return await asyncio.to_thread(as_workbook, report.as_data(), language=lang)


def _figure(figure: RestatedFigure, pool_code: str, names: Mapping[str, str]) -> FigureAnswer:
    words = NET_WORDS if figure.account == NET else account_words(figure.account, names)
    return FigureAnswer(
        party_code=figure.party,
        party_name=names.get(figure.party, figure.party),
        account=figure.account,
        zh=words.zh,
        en=words.en,
        reported_fen=figure.reported_fen,
        restated_fen=figure.restated_fen,
        difference_fen=figure.difference_fen,
        causes=[_cause(one, pool_code) for one in figure.causes],
    )


def _cause(cause: Cause, pool_code: str) -> CauseAnswer:
    transfer = cause.transfer
    words, kind = CAUSE_WORDS[transfer.cause], kind_words(transfer.kind)
    return CauseAnswer(
        seq=transfer.seq,
        amount_fen=cause.fen,
        comes_in=cause.comes_in,
        cause=transfer.cause,
        zh=words.zh,
        en=words.en,
        kind_zh=kind.zh,
        kind_en=kind.en,
        number=transfer.number,
        reference=transfer.reference,
        loan_number=transfer.loan_number,
        fact_day=transfer.fact_day,
        business_date=transfer.business_date,
        booked_at=transfer.booked_at,
        why=transfer.why,
        people=list(transfer.people),
        explained=f"transfer/{pool_code}/{transfer.seq}",
    )
