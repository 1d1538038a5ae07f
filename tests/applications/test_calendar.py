"""A calendar that two persons change: every service counts by it, what runs is counted anew once."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.applications.handlers.calendar import recount_deadlines
from services.risk_pool.handlers.calendar_recount import recount_deadlines as recount_pool
from shared import service
from shared.calendar import WorkingDays
from shared.postgres.calendar_overrides import LEARNT_WITHIN_SECONDS, load_working_days
from shared.postgres.database import EVERYWHERE
from tests.applications import test_with_the_pool as with_pool
from tests.applications.test_with_the_pool import Town
from tests.notifications.conftest import until
from tests.services import RunningService, nothing_in_flight

town = with_pool.town


@pytest.fixture
def nobody_learns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes learn a change where the story says so, and not by themselves."""
    monkeypatch.setattr(service, "LEARNT_WITHIN_SECONDS", 3600)


@pytest.fixture
async def slow(nobody_learns: None, town: Town) -> AsyncIterator[Town]:
    yield town


async def changes(at: Town, days: dict[str, bool], **more: Any) -> None:
    """Two persons change the calendar, and both services have heard of it."""
    body = {"days": [{"day": day, "is_working": on} for day, on in days.items()], "reason": "停工"}
    made = await at.asks(at.pool.as_("adam", "admin"), "/calendar/changes", body | more)
    where = f"/calendar/changes/{made['number']}/approve"
    await at.asks(at.pool.as_("li", "approver"), where, {}, 200)


async def learns(one: RunningService) -> None:
    async with one.context.database.connection() as conn:
        one.context.working_days.learn(await load_working_days(conn))


async def recounts(at: Town) -> None:
    """The seconds in which every process learns a change are over, and the job looks."""
    for one, job in ((at.office.service, recount_deadlines), (at.pool, recount_pool)):
        await learns(one)
        async with one.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update calendar_changes_taken set settles_at = now()")
        await job(one.context)
    await nothing_in_flight([at.office.service, at.pool])


async def due(at: Town, case: Any) -> str:
    return str((await at.office.case(case))["waiting_for"]["due_on"])


async def test_a_deadline_that_runs_moves_with_its_working_days_and_only_once(slow: Town):
    case = await slow.office.submits()
    assert await due(slow, case) == "2026-03-09"  # five working days from Monday, 2 March

    await changes(slow, {"2026-03-06": False, "2026-03-07": True, "2026-03-09": False})
    await recount_deadlines(slow.office.service.context)
    assert await due(slow, case) == "2026-03-09", "not before every process has learnt it"
    await recounts(slow)
    await recounts(slow)

    assert await due(slow, case) == "2026-03-10"
    (waits,) = (await slow.office.reviewer().get("/to-do")).json()["items"]
    assert (waits["due_on"], waits["working_days_left"], waits["is_assumed"]) == (
        "2026-03-10", 5, False,
    )  # fmt: skip
    told = [one for one in await slow.office.said("case-deadline.set.v1") if one.was_due_on]
    assert [(str(one.was_due_on), str(one.due_on)) for one in told] == [
        ("2026-03-09", "2026-03-10")
    ]


async def test_a_day_given_in_the_seconds_after_a_change_is_right_by_whichever_calendar(slow: Town):
    office = slow.office.service.context
    await changes(slow, {"2026-03-06": False})
    by_old = await slow.office.submits()
    await learns(slow.office.service)
    by_new = await slow.office.submits()
    assert (await due(slow, by_old), await due(slow, by_new)) == ("2026-03-09", "2026-03-10")
    assert office.working_days.is_working(date(2026, 3, 6)) is False

    await recounts(slow)

    assert await due(slow, by_old) == await due(slow, by_new) == "2026-03-10"


async def test_what_is_past_stays_and_changes_are_counted_one_after_the_other(slow: Town):
    late = await slow.office.submits()
    await slow.it_is("2026-03-10")
    await slow.office.moves_clock(days=8)
    running = await slow.office.submits()
    assert await due(slow, running) == "2026-03-17"

    await changes(slow, {"2026-03-11": False})
    await changes(slow, {"2026-03-14": True, "2026-03-12": False})
    await changes(slow, {"2026-03-11": True})
    await recounts(slow)

    assert await due(slow, late) == "2026-03-09"
    assert await due(slow, running) == "2026-03-17"
    assert WorkingDays({date(2026, 3, 14): True, date(2026, 3, 12): False}).add(
        date(2026, 3, 10), 5
    ) == date(2026, 3, 17)


async def test_every_process_of_every_service_learns_it_by_itself(town: Town):
    await changes(town, {"2026-03-05": False})

    async def learnt() -> bool:
        parts = (town.office.service, town.pool)
        return not any(one.context.working_days.is_working(date(2026, 3, 5)) for one in parts)

    await until(learnt, seconds=LEARNT_WITHIN_SECONDS * 5)
