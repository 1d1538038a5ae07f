"""A claim goes through its public notice, for stories that are about something else."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any


async def goes_through_notice(
    person: Callable[[str, str], Any],
    claim: dict[str, Any],
    *,
    today: date,
    it_is: Callable[[str], Awaitable[None]],
    ends: str = "finance_maker",
) -> Any:
    """The claim stands on a list of its own, approved by a second person, until its days are over; then
    somebody in the role `ends` ends it, unless the calendar has. Nobody objects.

    `person(subject, role)` is a client of the risk pool; `it_is` moves its clock to a day.
    """
    made = await person("maker-of-notices", "finance_maker").post(
        f"/pools/{claim['pool_code']}/public-notices",
        json={"title": "风险补偿公示", "claims": [claim["id"]], "opens_on": str(today)},
    )
    assert made.status_code == 201, made.text
    notice = made.json()
    at = f"/public-notices/{notice['id']}"
    shown = await person("approver-of-notices", "approver").post(f"{at}/approve", json={})
    assert shown.status_code == 200, shown.text
    await it_is(str(date.fromisoformat(notice["last_day"]) + timedelta(days=1)))
    ended = await person(f"{ends}-of-steps", ends).post(f"{at}/end", json={})
    by_the_calendar = ended.status_code == 409 and ended.json()["state"] == "ended"
    assert ended.status_code == 200 or by_the_calendar, ended.text
    return notice
