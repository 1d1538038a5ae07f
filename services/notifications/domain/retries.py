"""When a delivery is tried again, and when it is given up.

The waits are those Standard Webhooks recommends (section "Deliverability and reliability"):
ten attempts over a bit more than three days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

WAITS_SECONDS: tuple[float, ...] = (
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
)
"""The wait after the first failed attempt, the second, …; after the last wait comes one more."""

SUSTAINED = timedelta(hours=1)
"""A receiver that has failed for so long will hardly mend by itself: people are told."""

JITTER = 0.2
"""A wait is stretched by up to this part, so that what failed together does not return together."""

LONGEST_RETRY_AFTER = timedelta(hours=24)
"""A receiver may ask for patience, but not for silence without an end."""


class Verdict(StrEnum):
    """What an attempt means for its delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    FAILED = "failed"
    """Given up: no attempt is left, or another one could not help."""
    GONE = "gone"
    """The receiver is no more, or wants nothing more, ever (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """How an attempt ended. `status` is None when there was no answer at all."""

    status: int | None = None
    error: str = ""
    retry_after: timedelta | None = None
    hopeless: bool = False
    """The receiver has refused for good; the same message will be refused again."""
    no_such_address: bool = False
    """There is no such mailbox or number: whose it is has to look, before more is sent."""
    gone: bool = False
    """The receiver is no more: nothing will ever arrive there."""
    hold: timedelta | None = None
    """For so long its receiver takes nothing at all: it was told too much at a time."""
    excerpt: str = ""
    """The first bytes of what was answered, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What becomes of a delivery. `at` is the time of the next attempt, where there is one."""

    verdict: Verdict
    at: datetime | None = None


def what_next(
    result: AttemptResult,
    *,
    tries: int,
    now: datetime,
    chance: float,
    waits: Sequence[float] = WAITS_SECONDS,
) -> Next:
    """Judge the `tries`-th attempt (from 1). `chance`, from 0 to 1, is where the jitter falls.

    Any 2xx is a delivery, unless what it says is an error; a redirect is not followed and counts
    as a failure.
    """
    assert tries >= 1
    assert 0 <= chance <= 1
    if result.status is not None and 200 <= result.status < 300 and not result.error:
        return Next(verdict=Verdict.DELIVERED)
    if result.status == 410 or result.gone:
        return Next(verdict=Verdict.GONE)
    if result.hopeless or tries > len(waits):
        return Next(verdict=Verdict.FAILED)
    wait = timedelta(seconds=waits[tries - 1] * (1 + JITTER * chance))
    asked_for = min(result.retry_after or timedelta(0), LONGEST_RETRY_AFTER)
    return Next(verdict=Verdict.RETRY, at=now + max(wait, asked_for))


def read_retry_after(text: str, *, now: datetime) -> timedelta | None:
    """Retry-After (RFC 9110, section 10.2.3): seconds or a date; None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        # More digits than these are longer than anybody waits, and would not fit a timedelta.
        return timedelta(seconds=int(text)) if len(text) <= 9 else LONGEST_RETRY_AFTER
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - now, timedelta(0))
