"""The arithmetic of a month (月结), from movements to what is paid.

A month is told by the ledger alone: what stood at its beginning, what moved in it by kind of
fact, what stands at its end. What the parties then owe each other is netted per party; each is left
with one debt, which cash settles later (domain/open_items.py).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.risk_pool.domain.ledger import (
    DEBIT_KINDS,
    REVERSAL_OF,
    Transfer,
    account_kind,
    natural_balance,
    payable_to,
    receivable_from,
)
from shared.months import Month

NETTED, COLLECTED, PAID = "settlement-net", "settlement-collect", "settlement-pay"
"""Kinds of the transfers by which a posted month is settled: it is netted at its posting, and
collected and paid by released cash entries."""

OPENING = "opening"
"""The kind of the movement that stands for everything before the month."""

CLAIM_APPROVED, CLAIM_SHARED, CLAIM_PAID = "claim-approved", "claim-shared", "claim-paid"
RECOVERY_BOOKED = "recovery-booked"
CLAIM_ADJUSTED, RECOVERY_ADJUSTED = "claim-adjusted", "recovery-adjusted"
UNPAID_ADJUSTED = "unpaid-claim-adjusted"
SUBSIDY_APPROVED = "subsidy-approved"
ESCROW_EARMARKED, ESCROW_HELD = "escrow-earmarked", "escrow-held"
ESCROW_PAID, ESCROW_ADDED, ESCROW_RELEASED = "escrow-paid", "escrow-added", "escrow-released"
"""Kinds of the transfers that claims and recoveries book: the pool's own share, that of any other
payer, the payment of the pool's share, and what comes back; what late money changes of them, apart
where the pool has not paid yet. In a programme with escrow: set aside by the approval, moved, and at
the settlement paid to the lender, added to, and released."""

SETTLES_MONTHS = (NETTED, COLLECTED, PAID, REVERSAL_OF + COLLECTED, REVERSAL_OF + PAID)
"""What changes a debt that a statement has told already."""

DISPUTE_UPHELD = "dispute-upheld"
"""What an upheld dispute books: what it takes off a payable or a receivable changes a debt that a
statement has told already; what it adds to one is new, and the next statement asks for it."""

SETTLES_CLAIMS = (
    CLAIM_APPROVED, UNPAID_ADJUSTED, CLAIM_PAID, REVERSAL_OF + CLAIM_APPROVED,
    REVERSAL_OF + UNPAID_ADJUSTED, REVERSAL_OF + CLAIM_PAID,
)  # fmt: skip
"""What makes, changes and pays the pool's share of a claim, which no statement asks to be paid."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What one kind of fact moved on one account in a month; `transfers` says how many."""

    account: str
    kind: str
    debited_fen: int
    credited_fen: int
    transfers: int = 0

    @property
    def natural_fen(self) -> int:
        """The change of the account in its own direction."""
        return natural_balance(
            self.account, debited_fen=self.debited_fen, credited_fen=self.credited_fen
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMonth:
    """One account over one month, in its own direction: opening + movements = closing."""

    account: str
    opening_fen: int
    movements: tuple[Movement, ...]

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + sum(movement.natural_fen for movement in self.movements)


def account_months(movements: Iterable[Movement]) -> dict[str, AccountMonth]:
    """Movements by account, each with what stood before the month."""
    openings: dict[str, int] = {}
    within: dict[str, list[Movement]] = {}
    for movement in movements:
        within.setdefault(movement.account, [])
        if movement.kind == OPENING:
            openings[movement.account] = movement.natural_fen
        else:
            within[movement.account].append(movement)
    return {
        account: AccountMonth(
            account=account,
            opening_fen=openings.get(account, 0),
            movements=tuple(sorted(moves, key=lambda one: one.kind)),
        )
        for account, moves in sorted(within.items())
    }


def require_balanced(accounts: Mapping[str, AccountMonth]) -> None:
    """A trial balance adds up to nothing, or a mistake of ours is in it."""
    total = sum(
        one.closing_fen if account_kind(account) in DEBIT_KINDS else -one.closing_fen
        for account, one in accounts.items()
    )
    assert total == 0, "a trial balance adds up to nothing"


def parties_of(accounts: Iterable[str]) -> set[str]:
    """Those between whom and the pool something is payable or receivable."""
    return {
        account.partition(":")[2]
        for account in accounts
        if account_kind(account) in ("payable", "receivable")
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a month's settlement leaves between the pool's account and one party.

    A claim's pool share that is approved but not yet paid is owed, too, but is paid by its own
    payment, not by the settlement: it is in `awaiting_payment_fen` and in none of the others. What
    earlier statements have asked for and cash has not settled by the month's end is in
    `earlier_fen`: it is not asked for again.
    """

    party: str
    payable_fen: int
    receivable_fen: int
    awaiting_payment_fen: int = 0
    earlier_fen: int = 0
    """Positive: still owed to the party. Negative: still owed by it."""

    @property
    def netted_fen(self) -> int:
        return min(self.payable_fen, self.receivable_fen)

    @property
    def net_fen(self) -> int:
        """Positive: the party receives. Negative: the party pays."""
        return self.payable_fen - self.receivable_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedMonth:
    """The last month before another one that is closed for ever."""

    id: UUID
    month: Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How far a month and all before it have gone, account by account, so that the next one looks at
    itself alone. In the account's own direction.

    `awaiting` is the part of a payable that approved claims will pay; `stated` what statements have
    told, before netting; `settled` how netting and cash have changed that (below nought, as a rule).
    """

    awaiting: Mapping[str, int] = field(default_factory=dict)
    settled: Mapping[str, int] = field(default_factory=dict)
    stated: Mapping[str, int] = field(default_factory=dict)

    def with_more(self, more: "Carried") -> "Carried":
        """This, and what has come since."""
        return Carried(
            awaiting=_added(self.awaiting, more.awaiting),
            settled=_added(self.settled, more.settled),
            stated=_added(self.stated, more.stated),
        )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    both = Counter(one)
    both.update(other)
    return dict(both)


def dues(
    parties: Iterable[str],
    closing: Mapping[str, int],
    *,
    awaiting_payment: Mapping[str, int],
    settled: Mapping[str, int],
    stated: Mapping[str, int],
) -> tuple[Due, ...]:
    """What is due per party, in the order of their codes: what has come to be owed and no earlier
    statement has asked for.

    All by account and in its own direction: `closing` are the balances at the month's end;
    `awaiting_payment` the part of a payable that approved claims will pay; `stated` what the
    statements of earlier months have told, before netting; `settled` how netting and cash have
    changed that by the month's end (below nought, as a rule).
    """

    def newly(account: str) -> int:
        asked_for = stated.get(account, 0) + settled.get(account, 0)
        return closing.get(account, 0) - asked_for - awaiting_payment.get(account, 0)

    def earlier(account: str) -> int:
        return stated.get(account, 0) + settled.get(account, 0)

    found = []
    for party in sorted(parties):
        payable, receivable = payable_to(party), receivable_from(party)
        due = Due(
            party=party,
            payable_fen=newly(payable),
            receivable_fen=newly(receivable),
            awaiting_payment_fen=awaiting_payment.get(payable, 0),
            earlier_fen=earlier(payable) - earlier(receivable),
        )
        assert due.payable_fen >= 0 and due.receivable_fen >= 0, f"{party}: stated twice"
        found.append(due)
    return tuple(found)


def due_of_pool(pool_code: str, due: Sequence[Due]) -> Due:
    """What the month leaves the pool itself: the opposite of all nets together."""
    return Due(
        party=pool_code,
        payable_fen=sum(one.receivable_fen for one in due),
        receivable_fen=sum(one.payable_fen for one in due),
        awaiting_payment_fen=sum(one.awaiting_payment_fen for one in due),
        earlier_fen=-sum(one.earlier_fen for one in due),
    )


def settlement_reference(pool_code: str, month: Month, party: str, step: str) -> str:
    """The business fact that a posting books, once: `step` is net."""
    return f"settlement:{pool_code}:{month}:{party}:{step}"


def settlement_transfers(
    pool_code: str, month: Month, due: Sequence[Due], *, posted_on: date
) -> tuple[Transfer, ...]:
    """What each party owes and is owed is set off against each other. No cash moves: what is left
    is a debt, until the account shows that it was paid."""
    return tuple(
        Transfer(
            reference=settlement_reference(pool_code, month, one.party, "net"),
            debit=payable_to(one.party),
            credit=receivable_from(one.party),
            amount_fen=one.netted_fen,
            business_date=posted_on,
            kind=NETTED,
        )
        for one in due
        if one.netted_fen
    )


def cash_missing_fen(due: Iterable[Due], *, cash_fen: int) -> int:
    """What the account lacks to pay everybody once it has collected, what earlier months left open
    included; 0 if it suffices."""
    return max(sum(one.net_fen + one.earlier_fen for one in due) - cash_fen, 0)
