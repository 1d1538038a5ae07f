"""What many futures say together: how much in bad times, when the money is gone, what is needed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.risk_pool.foresight.book import Ints
from services.risk_pool.foresight.claims_paid import Futures

LEVELS: Final = (50, 75, 90, 95, 99)
"""Of a hundred futures, so many are no worse."""
CURVE: Final = (10, 25, 50, 75, 90, 95, 99)
"""The levels of a loss curve."""


@dataclass(frozen=True, slots=True)
class Found:
    """The futures of one book under one set of terms. Amounts in fen, by future."""

    lost: Ints
    paid: Ints
    recovered: Ints
    banks: Ints
    lowest: Ints
    """The least that the pool has in any month; below zero what it lacks then."""
    exhausted_in: Ints
    """The first month with nothing left; 0: never within the horizon."""
    by_month: Futures

    @property
    def top_up(self) -> Ints:
        """What had to be paid in today for the pool to meet all claims."""
        return np.maximum(-self.lowest, 0)

    @property
    def exhausted_bp(self) -> int:
        """Of ten thousand futures, in how many the money does not last."""
        return share_bp(int((self.exhausted_in > 0).sum()), len(self.exhausted_in))

    def exhausted_by_bp(self, month: int) -> int:
        """The same by the end of a month (1 is the next)."""
        gone = (self.exhausted_in > 0) & (self.exhausted_in <= month)
        return share_bp(int(gone.sum()), len(gone))

    def exhausted_at(self, level: int) -> int | None:
        """The month in which the money is gone at a level: at 95, in five futures of a hundred it
        is gone by then. None: not within the horizon."""
        months = np.where(self.exhausted_in > 0, self.exhausted_in, np.iinfo(np.int64).max)
        month = at_level(-months, level)
        return None if month == -np.iinfo(np.int64).max else -month


def found(futures: Futures) -> Found:
    """The measures of all futures."""
    below = futures.balance < 0
    return Found(
        lost=futures.lost.sum(axis=1),
        paid=futures.paid.sum(axis=1),
        recovered=futures.recovered.sum(axis=1),
        banks=futures.banks.sum(axis=1),
        lowest=futures.balance.min(axis=1),
        exhausted_in=np.where(below.any(axis=1), below.argmax(axis=1) + 1, 0),
        by_month=futures,
    )


def at_level(amounts: Ints, level: int) -> int:
    """The amount that so many futures of a hundred do not exceed: nearest rank, so one of them."""
    rank = -(-len(amounts) * level // 100)
    return int(np.partition(amounts, rank - 1)[rank - 1])


def low_at_level(amounts: Ints, level: int) -> int:
    """The amount that so many futures of a hundred do not fall below."""
    return -at_level(-amounts, level)


def mean(amounts: Ints) -> int:
    """The average, rounded half-up to the fen."""
    total, count = int(amounts.sum()), len(amounts)
    return (2 * total + count) // (2 * count)


def share_bp(part: int, whole: int) -> int:
    """Basis points, rounded half-up."""
    return (2 * part * 10_000 + whole) // (2 * whole)
