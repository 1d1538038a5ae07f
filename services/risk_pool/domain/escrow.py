"""Escrow (保证金): what the pool sets aside for a claim, and how it is settled at the write-off.

The approval earmarks the pool's part, the payment moves it out of the dedicated account, and it
stays the pool's own until the bank has written the loan off (programmes S36, H.17). Until then the
bank bears the loss alone: nothing has been paid to it, so what it recovers lowers the net loss.
The settlement divides the final net loss as the claim was divided: out of escrow to the bank, what
is too much back to the pool, what is missing added by the pool as far as its balance goes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from services.risk_pool.domain.booking_back import Entry
from services.risk_pool.domain.compensation import POOL, PartyPayment
from services.risk_pool.domain.ledger import (
    CASH,
    CLAIMS,
    EARMARKS,
    Transfer,
    earmarked_for,
    escrow_for,
    payable_to,
)
from services.risk_pool.domain.month_figures import (
    ESCROW_ADDED,
    ESCROW_EARMARKED,
    ESCROW_HELD,
    ESCROW_PAID,
    ESCROW_RELEASED,
)
from services.risk_pool.domain.shares import PartyShare
from shared.life_cycle import Row
from shared.money import format_fen, group_fen
from shared.refusals import FieldFault, Refused
from shared.schemes.decide.claims import Borne
from shared.schemes.decide.escrow import EscrowDecision

ESCROW = "escrow"
"""Where a programme with escrow has its payers pay to."""


class OthersPayIntoEscrow(Refused):
    """The ledger holds in escrow what is the pool's own; another payer's part it does not hold."""

    code: ClassVar[str] = "others-pay-into-escrow"


class LossNotReported(Refused):
    """Escrow is settled once the bank has reported the write-off and the net loss."""

    code: ClassVar[str] = "loss-not-reported"


class EscrowCountsTheNetLoss(Refused):
    """In a programme with escrow, money that comes to light lowers the net loss or is recovered."""

    code: ClassVar[str] = "escrow-counts-the-net-loss"


def require_pool_alone(payments: Iterable[PartyPayment]) -> None:
    """Raises OthersPayIntoEscrow."""
    others = [one.payer for one in payments if one.payee == ESCROW and one.payer != POOL]
    if others:
        raise OthersPayIntoEscrow(
            f"方案规定 {'、'.join(others)} 也转入保证金，本账簿只记资金池自有的保证金。",
            f"{', '.join(others)} would pay into escrow, too; this ledger holds the pool's only.",
            parties=others,
        )


def earmarking(
    claim: Row, step: PartyPayment, *, day: date, explanation_id: UUID
) -> Sequence[Transfer]:
    """The approval: what the pool will set aside is bound from now on; nothing moves yet."""
    bank = claim["bank_code"]
    return [
        Transfer(
            reference=f"claim:{claim['number']}:{step.payer}:{ESCROW}",
            debit=earmarked_for(bank),
            credit=EARMARKS,
            amount_fen=step.amount_fen,
            business_date=day,
            kind=ESCROW_EARMARKED,
            explanation_id=explanation_id,
            loan_id=claim["loan_id"],
        )
    ]


def setting_aside(claim: Row, *, day: date) -> Sequence[Transfer]:
    """The payment: out of the dedicated account into escrow; the earmark is lifted."""
    bank, number = claim["bank_code"], claim["number"]
    if not claim["pool_pays_fen"]:
        return []
    return [
        Transfer(
            reference=f"claim:{number}:{ESCROW}:{step}",
            debit=debit,
            credit=credit,
            amount_fen=claim["pool_pays_fen"],
            business_date=day,
            kind=ESCROW_HELD,
            explanation_id=claim["explanation_id"],
            loan_id=claim["loan_id"],
        )
        for step, debit, credit in (
            ("lifted", EARMARKS, earmarked_for(bank)),
            ("held", escrow_for(bank), CASH),
        )
    ]


def awaits_settlement(claim: Row) -> bool:
    """Whether the bank bears the loss alone for the time being."""
    return bool(claim["escrow"]) and claim["settled_on"] is None


def borne_alone(borne: Borne, base_fen: int) -> Borne:
    """Until the settlement the lender bears it all: what comes in is its own, interest by the
    scheme's order, and whatever is principal lowers the net loss."""
    alone = {borne.bearer: base_fen}
    return replace(borne, borne=alone, parts=alone, residual=borne.bearer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a bank reports of its write-off."""

    written_off_on: date
    net_loss_fen: int
    reason: str
    difference: str
    """Why it is not what the books say; "" where it is."""
    papers: Sequence[dict[str, Any]]


def faults_of_loss(loss: Loss, *, by_books_fen: int, since: date, today: date) -> list[FieldFault]:
    """What is wrong with a reported write-off; all at once. `since`: the day of setting aside."""
    found = []
    if not since <= loss.written_off_on <= today:
        found.append(
            FieldFault(
                ("written_off_on",), "written-off-on-impossible",
                f"核销日须在转入保证金之日 {since} 与今天之间",
                f"It lies between the day {since} of setting aside and today.",
            )
        )  # fmt: skip
    if loss.net_loss_fen != by_books_fen and not loss.difference:
        found.append(
            FieldFault(
                ("difference_reason",), "net-loss-differs",
                f"账面净损失 {group_fen(by_books_fen)} 元，报告 {group_fen(loss.net_loss_fen)} 元，"
                "须说明差异",
                f"The books have {group_fen(by_books_fen)}, {group_fen(loss.net_loss_fen)} are "
                "reported: say why.",
            )
        )  # fmt: skip
    return found


def net_loss_by_books(base_fen: int, lowered_fen: int) -> int:
    """The base less what has been recovered since."""
    return max(base_fen - lowered_fen, 0)


def net_loss_now(claim: Row, lowered_fen: int) -> int:
    """The net loss as reported, less what has been recovered after the report."""
    return max(int(claim["net_loss_fen"]) - (lowered_fen - int(claim["loss_lowered_fen"])), 0)


@dataclass(frozen=True, kw_only=True)
class Settling:
    """A settlement of escrow as it would be booked, with what it is held against."""

    decision: EscrowDecision
    base_fen: int
    lowered_fen: int
    """What was recovered before the settlement."""
    reported_fen: int
    written_off_on: date
    shares: Sequence[PartyShare]
    reason: str = ""
    difference: str = ""
    """Why the bank has written off, and why its net loss is not that of the books."""

    @property
    def net_loss_fen(self) -> int:
        return self.decision.facts.net_loss_fen

    @property
    def held_fen(self) -> int:
        return self.decision.facts.held[POOL]

    @property
    def paid_fen(self) -> int:
        return self.decision.paid[POOL]

    @property
    def released_fen(self) -> int:
        return self.decision.released[POOL]

    @property
    def added_fen(self) -> int:
        return self.decision.added[POOL]

    @property
    def short_fen(self) -> int:
        """What the pool cannot add; it stays with the lender."""
        return self.decision.due[POOL] - self.paid_fen

    def as_data(self) -> dict[str, Any]:
        """The figures of the settlement, money as decimal strings."""
        by_books_fen = net_loss_by_books(self.base_fen, self.lowered_fen)
        return {
            "base": format_fen(self.base_fen),
            "recovered": format_fen(self.lowered_fen),
            "net_loss_by_books": format_fen(by_books_fen),
            "net_loss_reported": format_fen(self.reported_fen),
            "net_loss": format_fen(self.net_loss_fen),
            "written_off_on": self.written_off_on.isoformat(),
            "reason": self.reason,
            "difference": self.difference,
            "held": format_fen(self.held_fen),
            "due": format_fen(self.decision.due[POOL]),
            "paid": format_fen(self.paid_fen),
            "released": format_fen(self.released_fen),
            "added": format_fen(self.added_fen),
            "short": format_fen(self.short_fen),
            "available": format_fen(self.decision.facts.available[POOL]),
        }

    def entries(self, claim: Row, *, bearer_code: str) -> list[Entry]:
        """Out of escrow to the lender and back to the pool; what is added the month's settlement
        pays."""
        held, number = escrow_for(claim["bank_code"]), claim["number"]
        from_escrow = self.paid_fen - self.added_fen
        steps = (
            ("paid", ESCROW_PAID, CLAIMS, held, from_escrow),
            ("released", ESCROW_RELEASED, CASH, held, self.released_fen),
            ("added", ESCROW_ADDED, CLAIMS, payable_to(bearer_code), self.added_fen),
        )
        return [
            Entry(
                adjusts=f"claim:{number}:{ESCROW}:{step}",
                kind=kind,
                debit=debit,
                credit=credit,
                amount_fen=fen,
            )
            for step, kind, debit, credit, fen in steps
            if fen
        ]
