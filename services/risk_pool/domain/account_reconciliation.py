"""The reconciliation (银行存款余额调节表): booked balance and bank's balance, and every item between.

    booked = bank + (in the books, not on the account) − (on the account, not in the books)

A match counts on a day once everything in it lies on or before that day, so the two lists always
explain the difference to the fen, on any day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMovement:
    """Of a movement of cash in the books, what the account does not show by the day."""

    seq: int
    day: date
    kind: str
    reference: str
    party_code: str
    party_name: str
    amount_fen: int
    open_fen: int
    seen_on: date | None
    """When the account showed it, where that was after the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """Of a line of the account, what the books do not have by the day."""

    id: UUID
    account_number: str
    position: int
    day: date
    reference: str
    counterparty_name: str
    purpose: str
    is_opening: bool
    amount_fen: int
    open_fen: int
    booked_on: date | None
    """When it was booked, where that was after the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Both balances on a day and what lies between them."""

    on: date
    booked_fen: int
    bank_fen: int
    """The lines up to the day added up, with what the account held before them."""
    all_lines_fen: int
    closing_fen: int
    """What the last statements end with: all lines added up, as the bank itself says it."""
    in_books_only: tuple[OpenMovement, ...]
    on_account_only: tuple[OpenLine, ...]
    covered_until: date | None
    """The last day of which every account has a statement; None where one has none."""

    @property
    def difference_fen(self) -> int:
        """Booked less bank."""
        return self.booked_fen - self.bank_fen

    @property
    def explained_fen(self) -> int:
        """What the two lists explain of it."""
        return _sum(self.in_books_only) - _sum(self.on_account_only)

    @property
    def adds_up(self) -> bool:
        """Whether the lists explain the difference, and the lines the bank's own closing balance."""
        explained = self.difference_fen == self.explained_fen
        return explained and self.all_lines_fen == self.closing_fen

    @property
    def is_settled(self) -> bool:
        """Whether books and account agree, with nothing left to work off."""
        return self.adds_up and not self.in_books_only and not self.on_account_only

    @property
    def is_covered(self) -> bool:
        """Whether the statements reach to the day."""
        return self.covered_until is not None and self.covered_until >= self.on


def _sum(items: Sequence[OpenMovement | OpenLine]) -> int:
    return sum(one.open_fen for one in items)
