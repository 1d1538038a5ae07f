"""Planned money (约定收付): what agreements and top-up calls say is to be paid, and when.

It is expected, not booked: a contribution that has not come is no asset of the pool, cannot cover a
loan, and makes no equity (docs/decisions/0013). It stands among the open items until released cash
entries that name it have settled it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.risk_pool.domain.agreement import Instalment

PLANNED: Final = "planned:"
"""How its references begin: planned:DL-H-2026-0001:1."""

Flow = Literal["contribution", "fee"]
"""What a party is to pay in; what the pool is to pay a party out of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Money that is to be paid on a day."""

    reference: str
    direction: Flow
    party_code: str
    amount_fen: int
    due_on: date
    fee_kind: str = ""


def planned_item(number: str, position: int) -> str:
    """The reference of the nth that an agreement or a call plans."""
    return f"{PLANNED}{number}:{position}"


def planned_by(
    number: str,
    party_code: str,
    *,
    contributions: Iterable[Instalment] = (),
    fees: Iterable[Instalment] = (),
) -> list[Planned]:
    """What an agreement of a number plans, numbered through in the order of the days."""
    flows: list[tuple[Flow, Instalment]] = [
        *(("contribution", one) for one in contributions),
        *(("fee", one) for one in fees),
    ]
    flows.sort(key=lambda flow: flow[1].due_on)
    return [
        Planned(
            reference=planned_item(number, position),
            direction=direction,
            party_code=party_code,
            amount_fen=one.amount_fen,
            due_on=one.due_on,
            fee_kind=one.fee_kind,
        )
        for position, (direction, one) in enumerate(flows, start=1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributed:
    """What a party was to pay in, and has. `received` is all that stands as its contribution in the
    books, on its plan or beside it."""

    planned_fen: int
    due_fen: int
    """Of it, what should have come by now."""
    settled_fen: int
    """Of the plan."""
    overdue_fen: int
    received_fen: int

    @property
    def open_fen(self) -> int:
        """Of the plan, what is still to come."""
        return self.planned_fen - self.settled_fen

    @property
    def unplanned_fen(self) -> int:
        """Received beside any plan."""
        return self.received_fen - self.settled_fen


def contributed(
    plan: Iterable[tuple[int, int, date]], *, received_fen: int, today: date
) -> Contributed:
    """`plan`: amount, settled and day of each part. A part is overdue on the day after its own."""
    planned_fen = due_fen = settled_fen = overdue_fen = 0
    for amount, settled, due_on in plan:
        planned_fen += amount
        settled_fen += settled
        if due_on <= today:
            due_fen += amount
        if due_on < today:
            overdue_fen += amount - settled
    return Contributed(
        planned_fen=planned_fen,
        due_fen=due_fen,
        settled_fen=settled_fen,
        overdue_fen=overdue_fen,
        received_fen=received_fen,
    )
