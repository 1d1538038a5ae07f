"""What each line of a statement does to its net: the lines of a month add up to what it leaves.

A line is a transfer on what is between the pool and a party. Posting nets, receipts and payments
change what an earlier statement has told; the pool's share of a claim is paid by the claim's own
payment: none of these is asked for by the month, so each does nothing to its net.
"""

from collections.abc import Mapping
from typing import Any

from services.risk_pool.domain.ledger import payable_to, receivable_from
from services.risk_pool.domain.month_figures import (
    DISPUTE_UPHELD,
    SETTLES_CLAIMS,
    SETTLES_MONTHS,
)


def stated_fen(transfer: Mapping[str, Any], party: str) -> int:
    """What a transfer adds to the net of the party's statement: positive what the pool comes to owe
    it, negative what it comes to owe the pool, 0 where no statement asks for it."""
    kind = transfer["kind"]
    if kind in SETTLES_MONTHS:
        return 0
    payable, receivable = payable_to(party), receivable_from(party)
    payable_fen = _moved(transfer, credited=payable)
    receivable_fen = -_moved(transfer, credited=receivable)
    if kind == DISPUTE_UPHELD:
        # What an upheld dispute takes off was told before; what it makes anew is asked for.
        return max(payable_fen, 0) - max(receivable_fen, 0)
    return (0 if kind in SETTLES_CLAIMS else payable_fen) - receivable_fen


def _moved(transfer: Mapping[str, Any], *, credited: str) -> int:
    """How far an account moves by a transfer, positive where it is credited."""
    fen: int = transfer["amount_fen"]
    if transfer["credit"] == credited:
        return fen
    return -fen if transfer["debit"] == credited else 0
