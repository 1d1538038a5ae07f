"""Open items (往来款项): what is owed between the pool and a party, until cash has settled it.

A posted month leaves each party one item, its net; an approved claim is one until it is paid, or in
a programme with escrow until it is set aside; what an agreement plans is one, though nothing of it is
booked (domain/planned_money.py). No account knows of the other's items: what is settled is what released cash entries name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from services.risk_pool.domain.cash_entry import Kind
from services.risk_pool.domain.month_figures import Due
from shared.calendar import WorkingDays
from shared.money import format_fen, group_fen
from shared.months import Month
from shared.refusals import Refused

CLAIM: Final = "claim:"
SETTLEMENT: Final = "settlement:"
"""How the references of items begin."""

DUE_WORKING_DAYS: Final = 10
"""By when a posted month is to be paid, from its posting; no measure says (assumed)."""

Direction = Literal["receivable", "payable", "set_aside", "contribution", "fee"]
"""From the pool's side: a party owes it, it owes a party, or it moves its own into the escrow account
that the party keeps; a party is to pay in, or the pool to pay a fee, as planned and not booked."""

COMES_IN: Final = frozenset({"receivable", "contribution"})
"""Those that a party is to pay to the pool, and is told of when they are overdue."""

SETTLED_BY: Mapping[str, Direction] = {
    Kind.RECEIPT: "receivable",
    Kind.PAYMENT: "payable",
    Kind.SET_ASIDE: "set_aside",
    Kind.CONTRIBUTION: "contribution",
    Kind.FEE: "fee",
}
"""Which direction an entry of this kind settles."""


class WrongDirection(Refused):
    """A receipt for what the pool owes, or a payment of what is owed to it."""

    code: ClassVar[str] = "wrong-direction"


class AboveOpenItem(Refused):
    """More than what is still open and not entered by anybody else."""

    code: ClassVar[str] = "above-open-item"


class ItemDisputed(Refused):
    """What is disputed waits apart: only the account itself can show that it was paid."""

    code: ClassVar[str] = "item-disputed"


class NotInParts(Refused):
    """A claim is paid as it was approved, not in parts."""

    code: ClassVar[str] = "not-in-parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAgain:
    """What was disputed and not upheld, with a day of its own by which it is to be paid."""

    amount_fen: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is owed, and how much of it cash has settled so far.

    due + disputed + settled + taken off = amount, always.
    """

    reference: str
    direction: Direction
    party_code: str
    amount_fen: int
    since: date
    due_on: date | None
    settled_fen: int = 0
    entered_fen: int = 0
    """Entered and not released yet."""
    claim_id: UUID | None = None
    loan_id: UUID | None = None
    taken_off_fen: int = 0
    """By decisions that upheld a dispute of one of its lines."""
    contested_fen: int = 0
    """The differences of its lines that are in dispute."""
    due_again: tuple[DueAgain, ...] = ()

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.taken_off_fen - self.settled_fen

    @property
    def disputed_fen(self) -> int:
        """What waits apart until it is decided: no more than what is still open."""
        return min(self.contested_fen, max(self.open_fen, 0))

    @property
    def due_fen(self) -> int:
        """What is to be paid, whatever the day."""
        return self.open_fen - self.disputed_fen

    def age(self, today: date) -> int:
        """Days since it came to be owed."""
        return (today - self.since).days

    def overdue_fen(self, today: date) -> int:
        """What should have been paid by now: nothing that waits apart, nor what is due again on a
        day to come."""
        if self.due_on is None or self.due_on >= today:
            return 0
        to_come = sum(one.amount_fen for one in self.due_again if one.due_on >= today)
        return max(self.due_fen - to_come, 0)

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed with something still due."""
        return self.overdue_fen(today) > 0

    def overdue_since(self, today: date) -> date:
        """The earliest of its days that has passed unpaid. It is overdue."""
        assert self.due_on is not None
        if self.due_fen > sum(one.amount_fen for one in self.due_again):
            return self.due_on
        return min(
            (one.due_on for one in self.due_again if one.due_on < today), default=self.due_on
        )

    def require_settles(
        self, kind: str, amount_fen: int, *, waiting_fen: int, shown: bool = False
    ) -> None:
        """`waiting_fen`: what others have entered and nobody has released, as far as it counts.
        `shown`: the account's own line shows the money. A party may pay what it disputes: that is
        a fact, and the dispute goes on about money that has moved.

        Raises WrongDirection, NotInParts, AboveOpenItem, ItemDisputed.
        """
        if SETTLED_BY[kind] != self.direction:
            raise WrongDirection(
                f"{self.reference} 为{_WORDS[self.direction][0]}，不能登记{_KIND[kind][0]}。",
                f"{self.reference} is {_WORDS[self.direction][1]}; a {_KIND[kind][1]} does not "
                "settle it.",
                direction=self.direction,
            )
        left_fen = self.open_fen - waiting_fen
        figures = {"open": format_fen(self.open_fen), "waiting": format_fen(waiting_fen)}
        if amount_fen > left_fen:
            raise AboveOpenItem(
                f"{self.reference} 未结 {group_fen(self.open_fen)} 元，其中已登记待放行 "
                f"{group_fen(waiting_fen)} 元，不能再登记 {group_fen(amount_fen)} 元。",
                f"{group_fen(self.open_fen)} of {self.reference} are open, of which "
                f"{group_fen(waiting_fen)} are entered; {group_fen(amount_fen)} are too much.",
                **figures,
            )
        if amount_fen > left_fen - self.disputed_fen and not shown:
            raise ItemDisputed(
                f"{self.reference} 有争议 {group_fen(self.disputed_fen)} 元，决定之前不收付；可登记 "
                f"{group_fen(max(left_fen - self.disputed_fen, 0))} 元。",
                f"{group_fen(self.disputed_fen)} of {self.reference} are disputed and wait for the "
                f"decision; {group_fen(max(left_fen - self.disputed_fen, 0))} are left.",
                disputed=format_fen(self.disputed_fen),
                **figures,
            )
        if self.claim_id is not None and amount_fen != self.amount_fen:
            raise NotInParts(
                f"补偿款须一次拨付 {group_fen(self.amount_fen)} 元。",
                f"The claim is paid at once: {group_fen(self.amount_fen)}.",
                **figures,
            )


_WORDS = {
    "receivable": ("应收", "receivable"),
    "payable": ("应付", "payable"),
    "set_aside": ("待转保证金", "to be moved into escrow"),
    "contribution": ("约定出资", "a planned contribution"),
    "fee": ("约定费用", "a planned fee"),
}
_KIND: dict[str, tuple[str, str]] = {
    Kind.RECEIPT: ("收款", "receipt"),
    Kind.PAYMENT: ("付款", "payment"),
    Kind.SET_ASIDE: ("转入保证金", "move into escrow"),
    Kind.CONTRIBUTION: ("出资到账", "contribution"),
    Kind.FEE: ("费用", "fee"),
}


def settlement_item(pool_code: str, month: Month, party: str) -> str:
    """The reference of what a posted month leaves a party."""
    return f"{SETTLEMENT}{pool_code}:{month}:{party}"


def month_of(pool_code: str, reference: str) -> Month | None:
    """The month that left an item; None for an item of a claim."""
    begins = f"{SETTLEMENT}{pool_code}:"
    return Month.parse(reference[len(begins) :][:7]) if reference.startswith(begins) else None


def items_of_month(
    pool_code: str,
    month: Month,
    due: tuple[Due, ...],
    *,
    posted_on: date,
    working_days: WorkingDays,
) -> list[OpenItem]:
    """What a posted month leaves to pay or to collect: one item for each net that is not nought."""
    return [
        OpenItem(
            reference=settlement_item(pool_code, month, one.party),
            direction="payable" if one.net_fen > 0 else "receivable",
            party_code=one.party,
            amount_fen=abs(one.net_fen),
            since=posted_on,
            due_on=working_days.add(posted_on, DUE_WORKING_DAYS),
        )
        for one in due
        if one.net_fen
    ]


def as_told(item: OpenItem, *, today: date) -> Mapping[str, Any]:
    """What is told of a receivable whose day has passed."""
    due_on = item.overdue_since(today)
    return {
        "reference": item.reference,
        "open_fen": item.overdue_fen(today),
        "since": item.since,
        "due_on": due_on,
        "days_overdue": (today - due_on).days,
    }
