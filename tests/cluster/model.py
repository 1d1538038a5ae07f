"""The pool's ledger as it must be: a small model of its own, from the commands that were granted."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from tests.cluster.history import Command, History, Transfer
from tests.cluster.programme import POOL_SHARE_PERCENT

_CREDIT_SIDE = ("contribution", "recoveries", "payable", "capacity", "interest", "suspense")
"""Accounts that grow on the right."""


def pool_share(fen: int) -> int:
    """The pool's part, half a fen rounded up; the bank takes the rest."""
    return (fen * POOL_SHARE_PERCENT + 50) // 100


def balances_of(transfers: Iterable[Transfer]) -> dict[str, int]:
    """Account → fen, by the lines alone; accounts at nought are left out."""
    found: Counter[str] = Counter()
    for one in transfers:
        found[one.debit] += _sign(one.debit) * one.amount_fen
        found[one.credit] -= _sign(one.credit) * one.amount_fen
    return {account: fen for account, fen in found.items() if fen}


def balances_should_be(history: History, happened: Callable[[Command], bool]) -> Mapping[str, int]:
    """The same by what was granted: money paid in, reserved, lent, claimed, paid and come back."""
    of_loans: dict[str, dict[str, Command]] = {}
    should: Counter[str] = Counter()
    for one in history.commands:
        if not happened(one):
            continue
        if one.deed == "pay in":
            should["cash"] += one.amount_fen
            should["contribution:DL-FIN"] += one.amount_fen
        elif one.about:
            of_loans.setdefault(one.about, {})[one.deed] = one
    for deeds in of_loans.values():
        _loan(should, deeds)
    should["capacity"] = sum(
        fen for account, fen in should.items() if account.startswith(("reserved:", "covered:"))
    )
    return {account: fen for account, fen in should.items() if fen}


def _loan(should: Counter[str], deeds: Mapping[str, Command]) -> None:
    """What one loan adds."""
    if "approve" not in deeds or "withdraw" in deeds:
        return
    amount_fen = deeds["approve"].amount_fen
    bank = deeds["approve"].bank
    if "disburse" not in deeds:
        should[f"reserved:{bank}"] += amount_fen
        return
    is_repaid = "report" in deeds and deeds["report"].amount_fen == 0
    if "decide" not in deeds:
        if not is_repaid:
            should[f"covered:{bank}"] += amount_fen
        return
    share_fen = pool_share(amount_fen)
    should["claims"] += share_fen
    if "pay" in deeds:
        should["cash"] -= share_fen
    else:
        should[f"payable:{bank}"] += share_fen
    if "confirm" in deeds:
        back_fen = pool_share(deeds["confirm"].amount_fen)
        should[f"receivable:{bank}"] += back_fen
        should["recoveries"] += back_fen


def _sign(account: str) -> int:
    return -1 if account.partition(":")[0] in _CREDIT_SIDE else 1
