"""What an auditor draws samples from: loans by the day of approval, claims by the day of theirs."""

from typing import Final

from shared.audit.samples import Population
from shared.life_cycle import Words

_LOANS: Final = """
    select c.loan_id as id, c.number, c.borrower_name as firm, c.bank_code, c.pool_code,
           c.amount_fen, c.approved_on as day, '/cases/' || c.loan_id as page, c.loan_id as trail_id,
           '' as decided_by, '' as decided_name,
           (c.disbursed_on - c.approved_on) * 1440 as haste_minutes,
           c.overdue_days, (select count(*) from draws d where d.loan_id = c.loan_id) as changes
    from coverages c
    where c.approved_on between $1 and $2 and c.disbursed_on is not null
"""
_CLAIMS: Final = """
    select k.id, k.number, k.borrower_name as firm, k.bank_code, k.pool_code,
           k.pool_pays_fen as amount_fen, k.approved_on as day, '/claims/' || k.id as page,
           k.loan_id as trail_id,
           coalesce(decided.subject, '') as decided_by, coalesce(decided.name, '') as decided_name,
           floor(extract(epoch from decided.at - k.filed_at) / 60)::integer as haste_minutes,
           coalesce(c.overdue_days, 0) as overdue_days,
           (select count(*) from adjustments a where a.claim_id = k.id) as changes
    from claims k
    left join coverages c on c.loan_id = k.loan_id
    left join lateral (
        select subject, name, at from case_moves
        where case_kind = 'claim' and case_id = k.id and action = 'approve'
        order by version desc limit 1) as decided on true
    where k.approved_on between $1 and $2
"""

POPULATIONS: Final = (
    Population(kind="loan", words=Words("在保贷款", "loans paid out"), sql=_LOANS),
    Population(kind="claim", words=Words("已批准的补偿", "approved claims"), sql=_CLAIMS),
)
