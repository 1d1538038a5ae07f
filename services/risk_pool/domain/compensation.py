"""What a decided claim does to the money: who pays whom, and what is booked for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from services.risk_pool.domain.ledger import CLAIMS, Transfer, payable_to, receivable_from
from services.risk_pool.domain.month_figures import CLAIM_APPROVED, CLAIM_SHARED
from shared.money import parse_fen
from shared.refusals import Refused
from shared.schemes.decide.claims import Payment

POOL = "pool"
"""The role of the pool itself among the parties of a claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPayment:
    """One step on the way of the money, with the codes of those who play the roles."""

    payer: str
    payer_code: str
    payee: str
    payee_code: str
    kind: str
    amount_fen: int


def payments_of(payments: Iterable[Payment], codes: Mapping[str, str]) -> tuple[PartyPayment, ...]:
    """Who pays whom, step by step."""
    return tuple(
        PartyPayment(
            payer=one.payer,
            payer_code=codes.get(one.payer, one.payer),
            payee=one.payee,
            payee_code=codes.get(one.payee, one.payee),
            kind=one.kind,
            amount_fen=one.amount_fen,
        )
        for one in payments
    )


def payment_of(kept: Mapping[str, str]) -> PartyPayment:
    """A step as it was kept, read back."""
    named = {name: value for name, value in kept.items() if name != "amount"}
    return PartyPayment(**named, amount_fen=parse_fen(kept["amount"]))


def paid_by_pool(payments: Iterable[PartyPayment]) -> tuple[PartyPayment, ...]:
    """Those that leave the dedicated account."""
    return tuple(one for one in payments if one.payer == POOL)


def approval_transfers(
    payments: Iterable[PartyPayment],
    *,
    claim_number: str,
    loan_id: UUID,
    day: date,
    explanation_id: UUID,
) -> Sequence[Transfer]:
    """One transfer for each step of the money: the pool's own by `claims`, any other payer owes."""
    return [
        Transfer(
            reference=f"claim:{claim_number}:{one.payer}:{one.payee}",
            debit=CLAIMS if one.payer == POOL else receivable_from(one.payer_code),
            credit=CLAIMS if one.payee == POOL else payable_to(one.payee_code),
            amount_fen=one.amount_fen,
            business_date=day,
            kind=CLAIM_APPROVED if one.payer == POOL else CLAIM_SHARED,
            explanation_id=explanation_id,
            loan_id=loan_id,
        )
        for one in payments
    ]


class PaidBeforeApproval(Refused):
    """A day of payment that lies before the approval or in the future."""

    code: ClassVar[str] = "paid-on-impossible"
    status: ClassVar[int] = 422


class WrittenOffImpossible(Refused):
    """A day of write-off that lies before the payment or in the future."""

    code: ClassVar[str] = "written-off-on-impossible"
    status: ClassVar[int] = 422


def require_day_of_write_off(written_off_on: date, *, paid_on: date, today: date) -> None:
    """Raises WrittenOffImpossible."""
    if not paid_on <= written_off_on <= today:
        raise WrittenOffImpossible(
            f"核销日须在拨付日 {paid_on} 与今天之间。",
            f"The day of write-off lies between the payment on {paid_on} and today.",
        )


def require_day_of_payment(paid_on: date, *, approved_on: date, today: date) -> None:
    """Raises PaidBeforeApproval."""
    if not approved_on <= paid_on <= today:
        raise PaidBeforeApproval(
            f"拨付日须在批准日 {approved_on} 与今天之间。",
            f"The day of payment lies between the approval on {approved_on} and today.",
        )
