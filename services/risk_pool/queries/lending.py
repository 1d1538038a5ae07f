"""What was lent, on the day on which it was: the first part of a loan, and every later draw."""

LENT = """
    select loan_id, disbursed_on as day, disbursed_fen - coalesce(later.fen, 0) as fen,
           activated_fen - coalesce(later.covered_fen, 0) as covered_fen
    from coverages left join (
        select loan_id, sum(amount_fen) as fen, sum(covered_fen) as covered_fen
        from draws where pool_code = $1 and undone_on is null group by 1
    ) as later using (loan_id)
    where pool_code = $1 and disbursed_on is not null
    union all
    select loan_id, drawn_on, amount_fen, covered_fen
    from draws where pool_code = $1 and undone_on is null
"""
"""Of the pool $1: loan, day, lent, and of it newly covered."""
