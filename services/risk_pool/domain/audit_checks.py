"""What a ledger is verified by: rows as they were stored, and the questions put to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Totals = Mapping[str, tuple[int, int]]
"""Account → (debited, credited) fen."""


class Row(NamedTuple):
    """A transfer as stored, with dates, times and ids as the text that was hashed."""

    seq: int
    reference: str
    debit: str
    credit: str
    amount_fen: int
    business_date: str
    kind: str
    explanation_id: str
    loan_id: str
    booked_at: str
    hash: bytes


class Sealed(NamedTuple):
    """An explanation as stored."""

    id: str
    bank_code: str
    kind: str
    explanation: Any
    people: Any
    stored_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the ledger says of itself: how long it is, its last hash, its balances, and the
    cumulative totals of every settled month's end, by account."""

    pool_code: str
    transfers: int
    last_hash: bytes
    balances: Totals
    closed_months: Mapping[str, Totals] = field(default_factory=dict)
    exposure: Mapping[str, int] | None = None
    """`reserved:{bank}` and `covered:{bank}` as the coverages have them, `escrow:{bank}` and
    `earmarked:{bank}` as the claims do; None: not known."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it should be. `seq` is the transfer's number, where it is one."""

    seq: int | None
    zh: str
    en: str


@dataclass(slots=True)
class Check:
    """One question put to the ledger."""

    code: str
    zh: str
    en: str
    looked_at: int = 0
    faults: int = 0
    first: Fault | None = None

    def fault(self, seq: int | None, zh: str, en: str) -> None:
        """Note a fault; the first one is kept in words."""
        self.faults += 1
        if self.first is None:
            self.first = Fault(seq, zh, en)

    @property
    def passed(self) -> bool:
        return self.faults == 0


def first_fault(checks: Sequence[Check]) -> Check | None:
    """The check to tell first: one that names a transfer before one that does not."""
    failed = [check for check in checks if not check.passed]
    named = [check for check in failed if check.first is not None and check.first.seq is not None]
    return min(
        named or failed,
        key=lambda check: (check.first.seq or 0) if check.first else 0,
        default=None,
    )
