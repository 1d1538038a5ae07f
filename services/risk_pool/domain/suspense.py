"""Money in suspense (暂收款项): a credit of the account that is nobody's yet, by two persons.

What came in beyond what is known is booked as a liability. Later it is paid back, moved to what it
turned out to be (a contribution, interest), or taken back out of the books, so that its line can be
matched with what it is (a receipt, a recovery); never more than is left of it. Each is proposed by
one person and released by another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.ledger import CASH, SUSPENSE, Transfer
from shared.life_cycle import LifeCycle, Move, Row, Wait, Words, another_person_than
from shared.money import format_fen, group_fen
from shared.refusals import FieldFault, FieldsWrong, Refused

PROPOSES: Final = frozenset({"finance_maker"})
RELEASES: Final = frozenset({"finance_checker"})


class Kind(StrEnum):
    """What is booked."""

    RECEIVED = "received"
    RETURNED = "returned"
    MOVED = "moved"
    TAKEN_BACK = "taken_back"


MOVES_CASH: Final = frozenset({Kind.RECEIVED, Kind.RETURNED, Kind.TAKEN_BACK})
"""What comes into the account or leaves it; what is moved stays there as somebody else's."""

KIND_WORDS: Final[Mapping[str, Words]] = {
    Kind.RECEIVED: Words("暂收入账", "taken into suspense"),
    Kind.RETURNED: Words("退回", "paid back"),
    Kind.MOVED: Words("查明转出", "moved to what it is"),
    Kind.TAKEN_BACK: Words("冲回，另行对账", "taken back, to be matched anew"),
}


class Why(StrEnum):
    """Why money is in suspense."""

    UNKNOWN = "unknown"
    DOUBLE = "double"
    OVER = "over"
    SENT_BACK = "sent_back"


WHY_WORDS: Final[Mapping[str, Words]] = {
    Why.UNKNOWN: Words("来款不明", "unknown credit"),
    Why.DOUBLE: Words("重复来款，待退", "paid twice, to be paid back"),
    Why.OVER: Words("多付", "paid too much"),
    Why.SENT_BACK: Words("付款退汇，待重付", "a payment that came back, to be paid again"),
}


class Target(StrEnum):
    """What money in suspense turned out to be."""

    CONTRIBUTION = "contribution"
    INTEREST = "interest"


TARGET_WORDS: Final[Mapping[str, Words]] = {
    Target.CONTRIBUTION: Words("出资", "contribution of a party"),
    Target.INTEREST: Words("专户利息", "interest of the account"),
}


class State(StrEnum):
    """Where a booking is."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    REFUSED = "refused"


class Action(StrEnum):
    """What is done to a booking."""

    PROPOSE = "propose"
    RELEASE = "release"
    REFUSE = "refuse"


_NOT_WHO_PROPOSED = "another person than who proposed it"

LIFE_CYCLE: Final = LifeCycle(
    goal=State.BOOKED,
    noun=Words("暂收登记", "booking in suspense"),
    moves=(
        Move(None, Action.PROPOSE, State.PROPOSED, PROPOSES),
        Move(State.PROPOSED, Action.RELEASE, State.BOOKED, RELEASES, guards=(_NOT_WHO_PROPOSED,)),
        Move(State.PROPOSED, Action.REFUSE, State.REFUSED, RELEASES, guards=(_NOT_WHO_PROPOSED,)),
    ),
    guards={_NOT_WHO_PROPOSED: another_person_than("proposed_by", zh="放行", en="the release")},
    states={
        State.PROPOSED: Words("已登记，待放行", "proposed"),
        State.BOOKED: Words("已入账", "booked"),
        State.REFUSED: Words("不予放行", "refused"),
    },
    actions={
        Action.PROPOSE: Words("登记", "proposed"),
        Action.RELEASE: Words("放行", "released"),
        Action.REFUSE: Words("不予放行", "refused"),
    },
    waits={
        State.PROPOSED: Wait(
            roles=("finance_checker",),
            words=Words("等待另一人放行", "waits for another person to release it"),
        ),
    },
)

LIVE: Final = frozenset({State.PROPOSED, State.BOOKED})
BOOKED: Final = frozenset({State.BOOKED})


class AboveSuspense(Refused):
    """More than is left in suspense of this money, or of the line, and not proposed already."""

    code: ClassVar[str] = "above-suspense"


class NoCredit(Refused):
    """Only money that came in can be in suspense; what left is matched or paired."""

    code: ClassVar[str] = "not-a-credit"


class NotBooked(Refused):
    """What is not booked cannot be paid back or moved."""

    code: ClassVar[str] = "not-booked"


def require_room(amount_fen: int, *, left_fen: int) -> None:
    """Raises AboveSuspense."""
    if amount_fen > left_fen:
        raise AboveSuspense(
            f"可用 {group_fen(left_fen)} 元，不能登记 {group_fen(amount_fen)} 元。",
            f"{group_fen(left_fen)} are left; {group_fen(amount_fen)} are too much.",
            left=format_fen(left_fen),
        )


def require_credit(amount_fen: int) -> None:
    """Raises NoCredit."""
    if amount_fen <= 0:
        raise NoCredit("仅来款可以暂收。", "Only money that came in can be in suspense.")


class PartsGone(Refused):
    """Of money of which a part was paid back or moved, the books are not taken back as a whole."""

    code: ClassVar[str] = "parts-gone"


def require_untouched(amount_fen: int, *, left_fen: int) -> None:
    """Raises PartsGone."""
    if left_fen != amount_fen:
        raise PartsGone(
            f"其中 {group_fen(amount_fen - left_fen)} 元已退回或转出，不能整笔冲回。",
            f"{group_fen(amount_fen - left_fen)} of it are paid back or moved.",
            left=format_fen(left_fen),
        )


def require_received(booking: Row) -> None:
    """Raises NotBooked for what is no money in suspense."""
    if booking["kind"] != Kind.RECEIVED or booking["state"] not in BOOKED:
        raise NotBooked(
            f"{booking['number']} 不是已入账的暂收款项。",
            f"{booking['number']} is no money in suspense.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Where money in suspense is moved to."""

    target: Target
    party_code: str | None = None

    def require_whole(self) -> None:
        """Raises FieldsWrong where the party does not go with the target."""
        if (self.target == Target.CONTRIBUTION) != (self.party_code is not None):
            missing = self.party_code is None
            raise FieldsWrong(
                [
                    FieldFault(
                        ("party_code",),
                        "missing" if missing else "not-for-this-kind",
                        "须说明是哪一方的" if missing else "不属于任何一方",
                        "say whose it is" if missing else "it is nobody's",
                    )
                ]
            )

    @property
    def account(self) -> str:
        """The account that is credited."""
        if self.target == Target.INTEREST:
            return accounts.INTEREST
        return accounts.contribution_of(self.party_code or "-")


_TRANSFER_KINDS: Final[Mapping[str, str]] = {
    Kind.RECEIVED: "suspense-received",
    Kind.RETURNED: "suspense-returned",
    Kind.MOVED: "suspense-moved",
    Kind.TAKEN_BACK: "reversal-of-suspense-received",
}


def as_booked(booking: Row, *, booked_on: date, explanation_id: UUID) -> Transfer:
    """The transfer of a released booking."""
    match Kind(booking["kind"]):
        case Kind.RECEIVED:
            debit, credit = CASH, SUSPENSE
        case Kind.RETURNED:
            debit, credit = SUSPENSE, CASH
        case Kind.MOVED:
            to = Moved(target=Target(booking["target"]), party_code=booking["party_code"])
            debit, credit = SUSPENSE, to.account
        case Kind.TAKEN_BACK:
            debit, credit = SUSPENSE, CASH
    return Transfer(
        reference=f"suspense:{booking['number']}",
        debit=debit,
        credit=credit,
        amount_fen=booking["amount_fen"],
        business_date=booked_on,
        kind=_TRANSFER_KINDS[booking["kind"]],
        explanation_id=explanation_id,
    )


def explained(booking: Row, *, booked_on: date) -> Mapping[str, Any]:
    """What was decided, as it is kept with the people behind it."""
    return {
        "decision": _TRANSFER_KINDS[booking["kind"]],
        "number": booking["number"],
        "why": booking["why"],
        "amount": format_fen(booking["amount_fen"]),
        "target": booking["target"] or "",
        "party_code": booking["party_code"] or "",
        "day": booking["value_date"].isoformat(),
        "booked_on": booked_on.isoformat(),
        "note": booking["note"],
    }
