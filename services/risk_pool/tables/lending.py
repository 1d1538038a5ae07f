"""What was lent, on the day on which it was: the first part of a loan, and every later draw."""

from typing import Final


def lent_by(pools: str) -> str:
    """Loan, day, lent, and of it newly covered, of the pools that a condition on their code names."""
    return f"""
    select loan_id, disbursed_on as day, disbursed_fen - coalesce(later.fen, 0) as fen,
           activated_fen - coalesce(later.covered_fen, 0) as covered_fen
    from coverages left join (
        select loan_id, sum(amount_fen) as fen, sum(covered_fen) as covered_fen
        from draws where pool_code {pools} and undone_on is null group by 1
    ) as later using (loan_id)
    where pool_code {pools} and disbursed_on is not null
    union all
    select loan_id, drawn_on, amount_fen, covered_fen
    from draws where pool_code {pools} and undone_on is null
"""


LENT: Final = lent_by("= $1")
"""Of the pool $1."""
