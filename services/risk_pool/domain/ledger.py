"""The ledger's law: what a transfer is, and which way an account counts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

CASH = "cash"
CLAIMS = "claims"
RECOVERIES = "recoveries"
INTEREST = "interest"
FEES = "fees"
SUBSIDIES = "subsidies"
CAPACITY = "capacity"
SUSPENSE = "suspense"
"""Money on the account whose owner or reason is not known yet (暂收款项): owed to somebody, no
money of the pool's own."""
EARMARKS = "earmarks"

DEBTOR = "debtor"
"""The party from whom the pool recovers itself; no programme of ours has it so."""

DEBIT_KINDS = frozenset(
    {
        "cash",
        "claims",
        "fees",
        "subsidies",
        "receivable",
        "reserved",
        "covered",
        "escrow",
        "earmarked",
    }
)
"""Accounts whose balance is debits minus credits: what is owned, spent, owed to us or exposed.

`escrow:{bank}` is the pool's own money, moved out of the dedicated account and held for the bank's
claims until their loss is final. `earmarked:{bank}` is what approved claims will move there; its
other side is `earmarks`, for nothing has moved yet."""

CREDIT_KINDS = frozenset(
    {"contribution", "recoveries", "interest", "payable", "suspense", "capacity", "earmarks"}
)
"""Accounts whose balance is credits minus debits: what came in, what we owe, what is taken up."""

OFF_BALANCE_KINDS = frozenset({"reserved", "covered", "capacity", "earmarked", "earmarks"})
"""Accounts of exposure and of what is bound (表外): no money moves on them, and they are never added
to those of money. Each transfer is of one sort on both sides, so that each sort balances."""

_PER_PARTY = frozenset(
    {"contribution", "payable", "receivable", "reserved", "covered", "escrow", "earmarked"}
)
_ACCOUNT = re.compile(r"([a-z]+)(?::([A-Za-z0-9][A-Za-z0-9_.-]{0,39}))?")
_WORDS = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def contribution_of(party: str) -> str:
    """What a party has paid into the pool."""
    return f"contribution:{party}"


def payable_to(party: str) -> str:
    """What the pool's settlement owes a party."""
    return f"payable:{party}"


def receivable_from(party: str) -> str:
    """What a party owes the pool's settlement."""
    return f"receivable:{party}"


def reserved_for(bank: str) -> str:
    """Covered principal held for a bank's approved loans that are not paid out yet."""
    return f"reserved:{bank}"


def covered_of(bank: str) -> str:
    """Covered principal outstanding of a bank's loans."""
    return f"covered:{bank}"


def escrow_for(bank: str) -> str:
    """What the pool holds in escrow for a bank's claims, until their loss is final."""
    return f"escrow:{bank}"


def earmarked_for(bank: str) -> str:
    """What approved claims of a bank will move into escrow, and nothing else may use."""
    return f"earmarked:{bank}"


def account_kind(account: str) -> str:
    """The kind of a well-formed account: "covered" of "covered:ICBC-TJ". Raises ValueError."""
    match = _ACCOUNT.fullmatch(account)
    kind = match[1] if match else ""
    if match is None or kind not in DEBIT_KINDS | CREDIT_KINDS:
        raise ValueError(f"{account!r} is not in the chart of accounts")
    if (kind in _PER_PARTY) != (match[2] is not None):
        raise ValueError(
            f"{account!r} needs a party" if kind in _PER_PARTY else f"{account!r} has no party"
        )
    return kind


def is_off_balance(account: str) -> bool:
    """Whether an account counts exposure and no money."""
    return account_kind(account) in OFF_BALANCE_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money or exposure moved from the credited to the debited account; it cannot be unbalanced.

    `reference` names the business fact, once per pool. Raises ValueError where a field is wrong.
    """

    reference: str
    debit: str
    credit: str
    amount_fen: int
    business_date: date
    kind: str
    explanation_id: UUID | None = None
    loan_id: UUID | None = None

    def __post_init__(self) -> None:
        if self.amount_fen <= 0:
            raise ValueError("a transfer has a positive amount; to undo one, reverse it")
        if self.debit == self.credit:
            raise ValueError("a transfer moves between two different accounts")
        if _WORDS.fullmatch(self.reference) is None or _WORDS.fullmatch(self.kind) is None:
            raise ValueError("a reference and a kind are words without control characters")
        account_kind(self.debit)
        account_kind(self.credit)


REVERSAL_OF = "reversal-of-"


def reversed_kind(kind: str) -> str:
    """What a transfer that takes back one of this kind is called; that of a reversal is called
    like what it brings back."""
    if kind.startswith(REVERSAL_OF):
        return kind.removeprefix(REVERSAL_OF)
    return REVERSAL_OF + kind


def reversal(transfer: Transfer, *, reference: str, business_date: date) -> Transfer:
    """The opposite transfer: a mistake is never edited, it is booked back in an open month. The
    reversal of a reversal is the transfer again."""
    return Transfer(
        reference=reference,
        debit=transfer.credit,
        credit=transfer.debit,
        amount_fen=transfer.amount_fen,
        business_date=business_date,
        kind=reversed_kind(transfer.kind),
        explanation_id=transfer.explanation_id,
        loan_id=transfer.loan_id,
    )


def same_fact(one: Transfer, other: Transfer) -> bool:
    """Whether two transfers book the same thing. The explanation's id is left aside: it holds
    the moment it was made, and a job that runs again makes it again."""
    return (
        one.reference == other.reference
        and one.debit == other.debit
        and one.credit == other.credit
        and one.amount_fen == other.amount_fen
        and one.business_date == other.business_date
        and one.kind == other.kind
        and one.loan_id == other.loan_id
    )


def turnover(transfers: Iterable[Transfer]) -> dict[str, tuple[int, int]]:
    """Account → (debited, credited) fen of some transfers; both columns have the same sum."""
    debited: dict[str, int] = {}
    credited: dict[str, int] = {}
    for transfer in transfers:
        debited[transfer.debit] = debited.get(transfer.debit, 0) + transfer.amount_fen
        credited[transfer.credit] = credited.get(transfer.credit, 0) + transfer.amount_fen
    return {
        account: (debited.get(account, 0), credited.get(account, 0))
        for account in sorted(debited.keys() | credited.keys())
    }


def natural_balance(account: str, *, debited_fen: int, credited_fen: int) -> int:
    """The balance in the account's own direction (DEBIT_KINDS, CREDIT_KINDS)."""
    difference_fen = debited_fen - credited_fen
    return difference_fen if account_kind(account) in DEBIT_KINDS else -difference_fen


def paid_in_fen(balances: Mapping[str, int]) -> int:
    """All contributions of all parties."""
    return sum(fen for account, fen in balances.items() if account.startswith("contribution:"))


def available_fen(balances: Mapping[str, int]) -> int:
    """The pool's own money that it is free to use: taken in, less spent, less set aside.

    What is held in escrow, or earmarked for it, still belongs to the pool and is not spent; but
    it is bound to its claims and available for nothing else: neither another claim, nor new cover,
    nor the ratio of a breaker. What a settlement releases is available at once.
    Recovered money counts at once (programmes H.25); what is owed between parties does not
    count, for it only passes through. Below zero the pool has spent more than it had.
    """
    return (
        paid_in_fen(balances)
        + balances.get(INTEREST, 0)
        + balances.get(RECOVERIES, 0)
        - balances.get(CLAIMS, 0)
        - balances.get(FEES, 0)
        - balances.get(SUBSIDIES, 0)
        - held_fen(balances, "escrow")
        - held_fen(balances, "earmarked")
    )


def held_fen(balances: Mapping[str, int], kind: str) -> int:
    """The sum over one kind of account: "covered", "escrow", "payable" and so on."""
    return sum(fen for account, fen in balances.items() if account.startswith(f"{kind}:"))
