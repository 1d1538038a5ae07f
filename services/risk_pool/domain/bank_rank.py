"""A bank's own place among the banks of a pool: its place and how many there are, and no other's."""

from collections.abc import Mapping
from fractions import Fraction

FEWEST = 3
"""Among fewer banks a place would tell a bank what the other one's figure is like."""


def place_of(bank: str, figures: Mapping[str, Fraction], *, most_first: bool) -> int | None:
    """The bank's place, equal figures sharing the better one; None where it has no figure, or where
    too few banks have one."""
    if bank not in figures or len(figures) < FEWEST:
        return None
    own = figures[bank]
    better = [one for one in figures.values() if (one > own if most_first else one < own)]
    return len(better) + 1
