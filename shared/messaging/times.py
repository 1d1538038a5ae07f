"""Whether the times of an event can be: what is said has been said, and of days that had come.

Clocks of two machines differ a little, and a batch waits; so the limits are wide. What passes them is
no delay: it is forged, or its producer's clock is wrong, and it is parked for somebody to look.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from shared.clock import business_date
from shared.contracts.envelope import Envelope, Event

SKEW: Final = timedelta(minutes=10)
"""So far may the clock of who says it be before that of who hears it."""
FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""No service of this house said anything before."""
HAPPENED: Final = frozenset(
    {
        "activated_on", "approved_on", "closed_on", "decided_on", "disbursed_on", "drawn_on",
        "escrowed_on", "filed_on", "paid_on", "received_on", "recorded_on", "repaid_on",
        "reported_on", "submitted_on", "written_off_on",
    }
)  # fmt: skip
"""Days on which something was done, by their name; what is due, agreed or valid may lie ahead."""
EARLIEST_DAY: Final = date(1980, 1, 1)
"""Of what was done: no loan of a pool and nothing about one is older."""


def what_cannot_be(arrived: Envelope, event: Event, *, latest: datetime | None) -> str | None:
    """What is wrong with the times of an event; None where they can be.

    `latest` is what the hearer's clock shows; None where clocks are moved by hand, in a sandbox: there
    what is told and what is done may be of two clocks.
    """
    if arrived.time < FIRST:
        return f"its time {arrived.time.isoformat()} is from before this house said anything"
    if latest is None:
        return None
    if arrived.time > latest + SKEW:
        return f"its time {arrived.time.isoformat()} is still to come"
    names = _happened(type(event))
    if not names:
        return None
    # A day more: who says it may name a day by another zone's calendar.
    last = business_date(arrived.time) + timedelta(days=1)
    for name in names:
        day = getattr(event, name)
        if isinstance(day, date) and not EARLIEST_DAY <= day <= last:
            return (
                f"its {name} is {day.isoformat()}, and it was said on {business_date(arrived.time)}"
            )
    return None


@cache
def _happened(kind: type[Event]) -> tuple[str, ...]:
    return tuple(sorted(HAPPENED & kind.model_fields.keys()))
