"""Open items (往来款项): what is owed between the pool and a party, until cash has settled it.

A posted month leaves each party one item, its net; an approved claim is one until it is paid, or in
a programme with escrow until it is set aside. No account knows of the other's items: what is settled is what released cash entries name.
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

Direction = Literal["receivable", "payable", "set_aside"]
"""From the pool's side: a party owes it, it owes a party, or it moves its own into the escrow account
that the party keeps."""

SETTLED_BY: Mapping[str, Direction] = {
    Kind.RECEIPT: "receivable",
    Kind.PAYMENT: "payable",
    Kind.SET_ASIDE: "set_aside",
}
"""Which direction an entry of this kind settles."""


class WrongDirection(Refused):
    """A receipt for what the pool owes, or a payment of what is owed to it."""

    code: ClassVar[str] = "wrong-direction"


class AboveOpenItem(Refused):
    """More than what is still open and not entered by anybody else."""

    code: ClassVar[str] = "above-open-item"


class NotInParts(Refused):
    """A claim is paid as it was approved, not in parts."""

    code: ClassVar[str] = "not-in-parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is owed, and how much of it cash has settled so far."""

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

    @property
    def open_fen(self) -> int:
        return self.amount_fen - self.settled_fen

    def age(self, today: date) -> int:
        """Days since it came to be owed."""
        return (today - self.since).days

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed with something still open."""
        return self.open_fen > 0 and self.due_on is not None and self.due_on < today

    def require_settles(self, kind: str, amount_fen: int, *, waiting_fen: int) -> None:
        """`waiting_fen`: what others have entered and nobody has released, as far as it counts.

        Raises WrongDirection, NotInParts, AboveOpenItem.
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
}
_KIND: dict[str, tuple[str, str]] = {
    Kind.RECEIPT: ("收款", "receipt"),
    Kind.PAYMENT: ("付款", "payment"),
    Kind.SET_ASIDE: ("转入保证金", "move into escrow"),
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
    assert item.due_on is not None
    return {
        "reference": item.reference,
        "open_fen": item.open_fen,
        "since": item.since,
        "due_on": item.due_on,
        "days_overdue": (today - item.due_on).days,
    }
