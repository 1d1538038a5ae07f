"""What an auditor draws samples from: the cases that were approved in some days."""

from typing import Final

from services.applications.domain.life_cycle import Action
from shared.audit.samples import Population
from shared.life_cycle import Words
from shared.postgres.literals import literals

_DECIDES: Final = literals((Action.APPROVE, Action.COUNTERSIGN))

_CASES: Final = f"""
    select a.id, a.number, a.borrower_name as firm, a.bank_code, a.pool_code, a.amount_fen,
           a.approved_on as day, '/cases/' || a.id as page, a.id as trail_id,
           coalesce(decided.subject, '') as decided_by, coalesce(decided.name, '') as decided_name,
           floor(extract(epoch from decided.at - a.submitted_at) / 60)::integer as haste_minutes,
           coalesce(l.overdue_days, 0) as overdue_days,
           (select count(*) from loan_changes c where c.loan_id = a.id)
               + (select count(*) from case_moves m
                  where m.case_kind = 'application' and m.case_id = a.id
                    and m.version > decided.version and m.action like 'undo%') as changes
    from applications a
    left join loans l on l.application_id = a.id
    left join lateral (
        select subject, name, at, version from case_moves
        where case_kind = 'application' and case_id = a.id and action in ({_DECIDES})
        order by version desc limit 1) as decided on true
    where a.approved_on between $1 and $2
"""

POPULATIONS: Final = (
    Population(kind="case", words=Words("已批准的申请", "approved cases"), sql=_CASES),
)
