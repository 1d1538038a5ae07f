"""When a day is over in China, the listeners are told how much was told: so they know of a loss."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.applications.handlers.day_over import tell_day_over
from services.applications.main import SERVICE
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.contracts.applications import DayOverV1, LoanRepaidV1
from shared.messaging import outbox
from shared.postgres.database import EVERYWHERE

MARCH_31 = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
"""A minute to midnight in China."""
APRIL_1 = datetime(2026, 3, 31, 16, 1, tzinfo=UTC)
APRIL_2 = datetime(2026, 4, 1, 16, 1, tzinfo=UTC)


def repaid() -> LoanRepaidV1:
    return LoanRepaidV1(
        loan_id=uuid4(), number="DL-2026-000001", bank_code="ICBC-TJ", pool_code="dongli",
        borrower_uscc="91440400192548256N", borrower_name="甲", repaid_on=MARCH_31.date(),
    )  # fmt: skip


async def tells(service: Any, count: int, at: datetime) -> None:
    """So many events of one type are said at a moment."""
    async with service.context.database.begin(EVERYWHERE) as conn:
        await outbox.append(conn, [repaid() for _ in range(count)], now=at)


async def started(service: Any) -> None:
    """The due job has looked once, at the day on which the test runs."""
    async with asyncio.timeout(30):
        while True:
            async with service.context.database.begin(EVERYWHERE) as conn:
                if await conn.fetchval("select day from days_over"):
                    return
            await asyncio.sleep(0.05)


async def day_is_over(service: Any, at: datetime) -> None:
    """The due job looks at a moment."""
    await tell_day_over(service.context.database, lambda: at)


async def markers(service: Any) -> list[tuple[str, dict[str, int]]]:
    """The days told to be over since the start, with month → count of what is said here."""
    await service.settled()
    async with service.context.database.begin(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select body from event_feed where type = $1 order by position", DayOverV1.type
        )
    said = [json.loads(row["body"]) for row in rows]
    days = [(one["day"], {told["month"]: told["count"] for told in one["told"]}) for one in said]
    return days[1:]


async def test_a_day_that_is_over_is_told_once_with_all_that_was_told_until_then(running):
    async with running(SERVICE, due_interval_seconds=3600) as service:
        await started(service)
        await tells(service, 3, MARCH_31)
        await day_is_over(service, MARCH_31)
        await service.settled()
        # Three of them are published by now; the fourth belongs to the next day and month.
        await tells(service, 1, APRIL_1)

        for _ in range(3):
            await day_is_over(service, APRIL_1)

        first, last = await markers(service)
        # Told so far on the 30th, nothing came after: the last day adds none.
        assert (first, last) == (("2026-03-30", {"2026-03": 3}), ("2026-03-31", {}))
        await day_is_over(service, APRIL_2)
        assert (await markers(service))[2:] == [("2026-04-01", {"2026-04": 1})]


async def test_an_event_committed_after_its_month_was_told_is_told_again(running):
    async with running(SERVICE, due_interval_seconds=3600) as service:
        await started(service)
        await tells(service, 2, MARCH_31)
        await day_is_over(service, APRIL_1)

        await tells(service, 1, MARCH_31)
        await day_is_over(service, APRIL_1)
        await day_is_over(service, APRIL_1)

        assert await markers(service) == [
            ("2026-03-31", {"2026-03": 2}),
            ("2026-03-31", {"2026-03": 3}),
        ]


async def test_the_pool_hears_that_a_month_is_over_when_the_clock_says_so(running):
    async with running(SERVICE, RISK_POOL, due_interval_seconds=3600) as (applications, pool):
        await started(applications)
        admin = applications.as_("zhou", "admin")
        await applications.context.clock.set(MARCH_31)
        await tells(applications, 2, MARCH_31)

        moved = await admin.put("/sandbox/clock", json={"now": APRIL_1.isoformat()})

        assert moved.status_code == 200
        await applications.settled()
        async with pool.context.database.begin(EVERYWHERE) as conn:
            until = await conn.fetchval("select day from producers_told_until")
            told = await conn.fetchval("select sum(count) from producers_told")
            heard = await conn.fetchval(
                "select sum(count) from heard_counts where type = $1", LoanRepaidV1.type
            )
        assert (str(until), told, heard) == ("2026-03-31", 2, 2)
