"""What is owed of cases and loans: the one place that says how much a case counts in any sum.

A loan and its renewal are one debt, as large as the larger (docs/decisions/0020): the loan counts
whole, and its renewal with what it is beyond it.
"""

from typing import Final

from services.applications.domain.life_cycle import CLAIMS_CAPACITY, IS_LOAN
from shared.postgres.literals import literals


def _owed(case: str, loan: str) -> str:
    """Of the row `case` and its loan (left joined), in fen."""
    return (
        f"coalesce({loan}.outstanding_fen + {case}.drawable_fen,"
        f" ({case}.paid_out ->> 'outstanding_fen')::bigint, {case}.amount_fen)"
    )


OWED: Final = _owed("a", "l")
"""What of the case `a` with its loan `l` is out or may still be drawn; of one that was filed after it
was paid out and has not entered what is owed of it; of any other its amount."""

OWED_ONCE: Final = f"""({OWED} - coalesce((
    select least({OWED}, {_owed("old", "old_loan")})
    from applications as old left join loans as old_loan on old_loan.application_id = old.id
    where old.id = a.renews and old.bank_code = a.bank_code
      and old.state in ({literals(CLAIMS_CAPACITY)})), 0))"""
"""The same, less what is one debt with the live loan that the case renews."""

OUT_ONCE: Final = f"""(l.outstanding_fen - coalesce((
    select least(l.outstanding_fen, old_loan.outstanding_fen)
    from applications as old join loans as old_loan on old_loan.application_id = old.id
    where old.id = a.renews and old.bank_code = a.bank_code
      and old.state in ({literals(IS_LOAN)})), 0))"""
"""What is out of the loan `l` of the case `a`, less what is one debt with the loan that it renews."""

RENEWS_A_LIVE_ONE: Final = f"""exists (
    select from applications as old
    where old.id = a.renews and old.bank_code = a.bank_code
      and old.state in ({literals(CLAIMS_CAPACITY)}))"""
"""Whether the case `a` is one project with the live one that it renews."""
