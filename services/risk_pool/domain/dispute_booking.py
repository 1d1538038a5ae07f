"""What a decision of a dispute books, and how it leaves the open item.

Nothing booked is changed: the upheld part of the line is booked the other way round in the first
open month. It comes off the month's own item as far as that is still open; what is beyond that (the
item was paid, or runs the other way) is a new debt, which the next statement asks for. Where the
other side of the line is another party, that one owes or is owed anew, never an item of its own less.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.risk_pool.domain.ledger import (
    Transfer,
    account_kind,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.month_figures import DISPUTE_UPHELD
from services.risk_pool.domain.open_items import OpenItem
from shared.life_cycle import Row
from shared.money import format_fen

_STEPS = {"off": "taken-off", "new": "new"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One transfer that the decision books."""

    step: str
    debit: str
    credit: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeTrial:
    """A dispute as it would be decided now."""

    number: str
    line_reference: str
    upheld_fen: int
    due_again_fen: int
    """What waited apart and is due again: not upheld, and part of the item."""
    entries: tuple[Entry, ...]
    before: OpenItem | None
    taken_off_fen: int
    """What comes off the item; the rest of what is upheld is a new debt."""
    waits_no_more_fen: int
    """What of the item waited for this decision."""

    @property
    def id(self) -> str:
        """Other figures, another id."""
        text = json.dumps([self.number, self.line_reference, self._figures()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @property
    def new_fen(self) -> int:
        return self.upheld_fen - self.taken_off_fen

    def as_data(self) -> dict[str, Any]:
        """All of it as plain data, money as decimal strings: what is shown and kept."""
        return {"id": self.id, **self._figures()}

    def _figures(self) -> dict[str, Any]:
        return {
            "upheld": format_fen(self.upheld_fen),
            "taken_off": format_fen(self.taken_off_fen),
            "new": format_fen(self.new_fen),
            "due_again": format_fen(self.due_again_fen),
            "before": None if self.before is None else _item(self.before),
            "after": None if self.before is None else _item(self._after(self.before)),
            "entries": [
                {
                    "debit": one.debit,
                    "credit": one.credit,
                    "amount": format_fen(one.amount_fen),
                    "step": _STEPS[one.step],
                }
                for one in self.entries
            ],
        }

    def _after(self, before: OpenItem) -> OpenItem:
        return replace(
            before,
            taken_off_fen=before.taken_off_fen + self.taken_off_fen,
            contested_fen=before.contested_fen - self.waits_no_more_fen,
        )


def _item(item: OpenItem) -> dict[str, str]:
    return {
        "amount": format_fen(item.amount_fen),
        "taken_off": format_fen(item.taken_off_fen),
        "settled": format_fen(item.settled_fen),
        "disputed": format_fen(item.disputed_fen),
        "due": format_fen(item.due_fen),
    }


def lowers(item: OpenItem | None, stated_fen: int) -> bool:
    """Whether a line that were less would leave less of the item: it is one of those that make it."""
    return item is not None and (item.direction == "payable") == (stated_fen > 0)


def decided(dispute: Row, item: OpenItem | None, *, upheld_fen: int) -> DisputeTrial:
    """What a decision would book and leave. `item`: what the month left the party, with this
    dispute still waiting; None where it left nothing."""
    assert 0 <= upheld_fen <= dispute["difference_fen"]
    waited_fen = dispute["difference_fen"] if dispute["lowers_item"] else 0
    taken_off_fen = 0
    if item is not None and dispute["lowers_item"]:
        taken_off_fen = min(upheld_fen, item.open_fen)
    return DisputeTrial(
        number=dispute["number"],
        line_reference=dispute["line_reference"],
        upheld_fen=upheld_fen,
        due_again_fen=waited_fen - upheld_fen if waited_fen else 0,
        entries=tuple(_entries(dispute, taken_off_fen, upheld_fen - taken_off_fen)),
        before=item,
        taken_off_fen=taken_off_fen,
        waits_no_more_fen=waited_fen,
    )


def _entries(dispute: Row, taken_off_fen: int, new_fen: int) -> list[Entry]:
    party, stated_fen = dispute["party_code"], dispute["stated_fen"]
    own = {payable_to(party), receivable_from(party)}
    was_debited = dispute["line_debit"] in own
    other = dispute["line_credit"] if was_debited else dispute["line_debit"]
    entries = []
    if taken_off_fen:
        account = payable_to(party) if stated_fen > 0 else receivable_from(party)
        entries.append(_turned("off", account, other, was_debited, taken_off_fen))
    if new_fen:
        account = receivable_from(party) if stated_fen > 0 else payable_to(party)
        entries.append(_turned("new", account, other, was_debited, new_fen))
    return entries


def _turned(step: str, own: str, other: str, was_debited: bool, fen: int) -> Entry:
    """The line the other way round: whose account was credited owes now, whose was debited is owed."""
    if account_kind(other) in ("payable", "receivable"):
        party = other.partition(":")[2]
        other = receivable_from(party) if was_debited else payable_to(party)
    debit, credit = (other, own) if was_debited else (own, other)
    return Entry(step=step, debit=debit, credit=credit, amount_fen=fen)


def as_transfers(
    trial: DisputeTrial, *, day: date, loan_id: UUID | None, explanation_id: UUID
) -> tuple[Transfer, ...]:
    """The entries as they are booked, each naming the decision and the disputed line."""
    return tuple(
        Transfer(
            reference=f"dispute:{trial.number}:{trial.line_reference}:{_STEPS[one.step]}",
            debit=one.debit,
            credit=one.credit,
            amount_fen=one.amount_fen,
            business_date=day,
            kind=DISPUTE_UPHELD,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for one in trial.entries
    )
