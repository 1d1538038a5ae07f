"""A posted month as it was reported, and as it would be with all that is known now.

A posted month never changes. What came to light later is booked in an open month, but belongs to the
month in which it was so. By *the day of the fact*:

- cash, and money in suspense: the value date that the bank gave it, for a reversal its own value date,
  which is that of the entry it takes back unless the money came back on a day of its own;
- a recovery: the day on which it was received;
- an adjustment of a claim (claw-back, exclusion, money from before the approval): the day of what it
  adjusts, for it says that this was wrong from the start. A settlement of escrow says nothing of the
  kind: it is a fact of its own day;
- an upheld dispute: the day of the disputed line;
- a position: the last day of its month, whichever report of it changed the exposure;
- a disbursement: the day on which the loan was paid out.

What an upheld dispute takes off an item no later statement asks for: the month's net is restated by all
that is upheld, and only what is new leaves the net of the month in which it was booked.

Everything else belongs to the day on which it was booked. So each transfer belongs to exactly one
month: what is put into one by this is taken out of the other, and over all months nothing is made or
lost. For every figure: restated − reported = the sum of its causes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from services.risk_pool.domain.ledger import natural_balance, payable_to, receivable_from
from services.risk_pool.domain.month_figures import DISPUTE_UPHELD
from services.risk_pool.domain.stated_lines import stated_fen
from shared.life_cycle import Words
from shared.months import Month

NET: Final = "net"
"""The figure that a statement asks for; all others are movements of accounts."""

CAUSE_WORDS: Mapping[str, Words] = {
    "cash": Words("专户收付补记或冲正", "cash found or reversed later"),
    "suspense": Words("暂收款项补记", "suspense booked later"),
    "recovery": Words("追偿款补报", "recovery reported later"),
    "adjustment": Words("补偿更正", "adjustment of a claim"),
    "dispute": Words("争议成立", "dispute upheld"),
    "position": Words("余额报告补报或更正", "position reported or corrected later"),
    "disbursement": Words("放款补报", "disbursement reported later"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Misplaced:
    """A transfer that was booked in another month than the one to which its fact belongs."""

    seq: int
    reference: str
    kind: str
    debit: str
    credit: str
    amount_fen: int
    business_date: date
    booked_at: datetime
    fact_day: date
    cause: str
    number: str
    """Of the case behind it."""
    why: str
    people: tuple[str, ...]
    loan_number: str | None
    explanation_id: UUID | None

    def sign(self, month: Month) -> int:
        """1: it belongs to the month and was booked after it; −1: it was booked in the month and
        belongs to an earlier one."""
        belongs, booked = Month.of(self.fact_day) == month, Month.of(self.business_date) == month
        assert belongs != booked, f"transfer {self.seq} does not touch {month}"
        return 1 if belongs else -1


@dataclass(frozen=True, slots=True)
class Cause:
    """What a transfer adds to a figure, positive or negative."""

    fen: int
    transfer: Misplaced
    comes_in: bool
    """It is put into the month; else it is taken out, to the earlier month where it belongs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedFigure:
    """One figure of a month: as reported, and with everything that is known now."""

    party: str
    """"" for an account of the pool itself."""
    account: str
    """An account, whose movement in the month this is (in its own direction); or NET: positive what
    the month leaves the pool to pay to the party."""
    reported_fen: int
    causes: Sequence[Cause]

    @property
    def difference_fen(self) -> int:
        return sum(one.fen for one in self.causes)

    @property
    def restated_fen(self) -> int:
        return self.reported_fen + self.difference_fen


def moved_fen(account: str, transfer: Misplaced, *, comes_in: bool = True) -> int:
    """What a transfer moves on an account, in the account's own direction, whichever month it is."""
    return natural_balance(
        account,
        debited_fen=transfer.amount_fen if transfer.debit == account else 0,
        credited_fen=transfer.amount_fen if transfer.credit == account else 0,
    )


def asked_fen(party: str, transfer: Misplaced, *, comes_in: bool) -> int:
    """What a transfer adds to the net that a statement asks for: in the month where it was booked, or
    in that to which it comes, where a disputed line had asked for all that is upheld."""
    if comes_in and transfer.kind == DISPUTE_UPHELD:
        return moved_fen(payable_to(party), transfer) - moved_fen(receivable_from(party), transfer)
    return stated_fen(
        {
            "kind": transfer.kind,
            "debit": transfer.debit,
            "credit": transfer.credit,
            "amount_fen": transfer.amount_fen,
        },
        party,
    )


def restated(
    month: Month,
    *,
    movements: Mapping[str, int],
    nets: Mapping[str, int],
    misplaced: Iterable[Misplaced],
) -> list[RestatedFigure]:
    """Every figure of the month that was reported or is changed by what is misplaced.

    `movements`: account → its reported movement in the month, in its own direction; `nets`: party →
    the reported net. What belongs to accounts or parties that are in neither comes as nought before.
    """
    late = sorted(misplaced, key=lambda one: one.seq)
    touched = {account for one in late for account in (one.debit, one.credit)}
    parties = set(nets) | {account.partition(":")[2] for account in touched} - {""}
    found = [
        RestatedFigure(
            party=party,
            account=NET,
            reported_fen=nets.get(party, 0),
            causes=_causes(month, late, partial(asked_fen, party)),
        )
        for party in sorted(parties)
    ]
    found += [
        RestatedFigure(
            party=account.partition(":")[2],
            account=account,
            reported_fen=movements.get(account, 0),
            causes=_causes(month, late, partial(moved_fen, account)),
        )
        for account in sorted(set(movements) | touched)
    ]
    return [one for one in found if one.reported_fen or one.causes]


def _causes(month: Month, late: Iterable[Misplaced], adds: Callable[..., int]) -> tuple[Cause, ...]:
    """What each transfer adds to a figure or takes from it; those that do neither are left out."""
    found = []
    for one in late:
        sign = one.sign(month)
        comes_in = sign > 0
        if fen := sign * adds(one, comes_in=comes_in):
            found.append(Cause(fen, one, comes_in=comes_in))
    return tuple(found)
