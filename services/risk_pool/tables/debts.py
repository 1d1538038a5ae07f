"""Loans and their renewals as debts: what of two is one (docs/decisions/0020)."""

from typing import Final

from shared.postgres.literals import literals
from shared.risk_classes import RISK_CLASSES


def _stands(loan: str) -> str:
    return f"""(coalesce(array_position(array[{literals(RISK_CLASSES)}], {loan}.risk_class), 0),
                {loan}.overdue_days, {loan}.covered_fen)"""


ONCE_OF_DEBTS: Final = f"""
select distinct on (old.loan_id)
       case when {_stands("old")} > {_stands("new")} then new.loan_id
            else old.loan_id end as loan_id,
       least(old.covered_fen, new.covered_fen) as covered_fen,
       least(old.outstanding_fen, new.outstanding_fen) as outstanding_fen
from debts as new join debts as old on old.loan_id = new.renews
where new.renews is not null
order by old.loan_id, new.covered_fen desc
"""
"""Of the loans `debts` (loan_id, renews, covered_fen, outstanding_fen, risk_class, overdue_days), all in
cover on one day: what of a loan and its renewal is one debt, taken off the one that stands better, of
two that stand alike off the smaller, so that nothing bad is hidden behind a renewal."""
