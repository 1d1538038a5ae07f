"""Which firm fails in which month, in every future: one factor that all share, and luck of one's own.

The one-factor model (Vasicek 1987; Basel framework CRE31): given the shared factor, firms fail
independently of each other. Months come from a constant chance per month. Chances are floats; no
amount is. Random numbers are the bits of PCG64, whose stream is fixed, so that a seed gives the
same futures with any version of the library.
"""

from collections.abc import Iterator
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.risk_pool.domain.foresight_assumptions import Assumptions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NORMAL = NormalDist()
_CDF = np.frompyfunc(_NORMAL.cdf, 1, 1)
_CELLS = 2_000_000
"""Futures × firms that are looked at together; bounds the memory."""


class Failures(NamedTuple):
    """Of some futures, from the `first` on: which firm fails in which month (1 is the next)."""

    first: int
    futures: int
    future: Ints
    firm: Ints
    month: Ints


class Draws:
    """The random numbers of one look ahead; asked twice, it would go on, so it is made anew."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self, count: int) -> Floats:
        """Numbers between 0 and 1, neither of them included."""
        raw = np.asarray(self._bits.random_raw(count), dtype=np.uint64)
        return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def shared_factor(self, futures: int) -> Floats:
        """A standard normal number for each future, one from each of as many equal parts of its
        range, so that good and bad times come as often as they should."""
        parts = (np.arange(futures) + self.uniform(futures)) / futures
        return np.array([_NORMAL.inv_cdf(float(part)) for part in parts])


def failed_by(pd: float, correlation: float, factor: Floats, months: int) -> Floats:
    """Future × month → the chance that a firm has failed by then, given the shared factor."""
    table = np.empty((len(factor), months))
    for month in range(1, months + 1):
        chance = 1 - (1 - pd) ** (month / 12)
        if chance <= 0 or chance >= 1 or correlation == 0:
            table[:, month - 1] = chance
        else:
            threshold = _NORMAL.inv_cdf(chance)
            at = (threshold - sqrt(correlation) * factor) / sqrt(1 - correlation)
            table[:, month - 1] = _CDF(at)
    return table


def failures(
    pd_of_firm: Floats, assumptions: Assumptions, *, cells_per_future: int
) -> Iterator[Failures]:
    """All failures within the horizon, some futures at a time; all numbers of one future come
    before those of the next, so that the portions change nothing."""
    draws = Draws(assumptions.seed)
    factor = draws.shared_factor(assumptions.scenarios)
    firms, months = len(pd_of_firm), assumptions.horizon_months
    chances, kind = np.unique(pd_of_firm, return_inverse=True)
    portion = max(1, _CELLS // max(firms, cells_per_future, 1))
    for first in range(0, assumptions.scenarios, portion):
        here = factor[first : first + portion]
        by = np.stack(
            [failed_by(float(pd), assumptions.correlation, here, months) for pd in chances], axis=1
        ) if firms else np.empty((len(here), 0, months))  # fmt: skip
        luck = draws.uniform(len(here) * firms).reshape(len(here), firms)
        future, firm = np.nonzero(luck < by[:, kind, -1]) if firms else (_none(), _none())
        own = luck[future, firm]
        month = np.ones(len(future), dtype=np.int64)
        for one in range(months):
            month += own >= by[future, kind[firm], one]
        yield Failures(first, len(here), future, firm, month)


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)
