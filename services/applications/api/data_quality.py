"""How good a bank's data are: figures over a period, and the rows behind each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, cast
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.applications.api.common import Cursor, Limit
from services.applications.api.right_requests import Day
from services.applications.domain.data_quality import (
    MEASURES,
    Measure,
    reports_due_on,
    score_bp,
)
from services.applications.handlers.case_in_hand import terms_or_none
from services.applications.queries import banks as bank_reads
from services.applications.queries import data_quality as reads
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from shared.refusals import FieldFault, FieldsWrong, NotFound
from shared.roles import BANK_ROLES

router = APIRouter(tags=["banks"])

QualityReader = Annotated[
    Identity,
    Depends(requires(*sorted(BANK_ROLES), "reviewer", "approver", "pool_manager", "auditor")),
]
From = Annotated[
    Day | None, Query(alias="from", description="The first day; left out, this year's first.")
]
To = Annotated[Day | None, Query(alias="to", description="The last day; left out, today.")]
LONGEST_YEARS: Final = 10


class FigureAnswer(BaseModel):
    """A measure: so many of so many."""

    measure: Measure
    zh: str
    en: str
    count: int
    of: int
    share_bp: int | None = Field(description="Of 10,000, rounded up; null of nothing.")


class QualityAnswer(BaseModel):
    """The figures of a bank over a period."""

    bank_code: str
    bank_name: str
    first_day: date
    last_day: date
    score_bp: int | None = Field(
        description="The mean share of what was right, each measure alike, of 10,000, rounded down; "
        "null where there was nothing to count."
    )
    figures: list[FigureAnswer]


class QualityRow(BaseModel):
    """A row that counts."""

    case_id: UUID
    number: str
    borrower_name: str
    loan_no: str = Field(description='"" where it is no loan yet, or no report of one.')
    at: date
    what: str = Field(description="What was found, why it went back, which month, which number.")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    conn: asyncpg.Connection
    bank_code: str
    bank_name: str
    first: date
    last: date
    due: reads.Due

    @property
    def over(self) -> dict[str, Any]:
        return {"first": self.first, "last": self.last, "due": self.due}


@router.get("/banks/{code}/data-quality")
async def read_data_quality(
    code: str,
    caller: QualityReader,
    context: CurrentContext,
    first: From = None,
    last: To = None,
    measure: Annotated[str | None, Query(max_length=40, description="This figure alone.")] = None,
) -> QualityAnswer:
    """How good a bank's data are: what went back, came late or was mended, each so many of so many,
    and a score. A bank reads its own."""
    async with _asked(code, caller, context, first, last) as asked:
        figures = [
            await reads.figure(asked.conn, one, asked.bank_code, **asked.over)
            for one in MEASURES
            if measure in (None, one)
        ]
    return QualityAnswer(
        bank_code=asked.bank_code,
        bank_name=asked.bank_name,
        first_day=asked.first,
        last_day=asked.last,
        score_bp=score_bp(figures),
        figures=[
            FigureAnswer(
                measure=one.measure,
                zh=MEASURES[one.measure].zh,
                en=MEASURES[one.measure].en,
                count=one.count,
                of=one.of,
                share_bp=one.share_bp,
            )
            for one in figures
        ],
    )


@router.get("/banks/{code}/data-quality/{measure}")
async def read_data_quality_rows(
    code: str,
    measure: str,
    caller: QualityReader,
    context: CurrentContext,
    first: From = None,
    last: To = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QualityRow]:
    """The rows that a measure counts, the youngest first."""
    if measure not in MEASURES:
        raise NotFound("没有这项指标", "There is no such measure.")
    after = decode_cursor(cursor, date, str) if cursor else None
    async with _asked(code, caller, context, first, last) as asked:
        rows = await reads.rows_behind(
            asked.conn, cast("Measure", measure), asked.bank_code, **asked.over, after=after,
            limit=limit + 1,
        )  # fmt: skip
    more = len(rows) > limit
    end = encode_cursor(rows[limit - 1]["at"], rows[limit - 1]["key"]) if more else None
    names = QualityRow.model_fields.keys()
    items = [QualityRow(**{name: row[name] for name in names}) for row in rows[:limit]]
    return Page(items=items, next_cursor=end)


@asynccontextmanager
async def _asked(
    code: str, caller: Identity, context: Context, first: date | None, last: date | None
) -> AsyncIterator[_Asked]:
    """The bank that is asked about and the period. Raises NotFound, FieldsWrong."""
    today = business_date(context.clock.now())
    last = last or today
    first = first or last.replace(month=1, day=1)
    if first > last or last.year - first.year > LONGEST_YEARS:
        raise FieldsWrong(
            [FieldFault(("from",), "out-of-order", f"须不晚于截止日，且不超过 {LONGEST_YEARS} 年",
                        f"Not after the last day, and within {LONGEST_YEARS} years.")]
        )  # fmt: skip
    own = caller.institution in (EVERYWHERE, code)
    async with context.database.reading(caller.institution) as session:
        bank = await bank_reads.bank(session, code if own else "")
    async with context.database.looking(caller.institution) as conn:
        due = await _due(conn, bank.code, context, first=first, last=last)
        yield _Asked(
            conn=conn, bank_code=bank.code, bank_name=bank.name, first=first, last=last, due=due
        )


async def _due(
    conn: asyncpg.Connection, bank_code: str, context: Context, *, first: date, last: date
) -> reads.Due:
    """By when the reports of the period were due, by the terms at each month's end."""
    months = await reads.reported_months(conn, bank_code, first=first, last=last)
    due = []
    for row in months:
        month = Month.parse(row["month"])
        terms = await terms_or_none(conn, row["programme"], row["mode"], month.last)
        due.append(reports_due_on(month, terms, context.working_days))
    return (
        [row["programme"] for row in months],
        [row["mode"] for row in months],
        [row["month"] for row in months],
        due,
    )
