"""The monthly settlement (月结): its life cycle and its arithmetic, from movements to what is paid.

A month is told by the ledger alone: what stood at its beginning, what moved in it by kind of
fact, what stands at its end. What the parties then owe each other is netted per party, collected
and paid through the pool's account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.risk_pool.domain.ledger import (
    CASH,
    Transfer,
    natural_balance,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.life_cycle import LifeCycle, Move, Waiting, Words
from shared.months import Month


class State(StrEnum):
    """Where a month's settlement is. Before the first preview there is none."""

    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    POSTED = "posted"


class Action(StrEnum):
    """What is done to a month's settlement."""

    PREVIEW = "preview"
    CONFIRM = "confirm"
    SIGN = "sign"
    POST = "post"


_MAKER = frozenset({"finance_maker"})
_CHECKER = frozenset({"finance_checker"})

LIFE_CYCLE = LifeCycle(
    noun=Words("月度结算", "settlement"),
    moves=(
        Move(State.PREVIEWED, Action.PREVIEW, _MAKER, State.PREVIEWED),
        Move(State.PREVIEWED, Action.CONFIRM, _MAKER, State.CONFIRMED),
        # Figures that changed are previewed anew; confirmation and signature fall away.
        Move(State.CONFIRMED, Action.PREVIEW, _MAKER, State.PREVIEWED),
        Move(State.CONFIRMED, Action.SIGN, _CHECKER, State.SIGNED),
        Move(State.SIGNED, Action.PREVIEW, _MAKER, State.PREVIEWED),
        Move(State.SIGNED, Action.POST, _MAKER | _CHECKER, State.POSTED),
    ),
    states={
        State.PREVIEWED: Words("已预览", "previewed"),
        State.CONFIRMED: Words("已确认，待签批", "confirmed"),
        State.SIGNED: Words("已签批，待入账", "signed"),
        State.POSTED: Words("已入账（已结）", "posted"),
    },
    actions={
        Action.PREVIEW: Words("预览", "previewed"),
        Action.CONFIRM: Words("确认", "confirmed"),
        Action.SIGN: Words("签批", "signed"),
        Action.POST: Words("入账", "posted"),
    },
    waiting={
        State.PREVIEWED: Waiting(
            ("finance_maker",), Words("等待财务经办确认", "waits to be confirmed by finance")
        ),
        State.CONFIRMED: Waiting(
            ("finance_checker",), Words("等待另一人签批", "waits for a second person's signature")
        ),
        State.SIGNED: Waiting(
            ("finance_maker", "finance_checker"), Words("等待入账", "waits to be posted")
        ),
    },
)


NETTED, COLLECTED, PAID = "settlement-net", "settlement-collect", "settlement-pay"
"""Kinds of the transfers that a posted settlement books."""

OPENING = "opening"
"""The kind of the movement that stands for everything before the month."""

CLAIM_APPROVED, CLAIM_SHARED, CLAIM_PAID = "claim-approved", "claim-shared", "claim-paid"
RECOVERY_BOOKED = "recovery-booked"
"""Kinds of the transfers that claims and recoveries book: the pool's own share, that of any other
payer, the payment of the pool's share, and what comes back."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a month's settlement leaves between the pool's account and one party.

    A claim's pool share that is approved but not yet paid is owed, too, but is paid by its own
    payment, not by the settlement: it is in `awaiting_payment_fen` and in neither of the others.
    """

    party: str
    payable_fen: int
    receivable_fen: int
    awaiting_payment_fen: int = 0

    @property
    def netted_fen(self) -> int:
        return min(self.payable_fen, self.receivable_fen)

    @property
    def net_fen(self) -> int:
        """Positive: the party receives. Negative: the party pays."""
        return self.payable_fen - self.receivable_fen


def dues(
    parties: Iterable[str],
    closing: Mapping[str, int],
    *,
    awaiting_payment: Mapping[str, int],
    settled_since: Mapping[str, int],
) -> tuple[Due, ...]:
    """What is due per party, in the order of their codes.

    `closing` are the balances at the month's end; `awaiting_payment` the part of payable:{party}
    that approved claims will pay; `settled_since` what settlements of earlier months that were
    posted only after this month's end have changed on an account since (in its own direction).
    """
    found = []
    for party in sorted(parties):
        payable, receivable = payable_to(party), receivable_from(party)
        awaiting_fen = awaiting_payment.get(party, 0)
        due = Due(
            party=party,
            payable_fen=closing.get(payable, 0) + settled_since.get(payable, 0) - awaiting_fen,
            receivable_fen=closing.get(receivable, 0) + settled_since.get(receivable, 0),
            awaiting_payment_fen=awaiting_fen,
        )
        assert due.payable_fen >= 0 and due.receivable_fen >= 0, f"{party}: paid twice"
        found.append(due)
    return tuple(found)


def settlement_reference(pool_code: str, month: Month, party: str, step: str) -> str:
    """The business fact that a posting books, once: `step` is net, collect or pay."""
    return f"settlement:{pool_code}:{month}:{party}:{step}"


def settlement_transfers(
    pool_code: str, month: Month, due: Sequence[Due], *, posted_on: date
) -> tuple[Transfer, ...]:
    """Net each party, then collect, then pay: the account never pays before it has collected."""

    def made(one: Due, step: str, debit: str, credit: str, amount_fen: int) -> list[Transfer]:
        if amount_fen == 0:
            return []
        return [
            Transfer(
                reference=settlement_reference(pool_code, month, one.party, step),
                debit=debit,
                credit=credit,
                amount_fen=amount_fen,
                business_date=posted_on,
                kind=f"settlement-{step}",
            )
        ]

    nets, collects, pays = [], [], []
    for one in due:
        payable, receivable = payable_to(one.party), receivable_from(one.party)
        nets += made(one, "net", payable, receivable, one.netted_fen)
        collects += made(one, "collect", CASH, receivable, one.receivable_fen - one.netted_fen)
        pays += made(one, "pay", payable, CASH, one.payable_fen - one.netted_fen)
    return (*nets, *collects, *pays)


def cash_missing_fen(due: Iterable[Due], *, cash_fen: int) -> int:
    """What the account lacks to pay everybody once it has collected; 0 if it suffices."""
    return max(sum(one.net_fen for one in due) - cash_fen, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something a month lacks, or that a person should know before confirming it."""

    code: str
    blocking: bool
    zh: str
    en: str
    party_code: str = ""
    """The bank that it concerns, "" for the pool as a whole."""
    count: int = 0
    amount_fen: int = 0
    numbers: tuple[str, ...] = ()
    """The first of the cases concerned, by the numbers people use."""


def blocking(lacks: Iterable[Lack]) -> tuple[Lack, ...]:
    """Those that keep a month from being confirmed."""
    return tuple(lack for lack in lacks if lack.blocking)
