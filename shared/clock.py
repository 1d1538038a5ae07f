"""What time it is, and on which day in China a moment falls.

A sandbox has a clock that can be moved forward: `shared.postgres.sandbox_clock`.
"""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime: ...

    async def reload(self) -> None:
        """Learn what another process has done to it; before a request, a batch and a job."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return datetime.now(UTC)

    async def reload(self) -> None:
        """There is nothing to learn: nobody moves it."""


def business_date(now: datetime) -> date:
    """The day in China on which a moment falls."""
    assert now.tzinfo is not None, "a moment has a time zone"
    return now.astimezone(SHANGHAI).date()
