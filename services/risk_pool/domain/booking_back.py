"""What a claim has booked, booked back: nothing is changed, the opposite is booked on top.

Between the parties an opposite is never the same entry turned round: a share that a settlement has
collected stands on no account any more. So who was owed owes now, and who owed is owed; the next
settlement nets the two. What the pool itself has not paid yet is taken off its own debt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.risk_pool.domain.ledger import (
    CASH,
    CLAIMS,
    EARMARKS,
    RECOVERIES,
    Transfer,
    natural_balance,
    payable_to,
    receivable_from,
    turnover,
)
from services.risk_pool.domain.month_figures import (
    CLAIM_APPROVED,
    ESCROW_EARMARKED,
    ESCROW_HELD,
    ESCROW_RELEASED,
)

_POOLS_OWN = frozenset({CASH, CLAIMS, RECOVERIES, EARMARKS})
_SET_ASIDE = frozenset({ESCROW_EARMARKED, ESCROW_HELD, ESCROW_RELEASED})
"""Moves of the pool's own money that nobody else has a part in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transfer that an adjustment books, and what it adjusts."""

    adjusts: str
    """The reference of what was booked."""
    kind: str
    debit: str
    credit: str
    amount_fen: int


def booked_back(
    transfers: Iterable[Transfer], *, bearer_code: str, is_paid: bool
) -> tuple[Entry, ...]:
    """The opposite of everything that a claim and its recoveries have booked.

    `is_paid`: the pool's share has left the account, and its payee owes it back. What came in on
    the pool's own account belongs to the bearer of the loan then. What is still held in escrow, or
    earmarked for it, goes back to the pool at once; what was paid out of escrow is owed back.
    """
    booked = tuple(transfers)
    entries = _set_free(booked)
    for one in booked:
        if one.kind in _SET_ASIDE:
            continue
        unpaid = one.kind == CLAIM_APPROVED and not is_paid
        debit, credit = _owing(one.credit, unpaid), _owed(one.debit, bearer_code)
        if _owner(debit) != _owner(credit) or _owner(debit) == "":
            entries.append(
                Entry(
                    adjusts=one.reference,
                    kind=f"reversal-of-{one.kind}",
                    debit=debit,
                    credit=credit,
                    amount_fen=one.amount_fen,
                )
            )
    return tuple(entries)


def _set_free(booked: Sequence[Transfer]) -> list[Entry]:
    """What stands on the accounts of escrow, back into the dedicated account."""
    entries = []
    for account, (debited, credited) in turnover(booked).items():
        kind = account.partition(":")[0]
        left_fen = natural_balance(account, debited_fen=debited, credited_fen=credited)
        if kind in ("escrow", "earmarked") and left_fen:
            first = next(one for one in booked if one.debit == account)
            entries.append(
                Entry(
                    adjusts=first.reference,
                    kind=f"reversal-of-{first.kind}",
                    debit=CASH if kind == "escrow" else EARMARKS,
                    credit=account,
                    amount_fen=left_fen,
                )
            )
    return entries


def _owing(credited: str, unpaid: bool) -> str:
    """Where what was credited is taken back: a debt of the pool that it has not paid is cancelled,
    a receivable that was lowered stands again; who was paid out of escrow owes."""
    kind, _, party = credited.partition(":")
    owes = kind == "escrow" or (kind == "payable" and not unpaid)
    return receivable_from(party) if owes else credited


def _owed(debited: str, bearer_code: str) -> str:
    """To whom what was debited goes back."""
    kind, _, party = debited.partition(":")
    if debited == CASH:
        return payable_to(bearer_code)
    return payable_to(party) if kind == "receivable" else debited


def _owner(account: str) -> str:
    return account.partition(":")[2]


def nets(entries: Iterable[Entry], pool_code: str) -> dict[str, int]:
    """Party → what it gets by the entries (positive) or pays (negative), in fen; they sum to 0."""
    found: dict[str, int] = {}
    for one in entries:
        for account, fen in ((one.debit, -one.amount_fen), (one.credit, one.amount_fen)):
            is_pools = account in _POOLS_OWN or account.startswith(("escrow:", "earmarked:"))
            owner = pool_code if is_pools else _owner(account)
            found[owner] = found.get(owner, 0) + fen
    assert sum(found.values()) == 0, "no fen is made or lost"
    return found


def as_transfers(
    entries: Sequence[Entry],
    *,
    adjustment_number: str,
    loan_id: UUID,
    day: date,
    explanation_id: UUID,
) -> tuple[Transfer, ...]:
    """The entries as they are booked, each naming the adjustment and what it adjusts."""
    return tuple(
        Transfer(
            reference=f"adjustment:{adjustment_number}:{one.adjusts}",
            debit=one.debit,
            credit=one.credit,
            amount_fen=one.amount_fen,
            business_date=day,
            kind=one.kind,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for one in entries
    )
