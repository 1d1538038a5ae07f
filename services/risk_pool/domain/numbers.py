"""The numbers people use: DL-K-2026-0001 is the first cash entry of 2026 in the pool of Dongli.

Two pools never share the letters that their numbers begin with, however alike their names are;
so no two numbers are the same.
"""

import re
from collections.abc import Collection, Iterator
from itertools import count
from typing import Final

from shared.case_numbers import prefix_of

LONGEST: Final = 6
"""Letters of a prefix, before a digit is set behind it."""


def number(prefix: str, series: str, year: int, serial: int) -> str:
    """`DL-K-2026-0001`; more digits when a year has more than 9,999."""
    return f"{prefix}-{series}-{year}-{serial:04d}"


def free_prefix(pool_code: str, taken: Collection[str]) -> str:
    """The letters for a new pool: the usual ones, else more of its name, else with a digit."""
    return next(one for one in _candidates(pool_code) if one not in taken)


def _candidates(pool_code: str) -> Iterator[str]:
    usual = prefix_of(pool_code)
    yield usual
    letters = re.sub(r"[^a-z0-9]", "", pool_code.lower()).upper()
    for length in range(len(usual) + 1, min(len(letters), LONGEST) + 1):
        yield letters[:length]
    for digit in count(2):
        yield f"{usual}{digit}"
