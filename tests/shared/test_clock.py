"""The system clock, and the sandbox clock over a real database."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from shared.clock import SystemClock, business_date
from shared.postgres.database import EVERYWHERE
from shared.postgres.sandbox_clock import ClockOnlyForward, ClockTooFar, SandboxClock

MARCH = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)


class Real:
    """Real time, held in the hand of the test."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def real() -> Real:
    return Real()


@pytest.fixture
async def clock(database, real) -> SandboxClock:
    return await SandboxClock.load(database, real=real.now)


def test_the_system_clock_tells_aware_utc():
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 16, 0, tzinfo=UTC), date(2026, 4, 1)),
    ],
)
def test_the_business_day_turns_at_midnight_in_shanghai(moment, day):
    assert business_date(moment) == day


def test_a_moment_without_a_time_zone_has_no_business_day():
    with pytest.raises(AssertionError):
        business_date(datetime(2026, 3, 31))


async def test_before_it_is_set_it_tells_real_time(clock, real):
    assert clock.now() == real.moment


async def test_it_can_first_be_set_anywhere_and_then_runs_on(clock, real):
    await clock.set(MARCH)
    real.moment += timedelta(minutes=5)

    assert clock.now() == MARCH + timedelta(minutes=5)


async def test_it_never_goes_back(clock, real):
    await clock.set(MARCH)
    real.moment += timedelta(minutes=5)

    with pytest.raises(ClockOnlyForward):
        await clock.set(MARCH + timedelta(minutes=4))
    with pytest.raises(ClockOnlyForward):
        await clock.advance(timedelta(days=-1))

    assert clock.now() == MARCH + timedelta(minutes=5)


async def test_it_stands_still_when_real_time_is_set_back(clock, real):
    await clock.set(MARCH)
    real.moment -= timedelta(hours=1)

    assert clock.now() == MARCH


async def test_it_survives_a_restart_and_is_learned_by_others(clock, database, real):
    other = await SandboxClock.load(database, real=real.now)
    await clock.set(MARCH)
    restarted = await SandboxClock.load(database, real=real.now)
    await other.reload()

    assert restarted.now() == other.now() == MARCH


async def test_another_process_cannot_take_it_back_either(clock, database, real):
    other = await SandboxClock.load(database, real=real.now)
    await clock.set(MARCH + timedelta(days=1))

    with pytest.raises(ClockOnlyForward):
        await other.set(MARCH)

    assert other.now() == MARCH + timedelta(days=1)


async def test_moved_from_two_sides_at_once_the_later_moment_stays(clock, database, real):
    other = await SandboxClock.load(database, real=real.now)
    moves = [clock.set(MARCH + timedelta(days=2)), other.set(MARCH + timedelta(days=1))]

    await asyncio.gather(*moves, return_exceptions=True)

    assert (await SandboxClock.load(database, real=real.now)).now() == MARCH + timedelta(days=2)


async def test_it_is_not_moved_beyond_any_loan(clock):
    for moment in (datetime(1999, 12, 31, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)):
        with pytest.raises(ClockTooFar):
            await clock.set(moment)
    with pytest.raises(ClockTooFar):
        await clock.advance(timedelta.max)


async def test_there_is_one_row_at_most(clock, database):
    await clock.set(MARCH)

    with pytest.raises(asyncpg.PostgresError):
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute("insert into sandbox_clock values (false, now(), now())")
