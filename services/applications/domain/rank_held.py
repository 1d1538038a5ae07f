"""A rank of a right, as the register of held rights has it."""

from dataclasses import dataclass
from typing import Final

FIRST: Final = 1
"""The rank of a right that nobody else holds."""


@dataclass(frozen=True, slots=True)
class RankHeld:
    """A rank of a right that a live case holds; a loan and its renewal hold it together."""

    rank: int
    secured_fen: int
    """The IP part of what is owed, or is to be lent: the right answers for the whole of it."""
    is_registered: bool
    is_own: bool
    """The same bank's, of the same firm."""
