"""The book as columns: what each loan would cost whom if it were lost, and when it may be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.risk_pool.domain.compensation import POOL
from services.risk_pool.domain.foresight_assumptions import Assumptions
from services.risk_pool.foresight.ceilings import (
    Ceilings,
    Figures,
    Split,
    on_payments,
    on_principal,
)
from shared.life_cycle import Row
from shared.ratios import WHOLE_BP
from shared.risk_classes import RISK_CLASSES
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.decide.recovery import RecoveryFacts, split_recovery

BANK: Final = "bank"

Ints = NDArray[np.int64]


class Firms(NamedTuple):
    """The firms of a book, in the order in which they come up in it."""

    uscc: tuple[str, ...]
    risk_class: tuple[str, ...]
    """The worst of its loans; "" where none was reported."""
    covered: Ints

    def largest(self, count: int) -> Ints:
        """The places of the firms that the pool covers most of, the largest first."""
        return np.lexsort((np.arange(len(self.uscc)), -self.covered))[:count]


@dataclass(frozen=True, slots=True)
class Book:
    """Columns by loan, amounts in fen. `due` is by loan and party, as in `parties`: what each
    owes of the base before any ceiling that several claims share."""

    parties: tuple[str, ...]
    firms: Firms
    firm: Ints
    ip_part: Ints
    base: Ints
    due: Ints
    bearer: Ints
    waiting: NDArray[np.bool_]
    """A claim for it is filed and not decided: it is lost."""
    matures_in: Ints
    """Months from the day to that of maturity; 0: this month, or before."""
    back: NDArray[np.float64]
    """Of each fen that the pool pays, what a recovery brings back to it."""
    principal: Ceilings
    payments: Ceilings
    payers: NDArray[np.bool_]
    """Ceiling on payments × party: whose payments it is for."""
    not_split: int
    not_split_fen: int

    @property
    def pool(self) -> int:
        """The pool's place among the parties."""
        return self.parties.index(POOL)

    @property
    def bank(self) -> int:
        """The banks' place among the parties."""
        return self.parties.index(BANK)


def book_of(
    splits: Sequence[Split],
    waiting: Iterable[object],
    figures: Figures,
    assumptions: Assumptions,
    *,
    day: date,
) -> Book:
    """`waiting`: ids of the loans that a claim is filed for and not decided."""
    names = {who for one in splits if one.decision for who in one.decision.terms.parties}
    parties = tuple(sorted(names | {POOL, BANK}))
    claimed = frozenset(waiting)
    firms, firm = _firms(splits)
    due = np.zeros((len(splits), len(parties)), dtype=np.int64)
    bearer = np.full(len(splits), parties.index(BANK), dtype=np.int64)
    for row, (_, decision) in enumerate(splits):
        if decision is not None:
            bearer[row] = parties.index(decision.terms.bearer)
            for party, fen in decision.due.items():
                due[row, parties.index(party)] = fen
    payments = on_payments(splits, figures)
    without = [loan["covered_fen"] for loan, decision in splits if decision is None]
    return Book(
        parties=parties,
        firms=firms,
        firm=firm,
        ip_part=_ints(_part_fen(one) for one in splits),
        base=_ints(one.decision.base_fen if one.decision else 0 for one in splits),
        due=due,
        bearer=bearer,
        waiting=np.array([one.loan["loan_id"] in claimed for one in splits], dtype=np.bool_),
        matures_in=_ints(_months_left(one.loan, day) for one in splits),
        back=np.array(
            [_back(one.decision, assumptions.recovery_bp) for one in splits], dtype=np.float64
        ),
        principal=on_principal(splits, figures),
        payments=payments,
        payers=np.array(
            [[who in place.parties for who in parties] for place in payments.places], dtype=np.bool_
        ).reshape(len(payments.places), len(parties)),
        not_split=len(without),
        not_split_fen=sum(without),
    )


def _part_fen(one: Split) -> int:
    covered_fen: int = one.loan["covered_fen"]
    return one.decision.ip_part_fen if one.decision else covered_fen


def _firms(splits: Sequence[Split]) -> tuple[Firms, Ints]:
    order = ("", *RISK_CLASSES)
    places: dict[str, int] = {}
    worst: list[int] = []
    covered: list[int] = []
    of_loan = []
    for one in splits:
        at = places.setdefault(one.loan["borrower_uscc"], len(places))
        if at == len(worst):
            worst.append(0)
            covered.append(0)
        worst[at] = max(worst[at], order.index(one.loan["risk_class"] or ""))
        covered[at] += _part_fen(one)
        of_loan.append(at)
    return Firms(tuple(places), tuple(order[one] for one in worst), _ints(covered)), _ints(of_loan)


def _months_left(loan: Row, day: date) -> int:
    matures_on: date | None = loan["matures_on"]
    if matures_on is None:
        return 0
    return max((matures_on.year - day.year) * 12 + matures_on.month - day.month, 0)


def _back(decision: ClaimDecision | None, recovery_bp: int) -> float:
    """By the terms' own rules of recovery, for the claim of the whole loan."""
    if decision is None or decision.shares.get(POOL, 0) == 0:
        return 0.0
    came_in = decision.ip_part_fen * recovery_bp // WHOLE_BP
    returned = split_recovery(RecoveryFacts(pledged_ip_fen=came_in), decision.borne).returned
    return returned.get(POOL, 0) / decision.shares[POOL]


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
