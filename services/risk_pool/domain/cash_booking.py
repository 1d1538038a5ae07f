"""What a cash entry says, what it must say, and how it is booked once it is released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.cash_entry import MAY_BE_PLANNED, OF_AN_ITEM, Kind
from services.risk_pool.domain.ledger import CASH, EARMARKS, Transfer, reversal
from services.risk_pool.domain.month_figures import CLAIM_PAID, COLLECTED, ESCROW_HELD, PAID
from services.risk_pool.domain.open_items import CLAIM, OpenItem
from services.risk_pool.domain.planned_money import PLANNED
from shared.life_cycle import Row
from shared.money import format_fen, group_fen
from shared.refusals import FieldFault, FieldsWrong, Refused


class DateNotYet(Refused):
    """Money was entered for a day to come."""

    code: ClassVar[str] = "date-not-yet"
    status: ClassVar[int] = 422


class BeforeOpening(Refused):
    """Money was entered for a day before the pool was opened."""

    code: ClassVar[str] = "before-opening"
    status: ClassVar[int] = 422


class LikelyDouble(Refused):
    """Another entry has the same reference, or the same day, party and amount."""

    code: ClassVar[str] = "likely-double"


class NotReleased(Refused):
    """What is not booked is withdrawn or refused, not reversed."""

    code: ClassVar[str] = "not-released"


class AlreadyReversed(Refused):
    """An entry is reversed once; what was reversed comes back by reversing the reversal."""

    code: ClassVar[str] = "already-reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashEntered:
    """What finance enters: money that came in or went out, as the bank's statement has it."""

    kind: Kind
    amount_fen: int
    value_date: date
    """When the bank booked it; kept even where that month is closed."""
    party_code: str | None = None
    """Who paid in a contribution. Whose receipt or payment it is, the item says."""
    item: str = ""
    """What a receipt or a payment settles: the reference of an open item. Of a contribution or a fee,
    what it is of what was planned; "" where it is nothing of it."""
    bank_reference: str = ""
    account: str = ""
    """Which dedicated account, where the pool has several."""
    note: str = ""
    confirm_double_of: UUID | None = None
    """The other entry that this one resembles and is not."""
    line_id: UUID | None = None
    """The line of the account that it is entered from."""

    def faults(self) -> list[FieldFault]:
        """Every field that does not go with the kind."""
        of_item = self.kind in OF_AN_ITEM
        found = []
        if self.kind == Kind.CONTRIBUTION and self.party_code is None:
            found.append(FieldFault(("party_code",), "missing", "须说明出资方", "say who paid in"))
        if self.kind != Kind.CONTRIBUTION and self.party_code is not None:
            found.append(
                FieldFault(("party_code",), "not-for-this-kind", "仅出资须填出资方",
                           "only a contribution names its party")
            )  # fmt: skip
        if of_item and not self.item:
            found.append(
                FieldFault(
                    ("item",), "missing", "须说明结清哪一笔往来", "say which item it settles"
                )
            )
        may_be_planned = self.kind in MAY_BE_PLANNED and self.item.startswith(PLANNED)
        if not of_item and self.item and not may_be_planned:
            found.append(
                FieldFault(("item",), "not-for-this-kind", "该类款项不结清往来",
                           "an entry of this kind settles no such item")
            )  # fmt: skip
        return found


def require_party_of(item: OpenItem, entered: CashEntered) -> None:
    """A planned contribution is paid in by the party that agreed to it. Raises FieldsWrong."""
    if entered.kind == Kind.CONTRIBUTION and entered.party_code != item.party_code:
        fault = FieldFault(
            ("party_code",),
            "not-the-items-party",
            f"{item.reference} 由 {item.party_code} 出资",
            f"{item.reference} is to be paid in by {item.party_code}",
        )
        raise FieldsWrong([fault])


def planned_for(entered: CashEntered, planned: Sequence[OpenItem]) -> OpenItem | None:
    """Of what its party is still to pay in, the earliest due first, what a contribution pays that names
    nothing: the first of which so much is open. What is more than any part of the plan is entered in
    parts, or stands beside the plan."""
    return next(
        (one for one in planned if one.open_fen - one.entered_fen >= entered.amount_fen), None
    )


def require_day(day: date, *, opened_on: date, today: date) -> None:
    """Raises DateNotYet, BeforeOpening."""
    if day > today:
        raise DateNotYet(f"{day} 尚未到来", f"{day} is still to come.", day=day.isoformat())
    if day < opened_on:
        raise BeforeOpening(
            f"资金池于 {opened_on} 设立,不能记 {day} 的款项",
            f"The pool was opened on {opened_on}; nothing can be booked for {day}.",
            opened_on=opened_on.isoformat(),
        )


def require_no_double(entered: CashEntered, others: Sequence[Row]) -> UUID | None:
    """The other entry that finance has looked at and confirmed to be another; None where there is
    none. Raises LikelyDouble, showing the other."""
    if not others:
        return None
    for other in others:
        if other["id"] == entered.confirm_double_of:
            return entered.confirm_double_of
    other = others[0]
    raise LikelyDouble(
        f"与 {other['number']}（{other['value_date']}，{group_fen(other['amount_fen'])} 元，"
        f"登记人 {other['entered_name']}）疑似重复；如确为另一笔，请确认后再登记。",
        f"It looks like {other['number']} of {other['value_date']} over "
        f"{group_fen(other['amount_fen'])}, entered by {other['entered_name']}; confirm that it "
        "is another payment.",
        entry={
            "id": str(other["id"]),
            "number": other["number"],
            "kind": other["kind"],
            "party_code": other["party_code"],
            "amount": format_fen(other["amount_fen"]),
            "value_date": other["value_date"].isoformat(),
            "bank_reference": other["bank_reference"],
            "state": other["state"],
            "entered_name": other["entered_name"],
        },
    )


def require_reversible(entry: Row, *, reversed_by: str | None) -> None:
    """`reversed_by`: the number of the reversal that stands or waits. Raises NotReleased,
    AlreadyReversed."""
    if entry["released_on"] is None:
        raise NotReleased(
            f"{entry['number']} 尚未入账，请撤回或不予放行。",
            f"{entry['number']} is not booked; withdraw or refuse it.",
            state=entry["state"],
        )
    if reversed_by is not None:
        raise AlreadyReversed(
            f"{entry['number']} 已有冲正 {reversed_by}。",
            f"{entry['number']} is reversed by {reversed_by}.",
            number=reversed_by,
        )


def leaves_the_account(entry: Row) -> bool:
    """Whether a released entry takes money out of the account."""
    return _sides(entry)[1] == CASH


def as_booked(entry: Row, *, booked_on: date, explanation_id: UUID) -> tuple[Transfer, ...]:
    """The transfer of a released entry, that of the money first; what is moved into escrow is
    earmarked for it no longer. A reversal books the opposite of what it takes back, so the reversal
    of a reversal books the entry again."""
    reference = f"{entry['kind']}:{entry['number']}"
    steps = [(reference, *_booking(entry["of_kind"], entry["party_code"], entry["item"]))]
    if entry["of_kind"] == Kind.SET_ASIDE:
        earmarked = accounts.earmarked_for(entry["party_code"])
        steps.append((f"{reference}:lifted", EARMARKS, earmarked, ESCROW_HELD))
    booked = tuple(
        Transfer(
            reference=named,
            debit=debit,
            credit=credit,
            amount_fen=entry["amount_fen"],
            business_date=booked_on,
            kind=kind,
            explanation_id=explanation_id,
            loan_id=entry["loan_id"],
        )
        for named, debit, credit, kind in steps
    )
    if entry["sign"] > 0:
        return booked
    return tuple(reversal(one, reference=one.reference, business_date=booked_on) for one in booked)


def _sides(entry: Row) -> tuple[str, str]:
    debit, credit, _ = _booking(entry["of_kind"], entry["party_code"], entry["item"])
    return (debit, credit) if entry["sign"] > 0 else (credit, debit)


def _booking(kind: str, party: str | None, item: str) -> tuple[str, str, str]:
    """Debit, credit, and what the transfer is called."""
    match Kind(kind):
        case Kind.CONTRIBUTION:
            return CASH, accounts.contribution_of(party or "-"), kind
        case Kind.INTEREST:
            return CASH, accounts.INTEREST, kind
        case Kind.FEE:
            return accounts.FEES, CASH, kind
        case Kind.RECEIPT:
            return CASH, accounts.receivable_from(party or "-"), COLLECTED
        case Kind.PAYMENT:
            paid = CLAIM_PAID if item.startswith(CLAIM) else PAID
            return accounts.payable_to(party or "-"), CASH, paid
        case Kind.SET_ASIDE:
            return accounts.escrow_for(party or "-"), CASH, ESCROW_HELD
        case Kind.REVERSAL:
            raise AssertionError("a reversal is of another kind")


def explained(entry: Row, *, booked_on: date) -> Mapping[str, Any]:
    """What was entered, as it is kept with the people behind it."""
    said = {
        "decision": entry["kind"],
        "number": entry["number"],
        "amount": format_fen(entry["amount_fen"]),
        "party_code": entry["party_code"] or "",
        "day": entry["value_date"].isoformat(),
        "booked_on": booked_on.isoformat(),
        "bank_reference": entry["bank_reference"],
        "item": entry["item"],
        "note": entry["note"],
    }
    return said | ({"reverses": entry["reverses_number"]} if entry["reverses_number"] else {})
