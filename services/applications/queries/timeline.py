"""Everything that happened to a case, in the order of time, as far as the reader may see it.

Row-level security leaves out the bureau's notes, priorities and conflicts for a bank; what the
people of the bureau say to each other with their moves is left out by the caller.
"""

from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action

_OF_CASE: Final = """
with told as (
    select at, 'move' as kind, action as what, target as state, subject, name, role, reason as text,
           null::uuid as letter_id, null::uuid as answers, null::date as due_on,
           null::uuid as document_id, array[]::text[] as mentions, version as n
    from case_moves where case_id = $1
    union all
    select at, kind, '', '', subject, name, '', text, id, answers, due_on, document_id, mentions, 0
    from case_letters where application_id = $1
    union all
    select at, 'paper', verdict, kind, subject, name, '', reason, null, null, null,
           document_id, array[]::text[], 0
    from paper_verdicts where application_id = $1
    union all
    select at, 'priority', priority::text, '', subject, name, '', reason, null, null, null, null,
           array[]::text[], 0
    from case_priorities where application_id = $1
    union all
    select declared_at, 'conflict', subject, '', declared_by, declared_name, '', reason, null, null,
           null, null, array[]::text[], 0
    from conflicts where application_id = $1
    union all
    select answered_at, 'condition', 'answered', '', answered_by, answered_name, '',
           condition_no || '. ' || text || '：' || answer, null, null, null, document_id,
           array[]::text[], 0
    from conditions where application_id = $1 and answered_at is not null
    union all
    select confirmed_at, 'condition', 'confirmed', '', confirmed_by, confirmed_name, '',
           condition_no || '. ' || text, null, null, null, null, array[]::text[], 0
    from conditions where application_id = $1 and confirmed_at is not null
    union all
    -- What the bank asked for its loan's maturity; what the bureau said of it stays inside.
    select m.at, 'maturity', c.kind, m.target, m.subject, m.name, m.role,
           c.matured_on || ' → ' || c.matures_on, null, null, null, null, array[]::text[], 0
    from loan_changes as c join case_moves as m
        on m.case_id = c.id and m.case_kind = 'loan_change' and m.bank_code = c.bank_code
    where c.loan_id = $1
    union all
    select m.at, 'renewal', m.action, m.target, m.subject, m.name, m.role, a.number,
           null, null, null, null, array[]::text[], 0
    from applications as a join case_moves as m
        on m.case_id = a.id and m.case_kind = 'application' and m.bank_code = a.bank_code
    where a.renews = $1 and m.action = any($3::text[])
    union all
    select m.at, 'cover_call', m.action, m.target, m.subject, m.name, m.role, m.reason, null, null,
           c.cover_by, null, array[]::text[], m.version
    from cover_calls as c join case_moves as m on m.case_id = c.id where c.application_id = $1
)
select told.*, answered.at as answered_at, paper.filename as document_name,
       kind = 'letter' and due_on is not null
           and coalesce((answered.at at time zone 'Asia/Shanghai')::date, $2::date) > due_on as is_late
from told left join lateral (
    select min(at) as at from case_letters where answers = told.letter_id
) as answered on told.kind = 'letter'
left join stored_documents as paper on paper.id = told.document_id and paper.withdrawn_at is null
order by told.at, told.n, told.letter_id
"""
_OF_A_RENEWAL: Final = (Action.SUBMIT, Action.WITHDRAW, Action.REJECT, Action.DISBURSE)
"""What the case that is renewed shows of its renewal."""


async def timeline(conn: asyncpg.Connection, case_id: UUID, *, today: date) -> list[asyncpg.Record]:
    """The first thing first. A letter says when it was answered, and whether that is late."""
    return list(await conn.fetch(_OF_CASE, case_id, today, _OF_A_RENEWAL))
