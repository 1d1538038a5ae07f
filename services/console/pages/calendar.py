"""The calendar of working days: a year at a glance, what is assumed, and changes by two persons."""

from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.datastructures import FormData
from starlette.responses import Response

from services.console.cases.acting import act, render_case
from services.console.cases.kinds import CALENDAR_CHANGE
from services.console.http.development import somebody_with
from services.console.http.forms import NOTHING_SENT, Attempt, once, text
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.setup.calendar_lines import days_typed
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

router = APIRouter(prefix="/calendar")

PROPOSERS = ("pool_manager", "admin")
DECIDER = "approver"
FIRST_YEAR, LAST_YEAR = 2004, 2100

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True)
class ShownDay:
    """A day in a month's table. `kind`: free, worked, or "" where it is as its weekday says."""

    day: date
    kind: str
    reason: str


@router.get("")
async def calendar(page: Page, year: Year = None) -> Response:
    """A year, month by month; the changes; a form for those who may propose one."""
    return await _show(page, NOTHING_SENT, year)


@router.post("/changes")
async def propose(page: Page) -> Response:
    """Propose a change, then look at it."""
    return await page.answer_form(
        lambda sent: _send(page, sent),
        show=lambda attempt: _show(page, attempt, None),
        done=lambda made: page.redirect(
            f"/calendar/changes/{made['number']}", "done.calendar_change-propose"
        ),
    )


@router.get("/changes/{number}")
async def change(page: Page, number: Number) -> Response:
    """One change: its days, who stands by it."""
    return await _show_change(page, number, NOTHING_SENT)


@router.post("/changes/{number}/{action}")
async def act_on_change(page: Page, number: Number, action: str) -> Response:
    """Approve a change, refuse it or take it back."""
    page.console.names.calendar_has_changed()
    return await act(
        page,
        CALENDAR_CHANGE,
        action,
        api=page.risk_pool,
        path=f"/calendar/changes/{number}",
        back=f"/calendar/changes/{number}",
        show=lambda attempt: _show_change(page, number, attempt),
    )


async def _send(page: PageContext, form: FormData) -> Any:
    typed = days_typed(text(form, "days"), unreadable=page.texts("calendar.unreadable"))
    body: dict[str, Any] = {"days": list(typed.days), "reason": text(form, "reason")}
    if year := text(form, "year"):
        body["year"] = int(year) if year.isascii() and year.isdigit() else year
    try:
        return await page.risk_pool.post("/calendar/changes", body, key=once(form))
    except Problem as problem:
        raise typed.at_its_line(problem, page.texts("calendar.in-line")) from problem


async def _show(page: PageContext, attempt: Attempt, year: int | None) -> Response:
    assert page.person is not None
    this_day = await today(page)
    shown = year or int(this_day[:4])
    answer = await page.risk_pool.get("/calendar", year=shown)
    is_of_bureau = page.person.institution == "*"
    changes = items(await page.risk_pool.get("/calendar/changes")) if is_of_bureau else []
    return page.render(
        "calendar.html",
        attempt=attempt,
        calendar=answer,
        months=_months(answer),
        changes=changes,
        years=(FIRST_YEAR, LAST_YEAR),
        may_propose=any(role in page.person.roles for role in PROPOSERS),
        today=this_day,
    )


def _months(answer: Mapping[str, Any]) -> list[list[list[ShownDay | None]]]:
    """The weeks of the twelve months, Monday first; None stands for days of another month."""
    days = {date.fromisoformat(one["day"]): one for one in answer["days"]}
    year = int(answer["year"])

    def shown(day: date) -> ShownDay:
        one = days.get(day)
        if one is None:
            return ShownDay(day, "", "")
        return ShownDay(day, "worked" if one["is_working"] else "free", one["reason"])

    return [
        [
            [shown(day) if day.month == month else None for day in week]
            for week in Calendar().monthdatescalendar(year, month)
        ]
        for month in range(1, 13)
    ]


async def _show_change(page: PageContext, number: int, attempt: Attempt) -> Response:
    answer = await page.risk_pool.read(f"/calendar/changes/{number}")
    waits = "approve" not in answer.body["pending_actions"] and answer.body["waiting_for"]
    return await render_case(
        page,
        CALENDAR_CHANGE,
        answer,
        attempt,
        decider=DECIDER,
        substitute=somebody_with(page, DECIDER) if waits else None,
    )
