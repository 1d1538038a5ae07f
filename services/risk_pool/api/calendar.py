"""The calendar of working days over HTTP: read by everybody, changed by two persons."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from services.risk_pool.api.case_requests import Refusal
from services.risk_pool.api.case_responses import MoveAnswer, WaitingFor
from services.risk_pool.api.cases import presented, step_context
from services.risk_pool.domain.calendar_change import LIFE_CYCLE, MOST_DAYS, Action
from services.risk_pool.handlers import calendar_changes as handlers
from services.risk_pool.queries import calendar_changes as known
from shared.auth.identity import EVERYBODY, Identity, requires
from shared.calendar import FIRST_KNOWN_YEAR
from shared.clock import business_date
from shared.context import Context
from shared.http.context import CurrentContext
from shared.http.etags import etag
from shared.http.idempotency import Answer, idempotently
from shared.http.pages import MOST_PER_PAGE, Page, decode_cursor, encode_cursor, page_of
from shared.http.part_in import part_in
from shared.http.progress import StepAnswer, progress_answer
from shared.http.requests import IsoDate, LongText, RequestBody
from shared.postgres.calendar_overrides import load_working_days
from shared.roles import BUREAU_ROLES, PARTY_ROLES
from shared.transitions import history_of

router = APIRouter(tags=["calendar"], prefix="/calendar")

LAST_YEAR = 2100
Proposer = Annotated[Identity, part_in(LIFE_CYCLE, Action.PROPOSE)]
Decider = Annotated[Identity, part_in(LIFE_CYCLE)]
OfBureau = Annotated[Identity, Depends(requires(*sorted(BUREAU_ROLES)))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class CalendarDay(RequestBody):
    """A day that is worked, or free, whatever its weekday says."""

    day: IsoDate
    is_working: bool


class NewCalendarChange(RequestBody):
    """A change of the calendar, for a second person to approve."""

    year: int | None = Field(
        None,
        ge=FIRST_KNOWN_YEAR,
        le=LAST_YEAR,
        description="The year of the State Council's notice whose days these are, all of them. Left "
        "out where single days are changed.",
    )
    days: list[CalendarDay] = Field(min_length=1, max_length=MOST_DAYS)
    reason: LongText = Field(
        description="The notice by its number, or why the days are changed.",
        examples=["国务院办公厅关于2027年部分节假日安排的通知"],
    )


class DayShown(BaseModel):
    """A day that is not as its weekday says, or was entered by two persons."""

    day: date
    is_working: bool
    reason: str = Field(description="Why it was entered; empty where the State Council says so.")


class CalendarAnswer(BaseModel):
    """A year's working days."""

    year: int
    is_published: bool = Field(description="The State Council's notice for the year is known.")
    source: str = Field(description="The notice, where two persons have entered it.")
    known_until: date = Field(
        description="A deadline after this day is assumed: weekends alone are taken as free."
    )
    days: list[DayShown]


class CalendarChangeInList(BaseModel):
    """A change of the calendar, and who stands by it."""

    number: int
    year: int | None
    days: list[CalendarDay]
    reason: str
    proposed_at: datetime
    proposed_by: str
    proposed_by_name: str
    approved_at: datetime | None
    approved_by: str | None
    approved_by_name: str | None
    state: str
    state_zh: str
    state_en: str
    state_since: datetime
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class CalendarChangeAnswer(CalendarChangeInList):
    """A change with its history."""

    progress: list[StepAnswer]
    history: list[MoveAnswer]


@router.get("")
async def show_calendar(
    caller: Annotated[Identity, Depends(requires(*EVERYBODY, *sorted(PARTY_ROLES)))],
    context: CurrentContext,
    year: Annotated[int | None, Query(ge=FIRST_KNOWN_YEAR, le=LAST_YEAR)] = None,
) -> CalendarAnswer:
    """A year's days that are worked or free other than their weekday says; this year's, where no year is
    named. Deadlines after `known_until` rest on an assumption."""
    shown = year or business_date(context.clock.now()).year
    async with context.database.looking(caller.institution) as conn:
        calendar = await load_working_days(conn)
        entered = {row["day"]: row["note"] for row in await known.entered_in(conn, shown)}
        source = await known.source_of(conn, shown)
    return CalendarAnswer(
        year=shown,
        is_published=calendar.is_published(shown),
        source=source,
        known_until=calendar.known_until(),
        days=[
            DayShown(day=day, is_working=calendar.is_working(day), reason=entered.get(day, ""))
            for day in calendar.exceptions(shown)
        ],
    )


@router.get("/changes")
async def list_changes(
    caller: OfBureau,
    context: CurrentContext,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_PER_PAGE)] = 50,
) -> Page[CalendarChangeInList]:
    """What was proposed, put in force, refused and withdrawn, the newest first."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    async with context.database.looking(caller.institution) as conn:
        rows = await known.changes(conn, before=before, limit=limit + 1)
    items = [CalendarChangeInList(**_presented(row, caller)) for row in rows]
    return page_of(items, limit, lambda one: encode_cursor(one.number))


@router.get("/changes/{number}")
async def show_change(
    number: Number, response: Response, caller: OfBureau, context: CurrentContext
) -> CalendarChangeAnswer:
    """One change with its history."""
    async with context.database.looking(caller.institution) as conn:
        answer = await _detail(conn, number, caller)
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.post("/changes", status_code=201, response_model=CalendarChangeAnswer)
async def propose_change(
    body: NewCalendarChange, request: Request, caller: Proposer, context: CurrentContext
) -> Response:
    """Propose a change (pool_manager or admin, of all pools); another person approves it.

    Days that are past are not changed, save as part of a year's notice.
    """
    proposing = step_context(request, caller, context)

    async def work(conn: asyncpg.Connection) -> Answer:
        number = await handlers.propose(
            conn,
            year=body.year,
            days=[(one.day, one.is_working) for one in body.days],
            reason=body.reason,
            proposing=proposing,
        )
        answer = await _detail(conn, number, caller)
        where = f"/api/v1/calendar/changes/{number}"
        return Answer(201, answer, {"ETag": etag(answer.version), "Location": where})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


@router.post("/changes/{number}/approve", response_model=CalendarChangeAnswer)
async def approve_change(
    number: Number, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Approve as another person than the proposer (pool_manager or approver, of all pools).

    Every service counts by it within seconds; deadlines that are not past are counted anew.
    """
    approving = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.approve(conn, number, approving)

    answer = await _take(step, number, request, caller, context)
    async with context.database.connection() as conn:
        context.working_days.learn(await load_working_days(conn))
    return answer


@router.post("/changes/{number}/refuse", response_model=CalendarChangeAnswer)
async def refuse_change(
    number: Number, body: Refusal, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Do not approve it, with a reason (pool_manager or approver)."""
    refusing = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.refuse(conn, number, refusing, reason=body.reason)

    return await _take(step, number, request, caller, context)


@router.post("/changes/{number}/withdraw", response_model=CalendarChangeAnswer)
async def withdraw_change(
    number: Number, body: Refusal, request: Request, caller: Decider, context: CurrentContext
) -> Response:
    """Take a proposal back, with a reason (pool_manager or admin)."""
    withdrawing = step_context(request, caller, context)

    async def step(conn: asyncpg.Connection) -> None:
        await handlers.withdraw(conn, number, withdrawing, reason=body.reason)

    return await _take(step, number, request, caller, context)


async def _take(
    step: Callable[[asyncpg.Connection], Awaitable[None]],
    number: int,
    request: Request,
    caller: Identity,
    context: Context,
) -> Response:
    async def work(conn: asyncpg.Connection) -> Answer:
        await step(conn)
        answer = await _detail(conn, number, caller)
        return Answer(200, answer, {"ETag": etag(answer.version)})

    return await idempotently(request, caller, context.database, work, keeps_forever=True)


async def _detail(conn: asyncpg.Connection, number: int, caller: Identity) -> CalendarChangeAnswer:
    row = await known.change(conn, number)
    return CalendarChangeAnswer(
        **_presented(row, caller),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        history=[MoveAnswer(**move) for move in await history_of(conn, row["id"])],
    )


def _presented(row: Mapping[str, Any], caller: Identity) -> dict[str, Any]:
    """A change as every answer has it; nobody is offered to approve his own."""
    pending = LIFE_CYCLE.open_to(row, caller)
    return presented(LIFE_CYCLE, row, caller) | {"pending_actions": pending}
