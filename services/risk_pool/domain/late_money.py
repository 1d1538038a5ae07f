"""Money that was received before a claim's approval and comes to light afterwards.

It would have lowered the principal claimed (programmes H.11): the split is made again with that
principal, under the same terms and with every cap as it was at the decision. What each has paid too
much goes back to it; what recoveries have given it back beyond what it bears now it passes on.
What the pool has not paid yet it pays so much less.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from services.risk_pool.domain.booking_back import Entry
from services.risk_pool.domain.compensation import POOL, PartyPayment
from services.risk_pool.domain.ledger import CLAIMS, RECOVERIES, payable_to, receivable_from
from services.risk_pool.domain.month_figures import CLAIM_ADJUSTED, RECOVERY_ADJUSTED
from shared.refusals import FieldFault, Refused
from shared.schemes.decide.claims import Counters


class CountersNotKept(Refused):
    """A claim that was decided before the caps of a decision were kept."""

    code: ClassVar[str] = "counters-not-kept"


def kept(counters: Counters, *, borrower_balance_fen: int) -> dict[str, Any]:
    """What a decision counted, as plain data: money in fen."""
    return {
        "used": dict(counters.used),
        "figures": dict(counters.figures),
        "raised": dict(counters.raised),
        "used_costs": sorted(counters.used_costs),
        "borrower_balance": borrower_balance_fen,
    }


def counters_of(detail: Mapping[str, Any] | None) -> tuple[Counters, int]:
    """The caps as they were at the decision, and the borrower's balance. Raises CountersNotKept."""
    said = (detail or {}).get("counters")
    if said is None:
        raise CountersNotKept(
            "该补偿的上限计数未留存，不能按原决定重算。",
            "What the caps had counted at the decision was not kept; it cannot be split again.",
        )
    counters = Counters(
        used=said["used"],
        figures=said["figures"],
        raised=said["raised"],
        used_costs=frozenset(said["used_costs"]),
    )
    return counters, said["borrower_balance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateMoney:
    """How much was received before the approval, and when."""

    amount_fen: int
    received_on: date


def faults(
    amount_fen: int | None,
    received_on: date | None,
    *,
    lent_on: date,
    approved_on: date,
    principal_fen: int,
) -> list[FieldFault]:
    """What is wrong with late money; all at once. It came in between loan and approval."""
    found = []
    if amount_fen is None:
        found.append(FieldFault(("amount",), "missing", "金额必填", "the amount is required"))
    elif amount_fen > principal_fen:
        found.append(
            FieldFault(
                ("amount",), "above-principal", "超过已批准的本金",
                "It is more than the principal approved.",
            )
        )  # fmt: skip
    if received_on is None:
        found.append(FieldFault(("received_on",), "missing", "收款日必填", "the day is required"))
    elif received_on >= approved_on:
        found.append(
            FieldFault(
                ("received_on",), "after-approval",
                f"收款日不早于批准日 {approved_on}，应报告为追偿回款",
                f"It was received after the approval on {approved_on}: it is a recovery.",
            )
        )  # fmt: skip
    elif received_on < lent_on:
        found.append(
            FieldFault(
                ("received_on",), "before-disbursement", f"收款日早于放款日 {lent_on}",
                f"The day is before {lent_on}, on which the loan was paid out.",
            )
        )  # fmt: skip
    return found


def booked_anew(
    claim_number: str,
    before: Sequence[PartyPayment],
    after: Sequence[PartyPayment],
    *,
    is_paid: bool,
) -> list[Entry]:
    """The difference of two ways of the money, step by step. What the pool has paid too much its
    payee owes; what it has not paid yet is taken off its own debt."""
    steps = {(one.payer, one.payee): one for one in (*before, *after)}
    old = {(one.payer, one.payee): one.amount_fen for one in before}
    new = {(one.payer, one.payee): one.amount_fen for one in after}
    entries = []
    for step, one in steps.items():
        less = old.get(step, 0) - new.get(step, 0)
        payer = (one.payer, one.payer_code)
        payee = (one.payee, one.payee_code)
        owes, owed = (payee, payer) if less > 0 else (payer, payee)
        own_debt = one.payer == POOL and not is_paid and less > 0
        owing = payable_to(owes[1]) if own_debt else receivable_from(owes[1])
        if less:
            entries.append(
                Entry(
                    adjusts=f"claim:{claim_number}:{one.payer}:{one.payee}",
                    kind=CLAIM_ADJUSTED,
                    debit=CLAIMS if owes[0] == POOL else owing,
                    credit=CLAIMS if owed[0] == POOL else payable_to(owed[1]),
                    amount_fen=abs(less),
                )
            )
    return entries


def passed_on(
    claim_number: str,
    returned: Mapping[str, int],
    bears: Mapping[str, int],
    codes: Mapping[str, str],
    *,
    bearer: str,
) -> list[Entry]:
    """What recoveries have given back beyond what a party bears now, passed on to the bearer."""
    return [
        Entry(
            adjusts=f"claim:{claim_number}:returned:{party}",
            kind=RECOVERY_ADJUSTED,
            debit=RECOVERIES if party == POOL else receivable_from(codes.get(party, party)),
            credit=payable_to(codes.get(bearer, bearer)),
            amount_fen=back - bears.get(party, 0),
        )
        for party, back in returned.items()
        if party != bearer and back > bears.get(party, 0)
    ]
