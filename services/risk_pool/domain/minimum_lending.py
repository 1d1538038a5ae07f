"""Minimum lending (最低放款): a floor that a bank has agreed to, and how far its lending has got.

Programmes B.2 and H.26: a promise, reported and shown as what is short of it; it refuses nothing.
By the year means the calendar year, whole; no measure says how a year that is begun in the middle
counts, so nothing is taken off it (assumed).
"""

from dataclasses import dataclass
from datetime import date

from services.risk_pool.domain.agreement import Per


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingFloor:
    """A floor over some days, and what was lent on them."""

    first_day: date
    last_day: date
    minimum_fen: int
    lent_fen: int

    @property
    def is_reached(self) -> bool:
        """Lending the minimum exactly reaches it."""
        return self.lent_fen >= self.minimum_fen

    @property
    def short_fen(self) -> int:
        """What is missing; nought once it is reached."""
        return max(self.minimum_fen - self.lent_fen, 0)

    @property
    def beyond_fen(self) -> int:
        """What was lent beyond it."""
        return max(self.lent_fen - self.minimum_fen, 0)


def days_of(per: Per, *, valid_from: date, valid_to: date | None, today: date) -> tuple[date, date]:
    """The days over which lending counts against the floor today: the whole term, or the calendar
    year of today, of an agreement that has ended its last year, of one to come its first."""
    if per == "term":
        assert valid_to is not None
        return valid_from, valid_to
    year = max(today, valid_from).year
    if valid_to is not None:
        year = min(year, valid_to.year)
    return date(year, 1, 1), date(year, 12, 31)
