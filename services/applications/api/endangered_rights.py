"""Pledged rights that are endangered, and what the bank has done about it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.common import Cursor, Limit, PlainCode
from services.applications.api.right_requests import Day
from services.applications.api.rights import Reader
from services.applications.domain.extract_news import InExtract
from services.applications.domain.watch import LARGEST_WINDOW
from services.applications.handlers import right_watch
from services.applications.queries import watched as reads
from shared.auth.identity import Identity, requires
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import Page, decode_cursor, encode_cursor
from shared.http.requests import LongText, RequestBody
from shared.money import MONEY_NAMES, Fen

router = APIRouter(tags=["rights"])

Bank = Annotated[Identity, Depends(requires("bank_operator"))]
Measure = Literal[
    "fee_paid", "renewed", "collateral_added", "partly_repaid", "objected", "called_in", "other"
]


class MeasureBody(RequestBody):
    """What you have done about an alert."""

    measure: Measure
    taken_on: Day
    note: LongText = Field(examples=["已代缴第 8 年年费，票据号 2026-0312"])


class MeasureAnswer(BaseModel):
    """What a bank has done, when, and who said so."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    measure: Measure
    taken_on: date
    note: str
    said_by_name: str
    said_at: datetime


class InExtractAnswer(BaseModel):
    """The register's extract that says so."""

    extract_id: UUID | None = Field(
        description="`GET /register-extracts/{id}`; null where the bureau has brought it in."
    )
    filename: str | None
    day: date = Field(description="Of the extract.")


class EndangeredAnswer(BaseModel):
    """One danger of one right that is pledged for a living loan."""

    model_config = ConfigDict(**MONEY_NAMES)

    alert_id: UUID | None = Field(description="None until it was told; it is told once a day.")
    case_id: UUID
    case_number: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    loan_no: str
    outstanding_principal_fen: Fen
    right_id: UUID
    right_kind: str
    right_number: str
    right_name: str
    code: str = Field(examples=["fee-overdue"])
    zh: str
    en: str
    due_on: date
    until: date | None = Field(description="The last day on which it can still be mended.")
    days_left: int = Field(description="To `until`, or to `due_on` where there is no grace.")
    extract: InExtractAnswer | None = Field(
        description="Only an extract says so, and nobody has taken it over or found otherwise."
    )
    measures: list[MeasureAnswer]


@router.get("/endangered-rights")
async def list_endangered(
    caller: Reader,
    context: CurrentContext,
    within_days: Annotated[int, Query(ge=0, le=LARGEST_WINDOW)] = 90,
    bank: PlainCode = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[EndangeredAnswer]:
    """Rights pledged for loans that are out, which are expiring or endangered by that many days from
    today: fees, term, renewal, invalidation, preservation, another owner. What only an extract says
    names it (`extract`), until it is taken over, something newer is held, or a later extract speaks
    of the same thing. `limit` counts loans."""
    after = decode_cursor(cursor, UUID)[0] if cursor else None
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        page, last = await reads.watched(conn, own=caller.bank, bank=bank, after=after, loans=limit)
        told = await reads.alerts(conn, [one.row["application_id"] for one in page])
        done = await reads.measures(conn, [row["id"] for row in told.values()])
    items = [
        _endangered(one.row, danger, by, told, done, today)
        for one in page
        for danger, by in one.dangers(today=today, within_days=within_days)
    ]
    return Page(items=items, next_cursor=encode_cursor(last) if last else None)


def _endangered(
    row: Any, danger: Any, by: InExtract | None, told: Any, done: Any, today: date
) -> EndangeredAnswer:
    key = (row["application_id"], row["collateral_no"], danger.code, danger.due_on)
    alert = told.get(key)
    measures = done.get(alert["id"], []) if alert else []
    return EndangeredAnswer(
        alert_id=alert["id"] if alert else None,
        case_id=row["application_id"],
        case_number=row["case_number"],
        bank_code=row["bank_code"],
        pool_code=row["pool_code"],
        borrower_uscc=row["borrower_uscc"],
        borrower_name=row["borrower_name"],
        loan_no=row["loan_no"],
        outstanding_principal_fen=row["outstanding_fen"],
        right_id=row["right_id"],
        right_kind=row["kind"],
        right_number=row["number"],
        right_name=row["name"],
        code=danger.code,
        zh=danger.zh,
        en=danger.en,
        due_on=danger.due_on,
        until=danger.until,
        days_left=((danger.until or danger.due_on) - today).days,
        extract=None if by is None else _in_extract(by),
        measures=[MeasureAnswer(**dict(one)) for one in measures],
    )


def _in_extract(by: InExtract) -> InExtractAnswer:
    is_readers = by.filename is not None
    return InExtractAnswer(
        extract_id=by.file_id if is_readers else None, filename=by.filename, day=by.as_of
    )


@router.post(
    "/right-alerts/{alert_id}/measures", status_code=201, response_model=Page[MeasureAnswer]
)
async def take_measure(
    alert_id: UUID, body: MeasureBody, request: Request, caller: Bank, context: CurrentContext
) -> Response:
    """Say what you have done about an alert on one of your loans; nothing is overwritten."""

    async def work(conn: asyncpg.Connection) -> Answer:
        await right_watch.take_measure(
            conn, alert_id, measure=body.measure, note=body.note, taken_on=body.taken_on,
            by=caller, now=context.clock.now(),
        )  # fmt: skip
        done = await reads.measures(conn, [alert_id])
        return Answer(
            201, Page[MeasureAnswer](items=[MeasureAnswer(**dict(one)) for one in done[alert_id]])
        )

    return await idempotently(request, caller, context.database, work)
